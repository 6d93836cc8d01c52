"""From captured bytes to the lines of the doors."""

import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap.captured import Captured, LeftOut, Part
from tap.encoding import encode
from tap.routes import BODY, EXCHANGE, FRAME, MESSAGES, PLUGINS, STATISTICS, STORE_DATA

LIMIT = 100_000
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


def captured(form: str = EXCHANGE, door: str = PLUGINS, **changes: Any) -> Captured:
    values = {
        "kind": "brain",
        "what": "/chat",
        "door": door,
        "form": form,
        "method": "POST",
        "path": "/chat",
        "request": Part(b"{}", 2),
        "answer": Part(b"[]", 2),
        "status": 200,
        "started_ns": 1_000_000_000_000_000_001,
        "ended_ns": 1_000_000_000_500_000_000,
    }
    return Captured(**(values | changes))


def lines(*batch: Captured) -> dict[str, list[Any]]:
    encoded = encode(list(batch), limit_bytes=LIMIT)
    return {
        packed.door: [json.loads(line) for line in gzip.decompress(packed.body).splitlines()]
        for packed in encoded.packed
    }


def test_an_exchange():
    assert lines(captured(request=Part(b'{"a":1}', 7), answer=Part(b'[{"success":true}]', 18))) == {
        PLUGINS: [
            {
                "path": "/chat",
                "method": "POST",
                "status": 200,
                "startedAt": "2001-09-09T01:46:40.000000001Z",
                "endedAt": "2001-09-09T01:46:40.500000000Z",
                "request": {"a": 1},
                "response": [{"success": True}],
            }
        ]
    }


@given(JSON, st.sampled_from([None, 2]), st.booleans())
def test_json_is_what_it_was_whatever_its_layout(value, indent, is_packed):
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        data.decode()
    except UnicodeDecodeError:
        return
    answer = Part(gzip.compress(data) if is_packed else data, len(data), coding="gzip" if is_packed else "")
    [line] = lines(captured(answer=answer))[PLUGINS]
    assert line["response"] == value


@pytest.mark.parametrize("data", [b'{"cut": "half of \\ud83d"}', b'{"large": 1e400}'])
def test_json_that_not_everybody_reads_is_json(data):
    [packed] = encode([captured(BODY, STORE_DATA, request=Part(data, len(data)))], limit_bytes=LIMIT).packed
    assert gzip.decompress(packed.body) == data + b"\n"


def test_numbers_and_repeated_keys_are_kept_as_they_were_written():
    body = b'{"n": 123456789012345678901234567890, "x": 1.10, "n": 2}'
    [packed] = encode([captured(BODY, STORE_DATA, request=Part(body, len(body)))], limit_bytes=LIMIT).packed
    assert gzip.decompress(packed.body) == body + b"\n"


@pytest.mark.parametrize(
    ("part", "value", "reason"),
    [
        (Part(), None, None),
        (Part(b"Internal Server Error", 21), "Internal Server Error", None),
        (Part(b'{"a":', 5), '{"a":', None),
        (Part(b'{"a": NaN}', 10), '{"a": NaN}', None),
        (Part(b"\xff\xfe", 2), None, "not_text"),
        (Part(b"", 500_000, "too_large"), None, "too_large"),
        (Part(b"", 17, "cut"), None, "cut"),
        (Part(b"x", 1, coding="br"), None, "coding_unknown"),
        (Part(b"x", 1, coding="gzip"), None, "coding_broken"),
        (Part(gzip.compress(b"{}")[:-3], 19, coding="gzip"), None, "coding_broken"),
        (Part(gzip.compress(b"{}") * 2, 44, coding="gzip"), None, "coding_broken"),
        (Part(gzip.compress(b"x" * (LIMIT + 1)), 130, coding="gzip"), None, "too_large"),
        (Part(b"[" * 90_000, 90_000), None, "too_deep"),
    ],
)
def test_a_body_that_cannot_be_told_is_noted_with_its_size(part, value, reason):
    [line] = lines(captured(answer=part))[PLUGINS]
    assert line["response"] == value
    expected = [{"part": "response", "reason": reason, "size_bytes": part.size_bytes}]
    assert line.get("notes") == (expected if reason else None)


def test_a_bomb_costs_no_more_than_the_limit():
    bomb = gzip.compress(bytes(100 << 20))
    [line] = lines(captured(answer=Part(bomb, len(bomb), coding="gzip")))[PLUGINS]
    assert line["notes"][0]["reason"] == "too_large"


def test_what_a_door_takes_as_it_is():
    body = b'{"data":{"eventType":"step_created"},\r\n "storageType":"mongo","collection":"events"}'
    assert lines(captured(BODY, STORE_DATA, request=Part(body, len(body)))) == {STORE_DATA: [json.loads(body)]}


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (Part(b"", 20_000_000, "too_large"), "too_large"),
        (Part(b"", 20, "cut"), "cut"),
        (Part(b"no json", 7), "not_json"),
        (Part(), "not_json"),
        (Part(b"\xff", 1), "not_text"),
    ],
)
def test_what_a_door_could_not_take_is_counted_and_costs_no_other(part, reason):
    batch = [captured(BODY, STORE_DATA, request=part), captured(BODY, STORE_DATA)]
    encoded = encode(batch, limit_bytes=LIMIT)
    assert encoded.left_out == [LeftOut("brain", "/chat", reason, 1, part.size_bytes)]
    assert [packed.places for packed in encoded.packed] == [[1]]


def test_frames_go_where_their_type_says():
    frames = [
        b'{"type":"agentStatistics","timestamp":"t"}',
        b'{"type":"say","timestamp":"t"}',
        b'{"type":"CONNECTION_CONFIRMED"}',
        b'"text"',
        b"ping",
    ]
    batch = [captured(FRAME, MESSAGES, what="WebSocket", request=Part(data, len(data))) for data in frames]
    assert lines(*batch) == {
        STATISTICS: [{"type": "agentStatistics", "timestamp": "t"}],
        MESSAGES: [{"type": "say", "timestamp": "t"}, "text"],
    }
    assert encode(batch, limit_bytes=LIMIT).left_out == [LeftOut("brain", "WebSocket", "not_json", 1, 4)]


def test_a_frame_without_a_time_gets_the_second_in_which_it_passed():
    data = b' {"type": "say", "content": {"timestamp": 1}}'
    batch = [
        captured(FRAME, MESSAGES, request=Part(data, len(data)), started_ns=1_000_000_000_000_000_000 + rest)
        for rest in (0, 999_999_999)
    ]
    expected = {"type": "say", "content": {"timestamp": 1}, "startedAt": "2001-09-09T01:46:40.000000000Z"}
    assert lines(*batch) == {MESSAGES: [expected, expected]}
    assert lines(captured(FRAME, MESSAGES, request=Part(b"{}", 2))) == {MESSAGES: [{}]}


@pytest.mark.parametrize(("status", "count"), [("pending", 0), ("completed", 1), ("cancelled", 1)])
def test_a_question_that_waits_is_not_recorded_with_every_look(status, count):
    answer = b'{"status":"%s"}' % status.encode()
    asked = captured(door=MESSAGES, what="/getUserInputResponse/", answer=Part(answer, len(answer)))
    assert len(lines(asked).get(MESSAGES, [])) == count


def test_a_record_that_breaks_the_encoder_costs_no_other(monkeypatch):
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("tap.encoding._embed", fail)
    encoded = encode([captured(), captured(BODY, STORE_DATA)], limit_bytes=LIMIT)
    assert encoded.left_out == [LeftOut("brain", "/chat", "failed", 1, 2)]
    assert zlib.decompress(encoded.packed[0].body, 31) == b"{}\n"


@pytest.mark.parametrize("body", [b'{"data":{"a":1}}', b' { "data" : {"a": 1} }', b"{}", b'\r\n{"a":[]}'])
def test_the_trace_of_a_request_goes_with_its_body(body):
    [line] = lines(captured(BODY, STORE_DATA, request=Part(body, len(body)), traceparent=TRACEPARENT))[STORE_DATA]
    assert line == json.loads(body) | {"traceparent": TRACEPARENT}


@pytest.mark.parametrize("body", [b'{"traceparent":"its own"}', b"[1]", b'"text"', b"null"])
def test_a_body_that_takes_no_field_or_has_it_is_left_as_it_is(body):
    [line] = lines(captured(BODY, STORE_DATA, request=Part(body, len(body)), traceparent=TRACEPARENT))[STORE_DATA]
    assert line == json.loads(body)


def test_the_trace_of_a_request_is_a_field_of_its_exchange():
    [line] = lines(captured(traceparent=TRACEPARENT))[PLUGINS]
    assert line["traceparent"] == TRACEPARENT
