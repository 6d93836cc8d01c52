"""Cases 15 to 32: what is kept of a record, what is refused, and how that is said."""

import copy
import json
import time
from typing import Any

import pytest

from tests.blackbox.client import Answer, Reader, Sender
from tests.blackbox.wire import (
    JSON,
    PROTOBUF,
    Message,
    attribute,
    encode,
    length_delimited,
    log,
    logs,
    new_span_id,
    new_trace_id,
    span,
    traces,
)


def _add_unknown(message: Any) -> None:
    if isinstance(message, dict):
        for value in list(message.values()):
            _add_unknown(value)
        message["futureField"] = {"nested": [1, "two", None]}
    elif isinstance(message, list):
        for item in message:
            _add_unknown(item)


def _assert_only_the_good_one(answer: Answer, stored: Reader, mission: str, good: Message) -> None:
    assert (answer.status, answer.rejected) == (200, 1)
    assert answer.message
    assert [found["span_id"] for found in stored.spans(mission)] == [good["spanId"]]


def test_case_15_logs_sent_to_the_traces_door_become_no_spans(door: Sender, stored: Reader, mission: str):
    body = encode(logs([log(attributes=[attribute("a", "b")])], mission=mission), PROTOBUF, "logs")
    answer = door.post(body, PROTOBUF, "traces")
    assert answer.status == 400 or answer.rejected == 1
    response = stored.get(f"/api/v1/missions/{mission}/spans/")
    assert response.status_code == 404 or response.json()["results"] == []


def test_case_16_unknown_json_fields_are_ignored_at_every_level(door: Sender, stored: Reader, mission: str):
    sent = span(attributes=[attribute("k", "v")], events=[{"name": "e"}], status={"code": 1})
    request = traces([sent], mission=mission)
    _add_unknown(request)
    answer = door.send(request)
    assert (answer.status, answer.rejected) == (200, 0)
    assert stored.attributes(mission, sent)["k"] == "v"


def test_case_16_unknown_protobuf_fields_are_ignored(door: Sender, stored: Reader, mission: str):
    sent = span()
    body = encode(traces([sent], mission=mission), PROTOBUF) + length_delimited(4711, b"from the future")
    assert door.post(body, PROTOBUF).status == 200
    assert len(stored.spans(mission)) == 1


@pytest.mark.parametrize("signal", ["traces", "logs"])
def test_case_17_snake_case_keys_are_treated_alike_in_both_signals(
    door: Sender, stored: Reader, mission: str, signal: str
):
    one = {"trace_id": new_trace_id(), "span_id": new_span_id(), "name": "snake", "start_time_unix_nano": "5"}
    words = (
        ("resourceSpans", "scopeSpans", "spans") if signal == "traces" else ("resourceLogs", "scopeLogs", "logRecords")
    )
    resource = {"attributes": [attribute("mission.id", mission)]}
    snake = {"resource_spans" if signal == "traces" else "resource_logs": [{"resource": resource}]}
    assert door.send(snake, JSON, signal).status in {200, 400}
    answer = door.send({words[0]: [{"resource": resource, words[1]: [{words[2]: [one]}]}]}, JSON, signal)
    if signal == "traces":
        read_leniently = answer.status == 200 and answer.rejected == 0
        assert read_leniently or answer.status == 400 or answer.rejected == 1
        assert read_leniently == (stored.get(f"/api/v1/missions/{mission}/").status_code == 200)
    else:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("field", "fields"),
    [("kind", {"kind": "SPAN_KIND_SERVER"}), ("code", {"status": {"code": "STATUS_CODE_ERROR"}})],
)
def test_case_18_an_enum_as_text_is_refused_by_name(door: Sender, field: str, fields: Message):
    answer = door.send(traces([span(**fields)]))
    assert answer.status in {200, 400}
    assert answer.status == 400 or answer.rejected == 1
    assert field in answer.message


def test_case_19_a_kind_nobody_knows_is_kept_with_its_number(door: Sender, stored: Reader, encoding: str, mission: str):
    sent = span(kind=99)
    assert door.send(traces([sent], mission=mission), encoding).status == 200
    assert "99" in str(stored.spans(mission)[0]["otel_kind"])


def test_case_20_upper_case_ids_are_the_same_ids(door: Sender, stored: Reader, mission: str):
    upper = span(traceId=new_trace_id().upper())
    upper["spanId"] = new_span_id().upper()
    lower = span(traceId=upper["traceId"].lower(), parentSpanId=upper["spanId"].lower())
    assert door.send(traces([upper, lower], mission=mission)).status == 200
    found = stored.spans(mission, trace_id=upper["traceId"].lower())
    assert {item["span_id"] for item in found} == {upper["spanId"].lower(), lower["spanId"]}
    assert stored.span(mission, upper)["trace_id"] == upper["traceId"].lower()


def test_case_21_base64_ids_are_400_and_the_message_says_hexadecimal(door: Sender, shared_data):
    path = shared_data / "data/raw/agentprism/packages/demo-app/src/data/rag_earnings_agent.json"
    body = json.dumps({"resourceSpans": json.loads(path.read_text())[0]["resourceSpans"]}).encode()
    answer = door.post(body, JSON)
    assert answer.status == 400
    assert "hex" in answer.message.lower()


_BAD_IDS = {
    "trace of 31 digits": {"traceId": "a" * 31},
    "trace of 33 digits": {"traceId": "a" * 33},
    "trace of 0 digits": {"traceId": ""},
    "trace not hexadecimal": {"traceId": "g" * 32},
    "trace of zeros": {"traceId": "0" * 32},
    "span of 15 digits": {"spanId": "b" * 15},
    "span of 17 digits": {"spanId": "b" * 17},
    "span missing": {"spanId": None},
    "span not hexadecimal": {"spanId": "xyz" * 5 + "!"},
    "span of zeros": {"spanId": "0" * 16},
    "parent of 3 bytes": {"parentSpanId": "abcdef"},
}


@pytest.mark.parametrize("fields", _BAD_IDS.values(), ids=list(_BAD_IDS))
def test_case_22_23_a_span_with_a_bad_id_is_refused_and_the_others_kept(
    door: Sender, stored: Reader, mission: str, fields: Message
):
    good = span()
    _assert_only_the_good_one(door.send(traces([span(**fields), good], mission=mission)), stored, mission, good)


@pytest.mark.parametrize(
    "fields",
    [
        {"traceId": "ab" * 24},
        {"traceId": "ab" * 15},
        {"spanId": "ab" * 12},
        {"traceId": "00" * 16},
        {"spanId": "00" * 8},
    ],
)
def test_case_22_23_the_same_in_protobuf(door: Sender, stored: Reader, mission: str, fields: Message):
    good = span()
    answer = door.send(traces([span(**fields), good], mission=mission), PROTOBUF)
    _assert_only_the_good_one(answer, stored, mission, good)


def test_case_22_when_every_span_is_bad_the_answer_is_400(door: Sender, encoding: str):
    answer = door.send(traces([span(traceId="ab" * 15), span(spanId="00" * 8)]), encoding)
    assert (answer.status, answer.content_type) == (400, encoding)
    assert answer.message


@pytest.mark.parametrize("parent", ["", "0" * 16])
def test_case_24_an_empty_or_zero_parent_is_a_root(
    door: Sender, stored: Reader, encoding: str, mission: str, parent: str
):
    assert door.send(traces([span(parentSpanId=parent)], mission=mission), encoding).status == 200
    assert stored.spans(mission)[0]["parent_span_id"] is None


def test_case_25_times_as_numbers_and_as_text_are_equal(door: Sender, stored: Reader, mission: str):
    now = time.time_ns()
    as_text = span(startTimeUnixNano=str(now - 7), endTimeUnixNano=str(now))
    as_number = span(startTimeUnixNano=now - 7, endTimeUnixNano=now)
    assert door.send(traces([as_text, as_number], mission=mission)).status == 200
    assert {(item["start_ns"], item["end_ns"]) for item in stored.spans(mission)} == {(str(now - 7), str(now))}


@pytest.mark.parametrize("value", ["1.5e18", "1e3", 1.5e18, "five", "", " 7 "])
def test_case_25_other_notations_are_taken_or_refused_but_never_an_error_of_the_server(door: Sender, value: Any):
    assert door.send(traces([span(startTimeUnixNano=value)])).status in {200, 400}


@pytest.mark.parametrize("field", ["startTimeUnixNano", "endTimeUnixNano"])
@pytest.mark.parametrize("value", [2**63, 2**64 - 1])
def test_case_26_a_time_beyond_2262_is_refused(
    door: Sender, stored: Reader, encoding: str, mission: str, field: str, value: int
):
    good = span()
    answer = door.send(traces([span(**{field: str(value)}), good], mission=mission), encoding)
    _assert_only_the_good_one(answer, stored, mission, good)


@pytest.mark.parametrize("value", [str(2**64), "-1", 2**64, -1])
def test_case_26_a_time_no_unsigned_number_can_hold_is_refused(door: Sender, value: Any):
    answer = door.send(traces([span(startTimeUnixNano=value)]))
    assert answer.status == 400
    assert answer.message


def test_case_27_nine_good_spans_are_kept_beside_a_bad_one(door: Sender, stored: Reader, encoding: str, mission: str):
    good = [span() for _ in range(9)]
    answer = door.send(traces([*good[:4], span(traceId="00" * 16), *good[4:]], mission=mission), encoding)
    assert (answer.status, answer.rejected) == (200, 1)
    assert answer.message
    assert {item["span_id"] for item in stored.spans(mission)} == {item["spanId"] for item in good}


def test_case_27_what_was_refused_can_be_looked_up(door: Sender, stored: Reader, mission: str):
    marker = f"refused-{new_span_id()}"
    door.send(traces([span(), span(name=marker, traceId="00" * 16)], mission=mission))
    found = [item for item in stored.rejections() if marker in item["excerpt"]]
    assert len(found) == 1
    assert found[0]["reason"]
    assert found[0]["detail"]


def test_case_28_the_count_is_exact_across_resources(door: Sender, stored: Reader, encoding: str, mission: str):
    first = traces([span(), span(spanId="00" * 8), span(spanId="00" * 8)], mission=mission)
    second = traces([span(traceId="00" * 16), span(), span()], mission=mission)
    both = {"resourceSpans": first["resourceSpans"] + second["resourceSpans"]}
    answer = door.send(both, encoding)
    assert (answer.status, answer.rejected) == (200, 3)
    assert len(stored.spans(mission)) == 3


def test_case_29_empty_null_and_binary_values_keep_their_place(door: Sender, stored: Reader, mission: str):
    sent = span(
        attributes=[
            attribute("empty", {}),
            {"key": "null", "value": None},
            {"key": "absent"},
            attribute("bytes", {"bytesValue": "AAH/"}),
        ]
    )
    answer = door.send(traces([sent], mission=mission))
    assert (answer.status, answer.rejected) == (200, 0)
    found = stored.attributes(mission, sent)
    assert {"empty", "null", "absent", "bytes"} <= set(found)
    assert found["empty"] in (None, "")
    assert "AAH/" in json.dumps(found["bytes"])


def test_case_29_two_kinds_of_value_at_once_are_refused_or_one_is_taken(door: Sender, stored: Reader, mission: str):
    sent = span(attributes=[attribute("both", {"stringValue": "one", "intValue": "2"})])
    answer = door.send(traces([sent], mission=mission))
    if answer.status == 200 and answer.rejected == 0:
        assert stored.attributes(mission, sent)["both"] in ("one", 2, "2")
    else:
        assert "both" in answer.message or answer.message


@pytest.mark.parametrize("place", ["span", "resource", "event"])
def test_case_30_attributes_as_an_object_are_400_and_the_field_is_named(door: Sender, place: str):
    wrong = {"a": "b"}
    request = traces([span(attributes=wrong if place == "span" else [], events=[{"name": "e"}])])
    if place == "resource":
        request["resourceSpans"][0]["resource"]["attributes"] = wrong
    if place == "event":
        request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["events"][0]["attributes"] = wrong
    answer = door.send(request)
    assert answer.status == 400
    assert "attributes" in answer.message


def test_case_31_of_equal_keys_the_last_one_is_kept(door: Sender, stored: Reader, encoding: str, mission: str):
    sent = span(attributes=[attribute("k", "first"), attribute("other", "x"), attribute("k", "last")])
    answer = door.send(traces([sent], mission=mission), encoding)
    assert (answer.status, answer.rejected) == (200, 0)
    assert stored.attributes(mission, sent)["k"] == "last"


def test_case_32_counts_of_what_the_sender_dropped_state_and_flags_are_kept(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    sent = span(
        droppedAttributesCount=3,
        droppedEventsCount=4,
        droppedLinksCount=5,
        traceState="vendor=opaque,other=1",
        flags=0xFFFFFD01,
    )
    answer = door.send(traces([copy.deepcopy(sent)], mission=mission), encoding)
    assert (answer.status, answer.rejected) == (200, 0)
    found = stored.span(mission, sent)
    counts = (found["dropped_attributes_count"], found["dropped_events_count"], found["dropped_links_count"])
    assert counts == (3, 4, 5)
    assert found["trace_state"] == "vendor=opaque,other=1"
