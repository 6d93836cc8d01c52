"""Lines of plain text: time, level and ids are read, a stack trace stays with its line, nothing is lost."""

import json
from typing import Any

import pytest

from core.limits import MAX_ITEMS, MAX_JSON_VALUES
from telemetry.decode.errors import MalformedBody, TooLarge
from telemetry.loglines import Hints, Line, decode_logs, read_lines
from telemetry.records import LogRecord

T = 1_795_368_408_000_000_000


def read(text: str, service: str = "") -> list[LogRecord]:
    return decode_logs("text", text.encode(), service).logs


@pytest.mark.parametrize(
    ("line", "time_ns", "severity", "logger", "body"),
    [
        ("2026-11-22T17:26:48Z INFO started", T, (9, "INFO"), "", "started"),
        ("[2026-11-22 19:26:48+02:00] [worker] WARN  slow", T, (13, "WARN"), "worker", "slow"),
        ("2026-11-22 17:26:48,250 - my.log - ERROR - no", T + 250_000_000, (17, "ERROR"), "my.log", "no"),
        ("11/22/2026, 5:26:48 PM - LOG up", T, (0, ""), "", "LOG up"),
        ("2026/11/22 17:26:48 main.go:3: up", T, (0, ""), "", "main.go:3: up"),
        ("[22/Nov/2026:17:26:48 +0000] GET /", T, (0, ""), "", "GET /"),
        ("CRITICAL:root:down", None, (21, "CRITICAL"), "root", "down"),
        ("ERROR:    Application startup failed", None, (17, "ERROR"), "", "Application startup failed"),
        ("[WARN] careful", None, (13, "WARN"), "", "careful"),
        ("debug: looking", None, (5, "debug"), "", "looking"),
        ("\x1b[32minfo\x1b[39m: hello", None, (9, "info"), "", "hello"),
        ("error opening the file", None, (0, ""), "", "error opening the file"),
        ("Error: it broke", None, (0, ""), "", "Error: it broke"),
        ("2026-13-45T99:00:00Z x", None, (0, ""), "", "2026-13-45T99:00:00Z x"),
        ("INFORMATION is not a level of mine", None, (9, "INFORMATION"), "", "is not a level of mine"),
    ],
)
def test_time_level_and_logger_stand_before_the_text(
    line: str, time_ns: int | None, severity: tuple[int, str], logger: str, body: str
) -> None:
    [record] = read(line)
    assert (record.time_ns, record.severity_number, record.severity_text) == (time_ns, *severity)
    assert (record.scope.name, record.body) == (logger or "missionscope.loglines", body)


def test_a_line_of_pairs_is_an_object() -> None:
    [record] = read('time=2026-11-22T17:26:48Z level=warn msg="so \\"slow\\"" mission_id=m-1 attempt=2')
    assert (record.time_ns, record.severity_number, record.body) == (T, 13, 'so "slow"')
    assert record.attributes == {"missionscope.mission.id": "m-1", "attempt": "2"}


@pytest.mark.parametrize(
    "line",
    [
        "starting missionId=m-1 with stepId: s-2, please",
        'starting "missionId":"m-1" (stepId=s-2)',
        'starting {"missionId": "m-1", "stepId": "s-2"}',
        "starting mission.id='m-1' step_id='s-2'.",
    ],
)
def test_ids_in_a_sentence_are_found(line: str) -> None:
    [record] = read(line)
    assert record.attributes == {"missionscope.mission.id": "m-1", "missionscope.step.id": "s-2"}


NODE = ["TypeError: it failed", "    at plan (/app/plan.js:3:9)", "    at run (/app/run.js:1:1)"]
PYTHON = [
    "Traceback (most recent call last):", '  File "a.py", line 1, in f', "    g()", "KeyError: 'x'", "",
    "During handling of the above exception, another exception occurred:", "",
    "Traceback (most recent call last):", '  File "b.py", line 2, in h', "app.Broken: no",
]  # fmt: skip
JAVA = [
    "java.lang.Bad: no",
    "\tat a.B.c(B.java:1)",
    "Caused by: java.io.Worse: oh",
    "\tat d.E.f(E.java:2)",
    "\t... 3 more",
]


@pytest.mark.parametrize(
    ("trace", "kind", "message"),
    [(NODE, "TypeError", "it failed"), (PYTHON, "app.Broken", "no"), (JAVA, "java.lang.Bad", "no")],
    ids=["node", "python", "java"],
)
@pytest.mark.parametrize("first", ["2026-11-22T17:26:48Z ERROR it went wrong", ""])
def test_a_stack_trace_is_one_record_with_the_line_above_it(
    trace: list[str], kind: str, message: str, first: str
) -> None:
    before = [first] if first and trace[0].startswith("Traceback") else []
    lines = [*before, *trace, "2026-11-22T17:26:49Z INFO next", "last"]
    record, following, last = read("\n".join(lines))
    assert (record.severity_number, record.attributes["exception.type"]) == (17, kind)
    assert record.attributes["exception.message"] == message
    assert record.attributes["exception.stacktrace"] == "\n".join(trace)
    assert (following.body, last.body) == ("next", "last")


def test_lines_of_two_services_that_are_mixed_keep_their_traces() -> None:
    mixed = [Line(at, text, Hints(service)) for at, pair in enumerate(zip(NODE, PYTHON[:4], strict=False))
             for service, text in zip("ab", pair, strict=True)]  # fmt: skip
    bodies = {read.record.body for read in read_lines([*mixed, Line(9, PYTHON[3], Hints("b"))]) if read.record}
    assert bodies == {"\n".join(NODE), "\n".join(PYTHON[:4])}


def test_every_line_is_in_some_record() -> None:
    lines = ["a", "  b", "", "c", "\td", '{"msg": "e"}', "  f", '{"broken": ', "[1, 2]", '"text"', "7", "\r", "g\rh"]
    logs = read("\n".join(lines))
    told = "\n".join(body if isinstance(body := log.body, str) else json.dumps(body) for log in logs)
    assert told == 'a\n  b\nc\n\td\ne\n  f\n{"broken": \n[1, 2]\n"text"\n7\ng\rh'


def test_only_a_newline_begins_a_line() -> None:
    """Whoever can write into a line writes no second one: case 122."""
    forged = "user bob\r2026-11-22T17:26:48Z ERROR forged\u2028ERROR forged\x85ERROR\x0bERROR\x0cERROR"
    [record] = read(forged)
    assert (record.body, record.severity_number) == (forged, 0)
    [record] = read(json.dumps({"msg": "hello", "missionId": "m\r\nERROR forged\x1b[31m"}))
    assert record.attributes["missionscope.mission.id"] == "m\r\nERROR forged\x1b[31m"


def test_a_body_that_is_not_utf_8_is_kept_and_marked() -> None:
    decoded = decode_logs("ndjson", b'{"msg": "gr\xfcn", "missionId": "m-1"}\nok')
    record, following = decoded.logs
    assert (record.body, record.attributes["missionscope.mission.id"]) == ("gr\ufffdn", "m-1")
    assert [repair.reason for repair in record.repairs] == ["invalid_utf8"]
    assert (following.body, following.repairs) == ("ok", ())


def test_objects_nested_too_deeply_are_kept_as_text() -> None:
    for depth in (60, 200, 100_000):
        line = '{"msg": "x", "missionId": "m-1", "a": ' + "[" * depth + "]" * depth + "}"
        decoded = decode_logs("ndjson", f"{line}\n{line}".encode())
        assert ([log.body for log in decoded.logs], decoded.refused) == ([line, line], [])
        assert decoded.logs[0].attributes == {"missionscope.mission.id": "m-1"}
    nested: Any = 1
    for _ in range(60):
        nested = [nested]
    decoded = decode_logs("json", json.dumps([{"msg": "x", "a": nested}, {"msg": "y"}]).encode())
    assert [(one.reason, one.index) for one in decoded.refused] == [("nesting_too_deep", 0)]
    assert (decoded.items, decoded.origins) == (2, (1,))


def test_a_body_is_one_value_or_lines() -> None:
    for body in ('[{"msg": "a"}, "b"]', '{"records": [{"msg": "a"}, "b"]}', '{"msg": "a"}\nb', '{"msg":\n"a"}'):
        logs = decode_logs("json", body.encode()).logs
        assert [log.body for log in logs] == ["a", "b"][: len(logs)]
    for body in ("hello", '[{"msg": "a"},', ""):
        with pytest.raises(MalformedBody):
            decode_logs("json", body.encode())
    assert [log.body for log in decode_logs("ndjson", b"hello\n\n\nyou").logs] == ["hello", "you"]
    assert decode_logs("text", b"").items == 0


def test_indexes_count_the_lines_that_are_not_blank() -> None:
    decoded = decode_logs("ndjson", b'\n{"msg": "a"}\n\nb\n  c\n{"msg": "d"}\n')
    assert (decoded.items, decoded.origins) == (4, (0, 1, 3))


def test_too_much_for_one_request_is_refused_as_a_whole() -> None:
    with pytest.raises(TooLarge):
        decode_logs("text", b"a\n" * (MAX_ITEMS + 1))
    with pytest.raises(TooLarge):
        decode_logs("ndjson", b"[" + b"1," * MAX_JSON_VALUES + b"1]")
