"""What goes in and out of stage7's CapabilitiesManager: an execution of a plugin is a tool span of its step."""

from collections.abc import Mapping
from typing import Any

import msgspec

from telemetry.records import AttributeValue, Converted, EventRecord, LogRecord, Resource, SpanRecord
from telemetry.stage7.ids import call_trace, span_of
from telemetry.stage7.leftovers import keep_leftovers
from telemetry.stage7.outputs import PENDING
from telemetry.stage7.plugin_lines import SEVERITIES, read_lines
from telemetry.stage7.plugin_outputs import FAILED, WAITING, Failure, Outcome, judge_outputs, read_outputs
from telemetry.stage7.records import Ids, find_ids, find_time_ns, make_log
from telemetry.stage7.spans import (
    ERROR,
    UNSET,
    Times,
    content_text,
    known,
    make_span,
    read_error,
    read_mapping,
    read_object_or_text,
    read_status,
    read_times,
    read_word,
)
from telemetry.stage7.values import as_object, read_json_text

CAPABILITIES = Resource({"service.name": "capabilitiesmanager"})
MANIFESTS = "availablePlugins"
MANIFESTS_ATTRIBUTE = "stage7.available_plugins"
ELSEWHERE = f"(in {MANIFESTS_ATTRIBUTE})"

_OF_EXECUTIONS = ("request", "response", "plugin", "inputs", "stdin", "stdout", "stderr", "exitCode")
"""An object with none of these is no execution, and kept as it is."""
_MAPPED = frozenset({"response", "traceId", "executionId", "exitCode", "stdin", "stderr", "stdout"})
_MAPPED_REQUEST = frozenset({"actionVerb", "description", "recommendedRole", "id"})
_NAMED = ("inputs", "inputValues", "inputReferences", "outputs")
_MAPPED_PLUGIN = frozenset({"id", "version", "verb", "language"})
"""Fields of an execution that have attributes of their own."""
_STARTS, _ENDS = ("startedAt", "startTime", "timestamp"), ("endedAt", "endTime")


def convert_plugin(item: dict[str, Any], received_ns: int) -> Converted:
    """An exchange of /executeAction, with what is known of the plugin's process, to a span and its log lines."""
    request, reply = read_mapping(item.get("request")), read_object_or_text(item.get("response"))
    ids = _ids_of(item, request)
    if not request and not any(name in item for name in _OF_EXECUTIONS):
        return Converted(logs=(make_log("stage7.plugins", item, ids, time_ns=find_time_ns(item)),))
    verb = read_word(request, "actionVerb") or read_word(read_mapping(item.get("plugin")), "verb")
    times = read_times(item, _STARTS, _ENDS)
    outputs = read_outputs(reply)
    outcome = _judge(item, reply, outputs)
    failure = outcome.failure
    content = content_text(item, ids, times, request)
    span = make_span(
        ids.trace_id or call_trace(read_word(item, "traceId") or content),
        _span_id(item, ids, times, content),
        f"execute_tool {verb}".strip(),
        times,
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": verb,
            **_input_attributes(item, request),
            **_output_attributes(item, request, reply, outputs),
            **_process_attributes(item, request, ids),
            "stage7.outcome": outcome.status if reply is not None or failure else None,
            "stage7.human.request_id": outcome.human_request_id,
            "error.type": _error_type(outcome),
            "stage7.error.family": failure.family if failure else "",
            **_left_of(item, request),
        },
        resource=CAPABILITIES,
        status_code=ERROR if failure else UNSET,
        status_message=failure.message if failure else "",
        events=_exception(failure, times),
    )
    return Converted(spans=(span,), logs=_log_lines(span, item, outputs, ids))


def _ids_of(item: Mapping[str, Any], request: Mapping[str, Any]) -> Ids:
    """The ids the caller gave. A mission that only the plugin was told was made up on the way."""
    found = known(find_ids(item))
    return known(msgspec.structs.replace(found, step_id=found.step_id or read_word(request, "id", "stepId")))


def _span_id(item: Mapping[str, Any], ids: Ids, times: Times, content: str) -> bytes:
    """One span for each execution: a step that is executed again gets another."""
    trace_id = read_word(item, "traceId", "executionId")
    if trace_id:
        return span_of(f"execution {trace_id}")
    if ids.step_id and times.start_ns is not None:
        return span_of(f"execution {ids.step_id} {times.start_ns}")
    return span_of(f"execution {content}")


def _judge(item: Mapping[str, Any], reply: Any, outputs: list[Any]) -> Outcome:
    """Outputs first, then the process, then HTTP: what knows most about a failure tells it."""
    outcome = judge_outputs(outputs)
    if outcome.status in (FAILED, WAITING):
        return outcome
    told, status = read_error(item.get("error")), read_status(item)
    if status is not None and status >= 400:
        text = reply if isinstance(reply, str) else ""
        return Outcome(FAILED, Failure(f"http_{status}", told or text or f"CapabilitiesManager answered {status}"))
    if told:
        return Outcome(FAILED, Failure(read_word(item, "errorType", "errorCode") or "no_reply", told))
    code = item.get("exitCode")
    if isinstance(code, int) and not isinstance(code, bool) and code != 0:
        return Outcome(FAILED, Failure("exit_code", f"The plugin ended with exit code {code}"))
    return outcome


def _error_type(outcome: Outcome) -> str:
    if outcome.failure is not None:
        return outcome.failure.error_type
    return PENDING if outcome.status == WAITING else ""


def _left_of(item: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, AttributeValue]:
    """What has no attribute of its own; inputs and outputs in a form that gives no names are among it."""
    mapped = _MAPPED | {name for name in _NAMED if named_inputs(item.get(name))}
    of_request = _MAPPED_REQUEST | {name for name in _NAMED if named_inputs(request.get(name))}
    return keep_leftovers(item, mapped, {"request": of_request, "plugin": _MAPPED_PLUGIN})


def _input_attributes(item: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, AttributeValue]:
    """Inputs as the plan expressed them, as they were resolved, and as the plugin got them."""
    resolved = named_inputs(request.get("inputValues"))
    planned = named_inputs(item.get("inputReferences")) or named_inputs(request.get("inputReferences"))
    sent = named_inputs(item.get("inputs")) or named_inputs(item.get("stdin"))
    manifests = next((plain_input(held[MANIFESTS]) for held in (sent, resolved) if MANIFESTS in held), None)
    for held in (resolved, sent):
        if MANIFESTS in held:
            held[MANIFESTS] = ELSEWHERE
    arguments = {name: plain_input(value) for name, value in (resolved or sent).items()}
    return {
        "gen_ai.tool.call.arguments": arguments or None,
        "stage7.inputs.planned": planned or None,
        "stage7.inputs.resolved": resolved or None,
        "stage7.inputs.sent": sent or None,
        "stage7.stdin": item.get("stdin") if item.get("stdin") and not named_inputs(item["stdin"]) else None,
        MANIFESTS_ATTRIBUTE: manifests,
    }


def named_inputs(value: Any) -> dict[str, Any]:
    """Inputs by name, however they were sent: object, Map, array of pairs, array of inputs, or any as JSON text.

    By name, because what a value is called tells whether it is secret.
    """
    found = read_json_text(value) if isinstance(value, str) else value
    named = as_object(found)
    if named is not None:
        return dict(named)
    listed = found if isinstance(found, list) else []
    return {
        str(entry.get("inputName") or entry.get("name") or place): entry
        for place, entry in enumerate(listed)
        if isinstance(entry, Mapping)
    }


def plain_input(value: Any) -> Any:
    """The value inside stage7's InputValue, also in the older form; other values as they are."""
    if isinstance(value, Mapping):
        for name in ("value", "inputValue"):
            if name in value:
                return value[name]
    return value


def _output_attributes(
    item: Mapping[str, Any], request: Mapping[str, Any], reply: Any, outputs: list[Any]
) -> dict[str, AttributeValue]:
    declared = named_inputs(item.get("outputs")) or named_inputs(request.get("outputs"))
    return {
        "gen_ai.tool.call.result": outputs or reply,
        "stage7.outputs.declared": declared or None,
        "http.response.status_code": read_status(item),
    }


def _process_attributes(item: Mapping[str, Any], request: Mapping[str, Any], ids: Ids) -> dict[str, AttributeValue]:
    plugin = read_mapping(item.get("plugin"))
    sent = named_inputs(item.get("inputs"))
    stand_in = plain_input(sent.get("missionId")) if not ids.mission_id else None
    code = item.get("exitCode")
    return {
        **ids.attributes,
        "stage7.action_verb": read_word(request, "actionVerb"),
        "stage7.step.description": read_word(request, "description", most=10_000),
        "stage7.recommended_role": read_word(request, "recommendedRole"),
        "stage7.mission.stand_in_id": stand_in if isinstance(stand_in, str) else None,
        "stage7.execution.trace_id": read_word(item, "traceId", "executionId"),
        "stage7.plugin.id": read_word(plugin, "id"),
        "stage7.plugin.version": read_word(plugin, "version"),
        "stage7.plugin.verb": read_word(plugin, "verb"),
        "stage7.plugin.language": read_word(plugin, "language"),
        "stage7.exit_code": code if isinstance(code, int) and not isinstance(code, bool) else None,
        "stage7.stderr": _text(item.get("stderr")),
        "stage7.stdout": _text(item.get("stdout")),
    }


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _exception(failure: Failure | None, times: Times) -> tuple[EventRecord, ...]:
    if failure is None or not failure.stack:
        return ()
    attributes = {
        "exception.type": failure.error_type,
        "exception.message": failure.message,
        "exception.stacktrace": failure.stack,
    }
    return (EventRecord(times.end_ns or times.start_ns, "exception", attributes),)


def _log_lines(span: SpanRecord, item: Mapping[str, Any], outputs: list[Any], ids: Ids) -> tuple[LogRecord, ...]:
    """The plugin's own lines, from its stderr or, in older records, from its outputs."""
    text = _text(item.get("stderr")) or next((found for each in outputs if (found := _logs_of(each))), "")
    records = []
    for line in read_lines(text):
        record = make_log(
            "stage7.plugin.log",
            line.text,
            ids,
            time_ns=line.time_ns,
            attributes={"stage7.plugin.logger": line.logger} if line.logger else None,
            severity_number=SEVERITIES[line.level],
        )
        records.append(
            msgspec.structs.replace(
                record, severity_text=line.level, trace_id=span.trace_id, span_id=span.span_id, resource=CAPABILITIES
            )
        )
    return tuple(records)


def _logs_of(output: Any) -> str:
    if not isinstance(output, Mapping):
        return ""
    result = output.get("result")
    return _text(output.get("logs")) or (_text(result.get("logs")) if isinstance(result, Mapping) else None) or ""
