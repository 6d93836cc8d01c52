"""Numbers read the same on the server and in the page (tests/js/lib/formats.test.mjs holds the other side)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from web.presenters import formats

CASES = json.loads((Path(__file__).parent / "formats.json").read_text())
NOW_NS = 1_700_000_000_000_000_000


def _number(call: Callable[[int | None], str]) -> Callable[[str | None], str]:
    return lambda text: call(None if text is None else int(text))


FUNCTIONS = {
    "duration": _number(formats.format_duration),
    "tokens": _number(formats.format_tokens),
    "count": _number(formats.format_count),
    "cost": formats.format_cost,
    "bytes": _number(formats.format_bytes),
    "ago": _number(lambda age: formats.format_ago(None if age is None else NOW_NS - age, NOW_NS)),
    "short_id": formats.short_id,
}


@pytest.mark.parametrize(("name", "value", "text"), [(n, v, t) for n, rows in CASES.items() for v, t in rows])
def test_it_reads_as_the_fixture_says(name: str, value: str | None, text: str) -> None:
    assert FUNCTIONS[name](value) == text


@pytest.mark.parametrize("text", ["", "NaN", "Infinity", "<b>"])
def test_a_cost_that_is_no_decimal_is_unknown(text: str) -> None:
    assert formats.format_cost(text) == "–"


def test_a_moment_reads_in_utc_to_the_millisecond() -> None:
    assert formats.format_time(1_795_368_361_123_456_789) == "2026-11-22 17:26:01.123 UTC"
    assert formats.format_iso(1_795_368_361_123_456_789) == "2026-11-22T17:26:01.123Z"


def test_a_moment_outside_the_calendar_reads_as_its_number() -> None:
    assert formats.format_time(2**62 * 100) == f"{2**62 * 100} ns"
    assert formats.format_iso(2**62 * 100) == ""
