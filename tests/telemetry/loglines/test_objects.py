"""Objects that loggers write: what each key means, and that nothing of them is lost."""

import json
from typing import Any

import pytest

from telemetry.loglines import Hints, decode_logs, read_object
from telemetry.records import LogRecord

T = 1_795_368_408_123_000_000
ISO = "2026-11-22T17:26:48.123Z"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def read(item: dict[str, Any], service: str = "") -> LogRecord:
    hints = Hints(service)
    return read_object(item, hints).finish(hints)


@pytest.mark.parametrize(
    ("item", "number", "text"),
    [
        ({"level": 20, "pid": 1, "hostname": "h"}, 5, "DEBUG"),
        ({"level": 30}, 9, "INFO"),
        ({"level": 40}, 13, "WARN"),
        ({"level": 50}, 17, "ERROR"),
        ({"level": 60}, 21, "FATAL"),
        ({"levelno": 50}, 21, "CRITICAL"),
        ({"levelno": 40}, 17, "ERROR"),
        ({"level": "CRITICAL"}, 21, "CRITICAL"),
        ({"level": "silly"}, 1, "silly"),
        ({"level": 3}, 17, "ERROR"),
        ({"severity": "NOTICE"}, 10, "NOTICE"),
        ({"levelname": "WARNING"}, 13, "WARNING"),
        ({"log.level": "error"}, 17, "error"),
        ({"log": {"level": "error"}}, 17, "error"),
        ({"severity_number": 14}, 14, ""),
        ({"level": "audit"}, 0, "audit"),
        ({"level": True}, 0, ""),
        ({"level": "\x1b[31merror\x1b[39m"}, 17, "error"),
        ({}, 0, ""),
    ],
)
def test_levels_of_every_logger_become_one_scale(item: dict[str, Any], number: int, text: str) -> None:
    record = read({"message": "x", **item})
    assert (record.severity_number, record.severity_text) == (number, text)


def test_a_level_between_two_keeps_its_number() -> None:
    record = read({"level": 35, "msg": "x"})
    assert (record.severity_number, record.severity_text, record.attributes) == (9, "INFO", {"level": 35})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("time", 1_795_368_408_123),
        ("time", ISO),
        ("timestamp", "2026-11-22T19:26:48.123+02:00"),
        ("@timestamp", ISO),
        ("ts", 1_795_368_408.123),
        ("asctime", "2026-11-22 17:26:48,123"),
        ("created", 1_795_368_408.123),
        ("timestamp", {"seconds": 1_795_368_408, "nanos": 123_000_000}),
        ("timestamp", "1795368408123000000"),
        ("time", 1_795_368_408_123_000),
        ("@t", ISO),
    ],
)
def test_times_in_every_form_are_the_same_moment(key: str, value: Any) -> None:
    record = read({"message": "x", key: value})
    assert (record.time_ns, record.attributes) == (T, {})


@pytest.mark.parametrize("value", ["soon", "", 5, -1, 1e300, True, None, [], "9" * 41, {"seconds": "x"}])
def test_what_is_no_time_stays_as_it_was_sent(value: Any) -> None:
    record = read({"message": "x", "time": value})
    assert (record.time_ns, record.attributes) == (None, {"time": value})


IDS = {
    "missionscope.mission.id": [
        "mission_id",
        "missionId",
        "mission.id",
        "MissionID",
        "mission-id",
        "stage7.mission.id",
    ],
    "request.id": ["request_id", "requestId", "request.id", "reqId", "correlation_id", "x-request-id"],
    "gen_ai.conversation.id": ["conversation_id", "conversationId", "gen_ai.conversation.id"],
    "session.id": ["session_id", "sessionId"],
    "user.id": ["user_id", "userId", "user.id", "enduser.id"],
    "missionscope.agent.id": ["agent_id", "agentId", "gen_ai.agent.id"],
    "missionscope.agent.name": ["agent_name", "agentName"],
    "missionscope.step.id": ["step_id", "stepId", "step.id"],
}
SPELLED = [(name, spelling) for name, spellings in IDS.items() for spelling in spellings]


@pytest.mark.parametrize(("name", "spelling"), SPELLED)
def test_ids_are_known_by_every_spelling(name: str, spelling: str) -> None:
    assert read({"msg": "x", spelling: " id-1 "}).attributes == {name: "id-1"}


@pytest.mark.parametrize("holder", ["context", "meta", "extra", "data", "labels", "mdc"])
def test_ids_count_in_what_loggers_keep_beside_the_message(holder: str) -> None:
    held = {"missionId": "m-1", "mission": {"other": 1}, "user": {"id": 7}, "level": "error"}
    record = read({"msg": "x", holder: held})
    assert record.attributes == {"missionscope.mission.id": "m-1", "user.id": "7", holder: held}
    assert record.severity_number == 0


@pytest.mark.parametrize(
    "item",
    [
        {"mission": {"id": "m-1"}},
        {"req": {"missionId": "m-1"}},
        {"req": {"headers": {"mission-id": "m-1"}}},
        {"missionId": "m-1", "context": {"missionId": "other"}},
        {"jsonPayload": {"message": "x", "missionId": "m-1"}},
    ],
)
def test_the_mission_is_found_where_it_lies(item: dict[str, Any]) -> None:
    assert read({"msg": "x", **item}).attributes["missionscope.mission.id"] == "m-1"


@pytest.mark.parametrize(
    "item",
    [
        {"payload": {"missionId": "m-1"}},
        {"missionId": ""},
        {"missionId": ["a", "b"]},
        {"missionId": True},
        {"a": {"b": {"c": {"d": {"missionId": "m-1"}}}}},
    ],
)
def test_what_names_no_mission_of_the_line_stays_as_it_was_sent(item: dict[str, Any]) -> None:
    assert read({"msg": "x", **item}).attributes == item


@pytest.mark.parametrize(
    "item",
    [
        {"trace_id": TRACE, "span_id": SPAN, "trace_flags": "01"},
        {"traceId": TRACE.upper(), "spanId": SPAN, "traceFlags": 1},
        {"otelTraceID": TRACE, "otelSpanID": SPAN, "trace_flags": "01"},
        {"trace": {"id": TRACE}, "span": {"id": SPAN}, "trace_flags": "01"},
        {
            "logging.googleapis.com/trace": f"projects/p/traces/{TRACE}",
            "logging.googleapis.com/spanId": SPAN,
            "traceFlags": "01",
        },
        {"traceId": "0af76519-16cd-43dd-8448-eb211c80319c", "spanId": SPAN, "trace_flags": "01"},
        {"dd.trace_id": TRACE, "dd.span_id": str(int(SPAN, 16)), "trace_flags": "01"},
        {"context": {"traceId": TRACE, "spanId": SPAN, "traceFlags": "01"}},
    ],
)
def test_trace_and_span_are_known_by_every_spelling(item: dict[str, Any]) -> None:
    record = read({"msg": "x", **item})
    assert (record.trace_id.hex(), record.span_id.hex(), record.flags) == (TRACE, SPAN, 1)
    assert not record.attributes.keys() & {"trace_id", "span_id", "traceId", "otelTraceID", "dd.trace_id"}


def test_a_traceparent_names_trace_and_span() -> None:
    record = read({"msg": "x", "traceparent": f"00-{TRACE}-{SPAN}-01"})
    assert (record.trace_id.hex(), record.span_id.hex(), record.attributes) == (TRACE, SPAN, {})


def test_an_id_of_64_bits_is_filled_up() -> None:
    assert read({"msg": "x", "traceId": SPAN}).trace_id.hex() == "0" * 16 + SPAN


@pytest.mark.parametrize("value", ["0", "0" * 32, "not hex", "abc", 12, None])
def test_what_is_no_trace_id_stays_as_it_was_sent(value: Any) -> None:
    record = read({"msg": "x", "traceId": value})
    assert (record.trace_id, record.attributes) == (b"", {"traceId": value})


STACK = "TypeError: it failed\n    at plan (/app/plan.js:3:9)"


@pytest.mark.parametrize(
    ("item", "left"),
    [
        ({"err": {"type": "TypeError", "message": "it failed", "stack": STACK}}, {}),
        ({"err": {"name": "TypeError", "message": "it failed", "stack": STACK, "code": "E1"}}, {"err": {"code": "E1"}}),
        ({"stack": STACK}, {}),
        ({"error": {"type": "TypeError", "message": "it failed", "stack_trace": STACK}}, {}),
        ({"exception": STACK}, {}),
        ({"stack_trace": STACK}, {}),
    ],
)
def test_exceptions_of_every_logger_are_told_in_opentelemetrys_words(item: dict[str, Any], left: Any) -> None:
    told = {"exception.type": "TypeError", "exception.message": "it failed", "exception.stacktrace": STACK}
    assert read({"msg": "x", **item}).attributes == told | left


def test_pythons_traceback_tells_what_was_raised_in_the_end() -> None:
    first = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 1\n'
    text = f"{first}\nDuring handling of the above exception, another exception occurred:\n\n" + first.replace(
        "KeyError: 1", "app.Broken: no\nand more"
    )
    attributes = read({"message": "x", "levelname": "ERROR", "exc_info": text.strip()}).attributes
    assert (attributes["exception.type"], attributes["exception.message"]) == ("app.Broken", "no\nand more")
    assert attributes["exception.stacktrace"] == text.strip()


@pytest.mark.parametrize("value", ["it failed", {"code": 1}, ["x"], None, 3])
def test_what_is_no_exception_stays_as_it_was_sent(value: Any) -> None:
    assert read({"msg": "x", "error": value}).attributes == {"error": value}


def test_the_place_in_the_source_is_kept() -> None:
    place = {"code.file.path": "/app/a.py", "code.line.number": 12, "code.function.name": "run"}
    for item in (
        {"pathname": "/app/a.py", "lineno": 12, "funcName": "run"},
        {"pathname": "/app/a.py", "lineno": 12, "func_name": "run"},
        {"log": {"origin": {"file": {"name": "/app/a.py", "line": 12}, "function": "run"}}},
        {"src": {"file": "/app/a.py", "line": 12, "func": "run"}},
        {"logging.googleapis.com/sourceLocation": {"file": "/app/a.py", "line": "12", "function": "run"}},
        {"caller": "/app/a.py:12", "funcName": "run"},
    ):
        assert place.items() <= read({"msg": "x", **item}).attributes.items(), item


def test_service_host_and_process_are_of_the_resource() -> None:
    item = {
        "service": {"name": "planner", "version": "2"},
        "host": {"name": "h-1"},
        "process": {"pid": 7},
        "env": "prod",
    }
    assert read({"msg": "x", **item}, "other").resource.attributes == {
        "service.name": "planner", "host.name": "h-1", "process.pid": 7, "service.version": "2",
        "deployment.environment.name": "prod",
    }  # fmt: skip


def test_the_requests_service_counts_where_a_line_names_none_and_before_a_loggers_name() -> None:
    line = {"level": 30, "pid": 1, "hostname": "h", "name": "api", "msg": "x"}
    assert read(line, "desk").resource.attributes["service.name"] == "desk"
    assert (read(line).resource.attributes["service.name"], read(line).scope.name) == ("api", "api")
    assert "service.name" not in read({"level": "info", "message": "x", "name": "Ann"}).resource.attributes


def test_without_a_message_the_object_is_the_body() -> None:
    item = {"missionId": "m-1", "counts": {"a": 1}}
    record = read(item)
    assert (record.body, record.attributes) == (item, {"missionscope.mission.id": "m-1"})


def test_a_key_that_means_something_else_here_keeps_its_value() -> None:
    record = read(
        {"msg": "x", "missionId": "m-1", "missionscope.mission.id": "m-2", "code.line.number": "?", "lineno": 3}
    )
    assert record.attributes["missionscope.mission.id"] == "m-1"
    assert record.attributes["log.missionscope.mission.id"] == "m-2"
    assert record.attributes["log.code.line.number"] == "?"


def test_winstons_http_transport_and_elastics_shippers_are_seen_through() -> None:
    record = read({"method": "collect", "params": {"level": "warn", "message": "x", "missionId": "m-1"}})
    assert (record.body, record.severity_number) == ("x", 13)
    agent = {"id": "shipper", "name": "node-1", "ephemeral_id": "e"}
    assert read({"msg": "x", "agent": agent}).attributes == {"agent": agent}


HOSTILE = [
    {"msg": "\ud800 and \0"},
    {"msg": "x", "n": 10**30},
    {"msg": "x", "time": float("inf"), "level": float("nan")},
    {"msg": {"deep": [1, {"er": None}]}, "err": {"stack": 3}},
    {"": "", "msg": None, "level": [], "time": {}},
    {"msg": "x", "missionId": "a\r\nb\x1b[31m"},
    {"k" * 200: 1, "msg": "x"},
    {f"k{i}": i for i in range(3_000)} | {"msg": "x"},
]


@pytest.mark.parametrize("item", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_objects_are_one_record_each(item: dict[str, Any]) -> None:
    data = json.dumps(item).encode()
    for encoding in ("json", "ndjson", "text"):
        decoded = decode_logs(encoding, data)
        assert (len(decoded.logs), decoded.refused, decoded.items) == (1, [], 1)
        json.dumps([decoded.logs[0].body, decoded.logs[0].attributes], allow_nan=False).encode()
