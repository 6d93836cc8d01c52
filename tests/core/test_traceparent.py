"""Which texts name a trace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.traceparent import find_trace_id

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize("text", [f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00", f"cc-{TRACE}-{PARENT}-01-more"])
def test_a_traceparent_names_its_trace(text):
    assert find_trace_id(text).hex() == TRACE


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"cc-{TRACE}-{PARENT}-01-{'x' * 600}",
        f"00-{TRACE}-{PARENT}-01\n",
        f"00-{TRACE}-{PARENT}-01,00-{TRACE}-{PARENT}-01",
        None,
        7,
        [f"00-{TRACE}-{PARENT}-01"],
    ],
)
def test_anything_else_names_none(text):
    assert find_trace_id(text) == b""


@given(st.binary(min_size=16, max_size=16).filter(any), st.binary(min_size=8, max_size=8).filter(any))
def test_any_ids_but_zeros(trace_id, parent_id):
    assert find_trace_id(f"00-{trace_id.hex()}-{parent_id.hex()}-03") == trace_id
