"""Executions of plugins become tool spans, and what they failed of is told."""

import json
from typing import Any

import pytest

from telemetry.conventions.spans import map_span
from telemetry.conventions.tools import read_tool_io
from telemetry.meaning import POOL
from telemetry.records import Decoded, SpanRecord
from telemetry.redaction import Redactor
from telemetry.stage7 import convert
from telemetry.stage7.ids import call_trace, step_trace
from telemetry.stage7.plugin_lines import MOST_LINES
from telemetry.stage7.plugins import ELSEWHERE
from traces.payload import PayloadWriter

S = 1_000_000_000
AT = 1_752_081_600 * S
OK = {"success": True, "name": "text", "resultType": "string", "result": "done"}
STRUCTURED = {
    "error_id": "e1",
    "trace_id": "t1",
    "error_code": "CM008_PLUGIN_PERMISSION_VALIDATION_FAILED",
    "severity": "ERROR",
    "message_human_readable": "The plugin may not do this",
    "source_component": "CapabilitiesManager",
    "contextual_info": {"original_error_stack": "Error: no\n    at run (plugin.js:3)"},
}
STDERR = """noise before the first line
2025-07-09 17:20:01,250 - INFO - starting
2025-07-09 17:20:02,000 - brain - WARNING - slow answer
2025-07-09 17:20:03,500 - ERROR - it broke
Traceback (most recent call last):
  File "main.py", line 3
ValueError: no
"""


def a_map(**values: Any) -> dict[str, Any]:
    return {"_type": "Map", "entries": [[name, value] for name, value in values.items()]}


def an_input(name: str, value: Any) -> dict[str, Any]:
    return {"inputName": name, "value": value, "valueType": "string", "args": {}}


def execution(**changes: Any) -> dict[str, Any]:
    whole = {
        "request": {
            "actionVerb": "SEARCH",
            "description": "find flights",
            "missionId": "m1",
            "outputs": {},
            "inputValues": a_map(query=an_input("query", "flights"), count=an_input("count", 3)),
            "recommendedRole": "researcher",
            "status": "running",
            "id": "s1",
        },
        "response": [OK],
        "status": 200,
        "startedAt": "2025-07-09T17:20:00.000Z",
        "endedAt": "2025-07-09T17:20:05.000Z",
        "agentId": "a1",
    }
    return {**whole, **changes}


def span_of(item: dict[str, Any]) -> SpanRecord:
    [span] = convert("plugins", item, AT).spans
    return span


def test_an_execution_is_a_tool_run_in_its_steps_trace():
    span = span_of(
        execution(traceId="cm-1", plugin={"id": "p", "verb": "SEARCH", "version": "1.2", "language": "python"})
    )
    meaning, io = map_span(span), read_tool_io(span.attributes)
    assert span.trace_id == step_trace("s1")
    assert (meaning.span_kind, meaning.step_id, meaning.agent_name) == ("TOOL", "s1", "a1")
    assert meaning.mission_key is not None
    assert meaning.mission_key.key == "m1"
    assert meaning.tool is not None
    assert (meaning.tool.tool_name, meaning.tool.error) == ("SEARCH", "")
    assert io.arguments == {"query": "flights", "count": 3}
    assert io.result == [OK]
    assert span.attributes["stage7.outcome"] == "ok"
    assert span.attributes["stage7.plugin.version"] == "1.2"
    assert span.attributes["stage7.execution.trace_id"] == "cm-1"


@pytest.mark.parametrize(
    "values",
    [
        a_map(query=an_input("query", "flights")),
        [["query", an_input("query", "flights")]],
        {"query": an_input("query", "flights")},
        {"query": "flights"},
        {"query": {"inputName": "query", "inputValue": "flights", "args": {}}},
        [an_input("query", "flights")],
        json.dumps([["query", an_input("query", "flights")]]),
    ],
)
def test_inputs_are_read_in_every_form_they_were_ever_sent_in(values: Any):
    request = {**execution()["request"], "inputValues": values}
    assert read_tool_io(span_of(execution(request=request)).attributes).arguments == {"query": "flights"}


def test_what_the_plan_said_what_it_became_and_what_was_sent_stand_side_by_side():
    planned = a_map(query={"inputName": "query", "outputName": "topic", "sourceId": "s0", "valueType": "string"})
    span = span_of(
        execution(
            inputReferences=planned,
            inputs=[["search_query", an_input("search_query", "flights")], ["stepId", an_input("stepId", "s1")]],
            outputs={"text": {"description": "what was found", "type": "string"}},
        )
    )
    assert span.attributes["stage7.inputs.planned"]["query"]["outputName"] == "topic"
    assert span.attributes["stage7.inputs.resolved"]["query"]["value"] == "flights"
    assert list(span.attributes["stage7.inputs.sent"]) == ["search_query", "stepId"]
    assert span.attributes["stage7.outputs.declared"]["text"]["type"] == "string"


def test_the_same_step_executed_again_is_another_run_and_the_same_exchange_is_not():
    first, same = span_of(execution()), span_of(execution(endedAt="2025-07-09T17:20:06.000Z"))
    again = span_of(execution(startedAt="2025-07-09T17:21:00.000Z", endedAt="2025-07-09T17:21:02.000Z"))
    assert first.span_id == same.span_id
    assert again.span_id != first.span_id
    assert again.trace_id == first.trace_id


def names_no_mission(span: SpanRecord) -> bool:
    """It waits in the pool of its day."""
    key = map_span(span).mission_key
    return key is not None and key.strength == POOL


def test_a_mission_that_only_the_plugin_was_told_is_kept_and_not_believed():
    request = {name: value for name, value in execution()["request"].items() if name != "missionId"}
    span = span_of(execution(request=request, inputs={"missionId": an_input("missionId", "made-up")}))
    assert names_no_mission(span)
    assert span.attributes["stage7.mission.stand_in_id"] == "made-up"
    assert names_no_mission(span_of(execution(request={**request, "missionId": "unknown_mission"})))


def test_an_execution_of_nothing_known_has_a_trace_of_its_own():
    assert span_of({"request": {"actionVerb": "X"}, "traceId": "t"}).trace_id == call_trace("t")


@pytest.mark.parametrize(
    ("output", "outcome", "error_type", "family"),
    [
        (OK, "ok", None, None),
        ({**OK, "result": 0}, "ok", None, None),
        ({**OK, "result": False}, "ok", None, None),
        ({**OK, "resultType": "plan", "result": []}, "ok", None, None),
        ({**OK, "result": "no Error: inside"}, "ok", None, None),
        ({**OK, "result": None}, "empty", None, None),
        ({**OK, "result": "  "}, "empty", None, None),
        ({**OK, "success": False}, "failed", "plugin_failed", None),
        ({**OK, "resultType": "ERROR", "name": "plan_validation_error"}, "failed", "plan_validation_error", None),
        ({**OK, "resultType": "error"}, "failed", "plugin_failed", None),
        ({**OK, "resultType": "brain_api_error"}, "failed", "brain_api_error", None),
        ({**OK, "error": "out of money"}, "failed", "plugin_failed", None),
        ({**OK, "error": {"message": "odd"}}, "failed", "plugin_failed", None),
        ({**OK, "result": "Error: 404 from the provider"}, "failed", "error_text", None),
        (
            {"success": False, "name": "CM008", "resultType": "error", "result": STRUCTURED},
            "failed",
            "CM008_PLUGIN_PERMISSION_VALIDATION_FAILED",
            "capabilities manager",
        ),
        ({"success": False, "name": "P003_X", "result": json.dumps({"a": 1})}, "failed", "P003_X", "planning"),
        ({"success": False, "name": "PR006"}, "failed", "PR006", "plugin registry"),
        ({"success": False, "name": "AS016"}, "failed", "AS016", "artifact storage"),
        ({"success": False, "name": "U999"}, "failed", "U999", "unclassified"),
        ({"success": False, "name": "V002", "result": "x"}, "failed", "V002", "input validation"),
        ({"success": False, "name": "G001"}, "failed", "G001", "plugin repository"),
        ({"success": False, "name": "PRINT"}, "failed", "plugin_failed", None),
        ("just text", "ok", None, None),
        (None, "empty", None, None),
    ],
)
def test_the_outcome_is_that_of_what_was_returned_not_what_was_claimed(
    output: Any, outcome: str, error_type: str | None, family: str | None
):
    span = span_of(execution(response=[OK, output]))
    assert span.attributes["stage7.outcome"] == outcome
    assert span.attributes.get("error.type") == error_type
    assert span.attributes.get("stage7.error.family") == family
    assert span.status_code == (2 if outcome == "failed" else 0)


def test_a_structured_error_is_an_exception_with_its_stack():
    span = span_of(execution(status=500, response=[{"success": False, "name": "CM008", "result": STRUCTURED}]))
    [event] = span.events
    assert event.name == "exception"
    assert "plugin.js:3" in event.attributes["exception.stacktrace"]
    assert span.status_message == "The plugin may not do this"
    assert map_span(span).error_type == STRUCTURED["error_code"]


def test_a_question_to_a_person_is_neither_done_nor_failed():
    asked = {"success": True, "name": "pending_user_input", "resultType": "string", "request_id": "h1", "result": None}
    span = span_of(execution(response=[asked]))
    assert (span.attributes["stage7.outcome"], span.status_code) == ("waiting", 0)
    assert span.attributes["stage7.human.request_id"] == "h1"
    meaning = map_span(span)
    assert meaning.error_type == "pending_user_input"
    assert meaning.tool is not None
    assert meaning.tool.error == ""


@pytest.mark.parametrize(
    ("changes", "error_type"),
    [
        ({"response": "Bad Gateway", "status": 502}, "http_502"),
        ({"response": None, "status": None, "error": "Request failed with status code 500"}, "no_reply"),
        ({"exitCode": 137}, "exit_code"),
    ],
)
def test_failures_outside_the_outputs_count_too(changes: dict[str, Any], error_type: str):
    span = span_of(execution(**changes))
    assert (span.status_code, span.attributes["error.type"]) == (2, error_type)


def test_an_execution_without_a_reply_is_still_open():
    span = span_of(execution(response=None, status=None, endedAt=None))
    assert (span.end_ns, span.status_code) == (None, 0)
    assert "stage7.outcome" not in span.attributes


def test_stderr_is_kept_and_its_lines_are_log_records():
    found = convert("plugins", execution(stderr=STDERR, stdout="[]", exitCode=0), AT)
    [span], lines = found.spans, found.logs
    assert span.attributes["stage7.stderr"] == STDERR
    assert span.attributes["stage7.exit_code"] == 0
    assert [(line.severity_text, line.severity_number) for line in lines] == [
        ("INFO", 9),
        ("WARNING", 13),
        ("ERROR", 17),
    ]
    assert lines[0].time_ns == AT + 1_250_000_000
    assert lines[1].attributes["stage7.plugin.logger"] == "brain"
    assert lines[2].body.endswith("ValueError: no")
    assert {(line.trace_id, line.span_id) for line in lines} == {(span.trace_id, span.span_id)}


@pytest.mark.parametrize("output", [{**OK, "logs": STDERR}, {**OK, "result": {"logs": STDERR}}])
def test_older_records_hold_their_lines_in_the_output(output: dict[str, Any]):
    assert len(convert("plugins", execution(response=[output]), AT).logs) == 3


def test_a_flood_of_lines_is_cut():
    flood = "2025-07-09 17:20:01,250 - INFO - x\n" * (MOST_LINES * 3)
    assert len(convert("plugins", execution(stderr=flood), AT).logs) == MOST_LINES


def test_the_manifests_are_stored_once_however_often_they_are_sent():
    manifests = json.dumps([{"id": f"plugin-{number}", "description": "d" * 300} for number in range(50)])
    writer = PayloadWriter()
    sizes = []
    for number in range(3):
        item = execution(
            traceId=f"t{number}",
            inputs=[["availablePlugins", an_input("availablePlugins", manifests)]],
            stdin=json.dumps([["availablePlugins", an_input("availablePlugins", manifests)]]),
        )
        span = span_of(item)
        assert span.attributes["stage7.available_plugins"] == manifests
        assert span.attributes["stage7.inputs.sent"]["availablePlugins"] == ELSEWHERE
        writer.span(span)
        sizes.append(sum(map(len, writer.bodies.values())))
    assert sizes[0] > len(manifests) / 2
    assert sizes[2] - sizes[0] < 2_000


SECRETS = (
    "s3cr3t-cm-value",
    "s3cr3t-brain-value",
    "hunter2-is-long",
    "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
)


@pytest.mark.parametrize("form", ["pairs", "map", "object", "json", "listed"])
def test_no_secret_of_an_execution_survives_redaction(form: str):
    named = {
        "__auth_token": an_input("__auth_token", SECRETS[0]),
        "__brain_auth_token": {**an_input("__brain_auth_token", SECRETS[1]), "args": {"token": SECRETS[1]}},
        "apiKey": an_input("apiKey", SECRETS[2]),
        "query": {**an_input("query", "flights"), "args": {"token": SECRETS[0]}},
        "env": an_input("env", {"S7_CM_TOKEN": SECRETS[0], "S7_PLUGIN_CREDENTIALS": {"user": SECRETS[2]}}),
    }
    pairs = [[name, value] for name, value in named.items()]
    inputs: Any = {
        "pairs": pairs,
        "map": a_map(**named),
        "object": named,
        "json": json.dumps(pairs),
        "listed": list(named.values()),
    }[form]
    stderr = f"2025-07-09 17:20:01,250 - INFO - calling with {SECRETS[4]} and OPENAI_API_KEY={SECRETS[3]}\n"
    item = execution(
        request={**execution()["request"], "inputValues": inputs},
        inputs=inputs,
        stdin=json.dumps(pairs),
        stderr=stderr,
        response=[{"success": False, "name": "x_error", "error": f"Authorization: Bearer {SECRETS[4]}"}],
    )
    found = convert("plugins", item, AT)
    redacted = Redactor(b"key").redact(Decoded(list(found.spans), list(found.logs), []))
    left = repr(redacted)
    assert not [secret for secret in SECRETS if secret in left]
    assert "flights" in left


@pytest.mark.parametrize(
    "item",
    [
        {"request": None, "response": None},
        {"request": [], "response": {"success": False}, "status": "teapot"},
        {"request": {"inputValues": 3, "id": 9, "actionVerb": ["x"]}, "response": [[], {}, 1, None]},
        {"request": {"inputValues": [["a"], 1, {"inputName": 5}]}, "stderr": 7, "exitCode": True, "plugin": "p"},
        {"request": {"id": "s"}, "response": {"result": [OK]}, "inputs": "[[", "stdin": "garbage", "status": -4},
        {
            "request": {"id": "s", "outputs": [1]},
            "response": [{"name": {}, "resultType": [], "result": {"error_code": 1}}],
        },
    ],
)
def test_an_execution_of_any_shape_is_a_tool_run(item: dict[str, Any]):
    span = span_of(item)
    assert len(span.trace_id) == 16
    assert map_span(span).span_kind == "TOOL"


@pytest.mark.parametrize("item", [{}, {"missionId": "m1", "a": 1}])
def test_what_is_no_execution_is_kept_as_it_is(item: dict[str, Any]):
    found = convert("plugins", item, AT)
    assert found.spans == ()
    assert [line.body for line in found.logs] == [item]


def test_executions_that_tell_neither_step_nor_time_are_one_only_when_they_are_equal():
    bare = [{"response": [OK], "missionId": mission} for mission in ("m1", "m2", "m1")]
    first, other, same = (span_of(item) for item in bare)
    assert first == same
    assert (first.trace_id, first.span_id) != (other.trace_id, other.span_id)


def test_what_has_no_attribute_of_its_own_is_kept():
    odd = execution(method="POST", note="kept", request={**execution()["request"], "priority": 3, "inputValues": 7})
    left = span_of(odd).attributes["stage7.left"]
    assert (left["method"], left["note"], left["request"]) == ("POST", "kept", {"priority": 3, "inputValues": 7})
    assert "stage7.left" not in span_of(execution()).attributes
