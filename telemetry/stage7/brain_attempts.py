"""One attempt at one model, as Brain's own tracker sees it begin and end."""

from collections.abc import Mapping
from typing import Any

from telemetry.records import AttributeValue, Converted, SpanRecord
from telemetry.stage7.brain_requests import bind_request
from telemetry.stage7.brain_words import (
    BRAIN,
    CallNames,
    answer_attributes,
    call_span,
    finish_reasons,
    read_messages,
    read_model,
    request_span,
    shared_attributes,
    text_length,
    trace_of,
    usage_attributes,
)
from telemetry.stage7.ids import span_of
from telemetry.stage7.leftovers import keep_leftovers
from telemetry.stage7.records import Ids, find_ids
from telemetry.stage7.spans import (
    ERROR,
    UNSET,
    Times,
    content_text,
    known,
    make_span,
    read_error,
    read_times,
    read_word,
)

_STARTS, _ENDS = ("startTime", "startedAt", "timestamp"), ("endTime", "endedAt")
_MAPPED = frozenset(
    {"modelName", "model", "prompt", "messages", "exchanges", "response", "returned", "conversationType", "type",
     "responseType", "responseModel", "providerModel", "isRetry", "success"}
)  # fmt: skip
"""Fields of an attempt that have attributes of their own."""
_TIMEOUTS = ("timeout", "timed out", "etimedout")


def convert_attempt(item: dict[str, Any]) -> Converted:
    """An attempt's span and, where it names its call, a first record of the call's own span."""
    ids = known(find_ids(item))
    names = CallNames(read_word(item, "callId"), read_word(item, "requestId"))
    times = read_times(item, _STARTS, _ENDS)
    content = content_text(item, ids, times, read_messages(item))
    trace_id = trace_of(ids, names, content)
    error_type, message = _failure(item)
    model = read_model(item, "modelName", "model")
    span = make_span(
        trace_id,
        request_span(names.request_id) if names.request_id else span_of(f"attempt {content}"),
        f"attempt {model}".strip(),
        times,
        _attributes(item, ids, names) | {"error.type": error_type},
        resource=BRAIN,
        parent_span_id=call_span(names.call_id) if names.call_id else b"",
        status_code=ERROR if error_type else UNSET,
        status_message=message,
    )
    spans = (_call_of(span, ids, names, model, times), span) if names.call_id else (span,)
    return Converted(spans=spans, logs=() if error_type else bind_request(span, ids, names))


def _attributes(item: Mapping[str, Any], ids: Ids, names: CallNames) -> dict[str, AttributeValue]:
    sent, raw = read_messages(item), item.get("response")
    model = read_model(item, "modelName", "model")
    conversation_type = read_word(item, "conversationType", "type")
    answered = (
        answer_attributes(raw, conversation_type, read_word(item, "responseType")) if raw not in (None, "") else {}
    )
    if item.get("success") is True and not answered:
        answered = {"stage7.empty_answer": True}
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": model,
        "gen_ai.response.model": read_model(item, "responseModel", "providerModel"),
        "gen_ai.input.messages": sent,
        "gen_ai.response.finish_reasons": finish_reasons(item),
        **answered,
        **usage_attributes(item, text_length(sent), raw),
        **shared_attributes(item, ids, names),
        "stage7.attempt": True,
        "stage7.raw": raw,
        "stage7.returned": item.get("returned"),
        "stage7.conversation_type": conversation_type,
        "stage7.is_retry": True if item.get("isRetry") is True else None,
        "stage7.logic_failure": True if item.get("logicFailure") else None,
        **keep_leftovers(item, _MAPPED, {}),
    }


def _failure(item: Mapping[str, Any]) -> tuple[str, str]:
    """Type and message; an answer that the caller could not use has failed too."""
    message = read_error(item.get("error"))
    if item.get("success") is False or message:
        told = read_word(item, "errorType", "errorCode")
        is_late = any(mark in message.lower() for mark in _TIMEOUTS)
        return told or ("timeout" if is_late else "attempt_failed"), message
    if item.get("logicFailure"):
        return "logic_failure", read_error(item.get("logicFailure")) or "The caller could not use this answer."
    return "", ""


def _call_of(span: SpanRecord, ids: Ids, names: CallNames, model: str, times: Times) -> SpanRecord:
    """The call as far as one attempt knows it: records of one span are merged, and the exchange knows more.

    An attempt that failed ends no call: Brain may try on.
    """
    has_answered = span.status_code == UNSET and times.end_ns is not None
    attributes: dict[str, AttributeValue] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.model": model if has_answered else "",
        "gen_ai.response.id": names.request_id if has_answered else "",
        "stage7.call.id": names.call_id,
        **ids.attributes,
    }
    return make_span(
        span.trace_id,
        call_span(names.call_id),
        "chat",
        times if has_answered else Times(times.start_ns, None),
        attributes,
        resource=BRAIN,
    )
