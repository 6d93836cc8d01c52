"""What goes in and out of stage7's Brain: exchanges (a request and its reply), and attempts at single models.

One logical call is one span. Its attempts, seen from inside Brain, are spans in it where they name the call
(`callId`); where they do not, the id in the reply (`requestId`) ties them together when somebody looks.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from telemetry.records import AttributeValue, Converted
from telemetry.stage7.brain_attempts import convert_attempt
from telemetry.stage7.brain_requests import bind_request, place_in_request
from telemetry.stage7.brain_words import (
    BRAIN,
    LOGIC_FAILURE_EVENT,
    CallNames,
    answer_attributes,
    call_span,
    finish_reasons,
    read_messages,
    read_model,
    shared_attributes,
    text_length,
    trace_of,
    usage_attributes,
)
from telemetry.stage7.ids import span_of
from telemetry.stage7.leftovers import keep_leftovers
from telemetry.stage7.records import Ids, find_ids, find_time_ns, make_log
from telemetry.stage7.spans import (
    CLIENT,
    ERROR,
    NOBODY,
    UNSET,
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

_ERROR_LEVEL, _FATAL_LEVEL = 17, 21
_STARTS, _ENDS = ("startedAt", "startTime", "timestamp"), ("endedAt", "endTime")
_PARAMETERS = {"temperature": "temperature", "max_length": "max_tokens", "max_tokens": "max_tokens",
               "maxTokens": "max_tokens"}  # fmt: skip
_KEPT = ("optionals", "goal", "context", "file", "audio", "video", "image", "contentType", "raw")
_MAPPED = frozenset({"path", "url", "response", "cacheHit", "model", "modelName", "usage", "tokenCount"})
_PARTS_OF_REQUEST = {
    "request": frozenset(
        {"exchanges", "messages", "prompt", "modelName", "model", "optimization", "conversationType",
         "ConversationType", "type", "responseType", "trace_id", *_PARAMETERS, *_KEPT}
    )
}  # fmt: skip
_PARTS = {
    **_PARTS_OF_REQUEST,
    "response": frozenset({"result", "response", "message", "model", "modelName", "confidence", "mimeType"}),
}
"""Fields of a call that have attributes of their own."""
_OPERATIONS = {"chat": "chat", "generate": "generate_content"}


def convert_brain(item: dict[str, Any], received_ns: int) -> Converted:
    """One object of the Brain door to records. What is neither exchange nor attempt is kept as it is."""
    path = _path(item)
    if path in _OPERATIONS:
        return _convert_call(item, path)
    handler = _OTHERS.get(path)
    if handler is not None:
        return handler(item)
    if not path and ("modelName" in item or "requestId" in item or "callId" in item):
        return convert_attempt(item)
    name = f"stage7.brain.{path}" if path else "stage7.brain"
    return Converted(logs=(make_log(name[:200], item, known(find_ids(item)), time_ns=find_time_ns(item)),))


def _path(item: Mapping[str, Any]) -> str:
    """The last part of the address; where none is given, what the request looks like. Empty for an attempt."""
    path = item.get("path", item.get("url"))
    if isinstance(path, str) and path.strip():
        return path.partition("?")[0].rstrip("/").rpartition("/")[2]
    request = read_mapping(item.get("request"))
    if not request:
        return ""
    if "logicFailure" in request or ("requestId" in request and "reason" in request):
        return "reportLogicFailure"
    return "generate" if "prompt" in request else "chat"


def _convert_call(item: dict[str, Any], path: str) -> Converted:
    request, reply = read_mapping(item.get("request")), read_object_or_text(item.get("response"))
    answered = reply if isinstance(reply, dict) else {}
    ids = _ids_of(item, request, path)
    names = CallNames(read_word(item, "callId"), read_word(answered, "requestId") or read_word(item, "requestId"))
    times = read_times(item, _STARTS, _ENDS)
    content = content_text(item, ids, times, request)
    trace_id = trace_of(ids, names, content)
    span_id = call_span(names.call_id) if names.call_id else span_of(f"exchange {content}")
    error_type, message = _failure(item, reply)
    attributes = {
        "gen_ai.operation.name": _OPERATIONS[path],
        **_asked(request, path),
        **_answered(item, request, reply, answered),
        **shared_attributes({**answered, **item}, ids, names),
        "http.response.status_code": read_status(item),
        "error.type": error_type,
        **keep_leftovers(item, _MAPPED, _PARTS if isinstance(reply, dict) or error_type else _PARTS_OF_REQUEST),
    }
    span = make_span(
        trace_id, span_id, f"{path} {attributes.get('gen_ai.response.model') or ''}".strip(), times, attributes,
        resource=BRAIN, otel_kind=CLIENT, status_code=ERROR if error_type else UNSET, status_message=message,
    )  # fmt: skip
    return Converted(spans=(span,), logs=bind_request(span, ids, names))


def _ids_of(item: Mapping[str, Any], request: Mapping[str, Any], path: str) -> Ids:
    """Ids of the exchange. Callers of /generate give their agent's id as `trace_id`."""
    ids = known(find_ids(item))
    agent_id = read_word(request, "trace_id") if path == "generate" and not ids.agent_id else ""
    if agent_id and agent_id.lower() not in NOBODY:
        ids = msgspec.structs.replace(ids, agent_id=agent_id)
    return ids


def _asked(request: Mapping[str, Any], path: str) -> dict[str, AttributeValue]:
    """What the caller wanted."""
    asked: dict[str, AttributeValue] = {
        "gen_ai.input.messages": read_messages(request),
        "gen_ai.request.model": read_model(request, "modelName", "model"),
        "stage7.optimization": read_word(request, "optimization"),
        "stage7.conversation_type": _conversation_type(request),
        "stage7.response_type": read_word(request, "responseType"),
        "stage7.path": path,
    }
    for name, parameter in _PARAMETERS.items():
        value = request.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            asked.setdefault(f"gen_ai.request.{parameter}", value)
    return asked | {f"stage7.request.{name}": request[name] for name in _KEPT if name in request}


def _conversation_type(request: Mapping[str, Any]) -> str:
    return read_word(request, "conversationType", "ConversationType", "type")


def _answered(
    item: Mapping[str, Any], request: Mapping[str, Any], reply: Any, answered: Mapping[str, Any]
) -> dict[str, AttributeValue]:
    """What came back. A failed exchange's error text is no answer."""
    answer = None if _failure(item, reply)[0] else _answer_of(reply)
    is_over = reply is not None or read_status(item) is not None
    confidence = answered.get("confidence")
    return {
        "gen_ai.response.model": read_model(answered, "model", "modelName"),
        "gen_ai.response.finish_reasons": finish_reasons(answered, item),
        "stage7.mime_type": read_word(answered, "mimeType"),
        "stage7.confidence": confidence if isinstance(confidence, int | float) else None,
        "stage7.returned": answer,
        **(
            answer_attributes(answer, _conversation_type(request), read_word(request, "responseType"))
            if is_over and answer is not None
            else {}
        ),
        **usage_attributes(answered, text_length(read_messages(request)), answer),
    }


def _answer_of(reply: Any) -> Any:
    if not isinstance(reply, dict):
        return reply
    return next((reply[name] for name in ("result", "response", "message") if reply.get(name) is not None), None)


def _failure(item: Mapping[str, Any], reply: Any) -> tuple[str, str]:
    """Type and message of what failed; empty texts when nothing did. 503 is Brain's word for "no model"."""
    status = read_status(item)
    told = read_error(item.get("error")) or (read_error(reply.get("error")) if isinstance(reply, dict) else "")
    if status is not None and status >= 400:
        text = told or (reply if isinstance(reply, str) else "") or f"Brain answered {status}"
        return ("model_unavailable" if status == 503 else f"http_{status}"), text
    if not told:
        return "", ""
    return read_word(item, "errorType", "errorCode") or "no_reply", told


def _convert_logic_failure(item: dict[str, Any]) -> Converted:
    """A caller says that an answer was unusable: the call has failed in effect."""
    request = read_mapping(item.get("request")) or item
    request_id, reason = read_word(request, "requestId"), read_word(request, "reason", "logicFailure", most=4_000)
    severity = read_word(request, "severity").lower()
    line = make_log(
        LOGIC_FAILURE_EVENT,
        f"Logic failure reported{': ' if reason else ''}{reason}",
        known(find_ids(item)),
        time_ns=find_time_ns(item),
        attributes={
            "stage7.request.id": request_id,
            "stage7.logic_failure": True,
            "stage7.logic_failure.reason": reason,
            "stage7.logic_failure.severity": severity,
            "stage7.logic_failure.report": request,
            "http.response.status_code": read_status(item),
        },
        severity_number=_FATAL_LEVEL if severity == "critical" else _ERROR_LEVEL,
    )
    line = msgspec.structs.replace(line, severity_text=severity.upper(), resource=BRAIN)
    return Converted(logs=(place_in_request(line, request_id) if request_id else line,))


def _convert_feedback(item: dict[str, Any]) -> Converted:
    ids = known(find_ids(item))
    return Converted(logs=(make_log("stage7.brain.feedback", item, ids, time_ns=find_time_ns(item)),))


_OTHERS: dict[str, Callable[[dict[str, Any]], Converted]] = {
    "reportLogicFailure": _convert_logic_failure,
    "feedback": _convert_feedback,
}
