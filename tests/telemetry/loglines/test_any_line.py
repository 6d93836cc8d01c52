"""Whatever is sent, every line is in a record, and reading it ends."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.decode.errors import MalformedBody, TooLarge
from telemetry.loglines import Repeats, decode_logs

PIECES = st.sampled_from([
    "{", "}", "[", "]", '"', ":", ",", "=", "\n", "\r", " ", "\t", "\x1b[31m", "Traceback (most recent call last):",
    "  at x", "Error", "ERROR", "[INFO]", "missionId", "2026-11-22T17:26:48Z", '{"msg": "x"}', "Caused by: ", "\0", "é",
])  # fmt: skip
KEYS = (
    "msg", "message", "level", "time", "err", "stack", "missionId", "trace_id", "context", "log", "service", "src",
    "exc_type", "frames", "type", "seconds", "nanos", "jsonPayload", "method", "params", "agent", "caller", "lineno",
    "dd.trace_id", "traceparent", "trace_flags", "levelno", "severity_number", "error.type", "error.message", "pid",
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(KEYS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner),
    max_leaves=12,
)


@settings(deadline=None, max_examples=400)
@given(st.lists(PIECES, max_size=30))
def test_every_word_of_a_text_is_in_some_record(pieces: list[str]) -> None:
    text = "".join(f"{piece}w{at}w" if piece.strip() else piece for at, piece in enumerate(pieces))
    decoded = decode_logs("text", text.encode())
    assert decoded.refused == []
    assert len(decoded.logs) <= decoded.items == sum(bool(line.strip()) for line in text.split("\n"))
    told = [[log.body, log.attributes, log.resource.attributes, log.scope.name] for log in decoded.logs]
    shown = json.dumps(told)
    assert [at for at, piece in enumerate(pieces) if piece.strip() and f"w{at}w" not in shown] == []


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200), st.sampled_from(["text", "ndjson", "json"]))
def test_any_bytes_are_records_or_one_refusal(data: bytes, encoding: str) -> None:
    try:
        decoded = decode_logs(encoding, data)
    except MalformedBody:
        assert encoding == "json"
    else:
        assert decoded.refused == []


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), VALUES, max_size=6))
def test_any_object_is_a_record_that_can_be_stored(item: dict[str, object]) -> None:
    [record] = decode_logs("ndjson", json.dumps(item).encode()).logs
    told = [record.body, record.attributes, record.resource.attributes]
    json.dumps(told, allow_nan=False, ensure_ascii=False).encode()
    assert record.time_ns is None or record.time_ns > 10**17
    [same] = Repeats().number([record])
    assert same is record


@pytest.mark.parametrize(
    "body",
    ["x" * 2**20, "a=b " * 2**18, "[INFO" * 2**18, "\x1b]" * 2**19, 'a="' * 2**18, "a:" * 2**19, " \n" * 2**18,
     "mission_id: " * 2**16, "{" * 2**19 + "}" * 2**19, "  at x\n" * 2**16, '{"a":' * 2**12 + "1" + "}" * 2**12,
     "Traceback (most recent call last):\n" * 2**14, "Error: x\n" + "  at y\n" * 2**15],
    ids=range(13),
)  # fmt: skip
def test_a_megabyte_of_anything_is_read(body: str) -> None:
    try:
        decoded = decode_logs("text", body.encode())
    except TooLarge:
        assert body.count("\n") > 100_000
    else:
        assert len(decoded.logs) <= max(1, body.count("\n") // 500 + 2) or not decoded.items
