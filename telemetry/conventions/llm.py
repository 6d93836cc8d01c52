"""A model call's narrow fields, from whichever attributes, events or recorded bodies carry them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from telemetry.conventions.bodies import ReplyBody, read_reply, read_request
from telemetry.conventions.events import (
    CHOICE_EVENT,
    DETAILS_EVENT,
    MESSAGE_EVENTS,
    choice_message,
    event_message,
    read_event_list,
)
from telemetry.conventions.fingerprints import hash_flattened, hash_message, hash_messages
from telemetry.conventions.kinds import is_outer_call
from telemetry.conventions.parts import read_message
from telemetry.conventions.plan import Plan, plan_span
from telemetry.conventions.usage import read_cost, read_usage
from telemetry.conventions.values import decode_json, first_text, read_json, read_object, read_seconds, read_text
from telemetry.meaning import LlmMeaning
from telemetry.records import AttributeValue, SpanRecord

_FIRST_CHUNK_EVENTS = frozenset({"llm.content.completion.chunk", "ai.stream.firstChunk", "mlflow.chunk.item.0"})
_CALL_MARKS = ("tool", "function")
"""One of these is in the name of every shape of tool call."""
_REQUEST_OPERATIONS = {"completion": "text_completion", "embedding": "embeddings"}
_MOST_HASHED_MESSAGES = 20_000


class _Reply(NamedTuple):
    finish_reasons: tuple[str, ...] = ()
    tool_call_ids: tuple[str, ...] = ()
    body: ReplyBody | None = None


def read_llm(span: SpanRecord, plan: Plan, kind: str) -> LlmMeaning:
    """The meaning of a span that is a model call, or wraps one."""
    for event in span.events:
        if event.name == DETAILS_EVENT:
            span = msgspec.structs.replace(span, attributes={**event.attributes, **span.attributes})
            plan = plan_span(span.attributes)
    attributes = span.attributes
    reasons = _finish_reasons(attributes, plan)
    reply = _read_reply(span, plan, has_reasons=bool(reasons))
    body = reply.body or _NO_BODY
    usage = read_usage(attributes, plan, body.usage)
    operation = _operation(attributes, kind)
    return LlmMeaning(
        operation=operation,
        provider_name=first_text(attributes, plan.names("provider_name")),
        request_model=first_text(attributes, plan.names("request_model")) or _model_of_settings(attributes),
        response_model=first_text(attributes, plan.names("response_model")) or body.model,
        response_id=first_text(attributes, plan.names("response_id")) or body.id,
        call_id=first_text(attributes, plan.names("call_id")),
        is_attempt=_says(attributes, plan.names("attempt")),
        from_cache=_says(attributes, plan.names("from_cache")),
        is_invalid_json=_says(attributes, plan.names("invalid_json")),
        finish_reasons=reasons or reply.finish_reasons,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_input_tokens=usage.cache_read_input_tokens,
        cache_creation_input_tokens=usage.cache_creation_input_tokens,
        reasoning_output_tokens=usage.reasoning_output_tokens,
        cost_usd=read_cost(attributes, plan),
        time_to_first_token_ns=_first_token(span, plan),
        counts_usage=not is_outer_call(span),
        message_hashes=_hash_input(span, plan),
        tool_call_ids=reply.tool_call_ids,
        conversation_type=first_text(attributes, plan.names("conversation_type")) or _TYPES.get(operation, operation),
    )


_TYPES = dict.fromkeys(("chat", "text_completion", "generate_content"), "TextToText")
_NO_BODY = ReplyBody()


def _says(attributes: Mapping[str, AttributeValue], names: Iterable[str]) -> bool:
    """One of these attributes is there and says yes."""
    return any(attributes[name] not in (None, False, 0, "") for name in names)


def _model_of_settings(attributes: dict[str, Any]) -> str:
    """The model that was asked for where only the settings name it: OpenInference's calls that failed."""
    settings = read_object(attributes.get("llm.invocation_parameters"))
    return read_text(settings.get("model")) if settings else ""


def _operation(attributes: dict[str, Any], kind: str) -> str:
    operation = read_text(attributes.get("gen_ai.operation.name"))
    if operation:
        return operation
    request_type = read_text(attributes.get("llm.request.type"))
    if request_type and request_type != "unknown":
        return _REQUEST_OPERATIONS.get(request_type, request_type)
    return "embeddings" if kind == "EMBEDDING" else "chat"


def _finish_reasons(attributes: dict[str, Any], plan: Plan) -> tuple[str, ...]:
    for name in plan.names("finish_reasons"):
        value = attributes[name]
        items = value if isinstance(value, list) else read_json(value)
        found = items if isinstance(items, list) else [value]
        reasons = tuple(text for text in map(read_text, found) if text)
        if reasons:
            return reasons
    return ()


def _read_reply(span: SpanRecord, plan: Plan, *, has_reasons: bool) -> _Reply:
    """Finish reasons and asked-for tool calls; a recorded provider body also gives counts, model and id."""
    attributes = span.attributes
    for name in plan.names("output_messages"):
        value = attributes[name]
        if has_reasons and isinstance(value, str) and not any(mark in value for mark in _CALL_MARKS):
            return _Reply()
        messages = read_json(value)
        if isinstance(messages, list):
            return _summarise(messages)
    for array in ("llm.output_messages", "gen_ai.completion"):
        if array in plan.flattened:
            ids, reasons = _flattened_reply(attributes, plan, array)
            return _Reply(reasons, ids, _body(attributes, plan) if _lacks_usage(plan) else None)
    choices = [event for event in span.events if event.name == CHOICE_EVENT]
    if choices:
        return _summarise([choice_message(event) for event in choices])
    body = _body(attributes, plan)
    return _Reply() if body is None else _summarise(body.messages)._replace(body=body)


def _body(attributes: dict[str, Any], plan: Plan) -> ReplyBody | None:
    for name in plan.names("output_fallback"):
        listed = read_event_list(attributes[name])
        if listed is not None:
            return ReplyBody(messages=listed.outputs)
        body = read_reply(attributes[name])
        if body is not None:
            return body
    return None


def _lacks_usage(plan: Plan) -> bool:
    return not plan.names("input_tokens") and not plan.names("usage_object")


def _flattened_reply(attributes: dict[str, Any], plan: Plan, array: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    pairs = [pair for element in plan.flattened[array].values() for pair in element]
    ids = [read_text(attributes[name]) for rest, name in pairs if "tool_calls." in rest and rest.endswith(".id")]
    reasons = [read_text(attributes[name]) for rest, name in pairs if rest.endswith("finish_reason")]
    return tuple(filter(None, ids)), tuple(filter(None, reasons))


def _summarise(messages: Sequence[Any]) -> _Reply:
    found = [read_message(message, "assistant") for message in messages[:_MOST_HASHED_MESSAGES]]
    ids = tuple(part.id for message in found for part in message.parts if part.type == "tool_call" and part.id)
    return _Reply(tuple(message.finish_reason for message in found if message.finish_reason), ids)


def _hash_input(span: SpanRecord, plan: Plan) -> tuple[bytes, ...]:
    attributes = span.attributes
    for name in plan.names("input_messages"):
        value = attributes[name]
        messages = read_json(value)
        if isinstance(messages, list):
            return hash_messages(messages[:_MOST_HASHED_MESSAGES])
        if isinstance(value, str) and value:
            return (hash_message(value),)
    for array in ("llm.input_messages", "gen_ai.prompt"):
        if array in plan.flattened:
            return tuple(hash_flattened(plan.flattened[array], attributes))
    carried = [event_message(event) for event in span.events if event.name in MESSAGE_EVENTS]
    if carried:
        return hash_messages(carried[:_MOST_HASHED_MESSAGES])
    for name in plan.names("input_fallback"):
        value = attributes[name]
        listed = read_event_list(value)
        if listed is not None:
            return hash_messages(listed.inputs[:_MOST_HASHED_MESSAGES])
        request = read_request(value)
        if request is not None:
            return hash_messages(request.messages[:_MOST_HASHED_MESSAGES])
        if value not in (None, "", [], {}):
            return (hash_message({"role": "user", "content": value}),)
    return ()


def _first_token(span: SpanRecord, plan: Plan) -> int | None:
    attributes = span.attributes
    for field, scale in (("first_chunk_seconds", 1_000_000_000), ("first_chunk_ms", 1_000_000)):
        for name in plan.names(field):
            amount = read_seconds(attributes[name])
            if amount is not None:
                return round(amount * scale)
    if span.start_ns is None:
        return None
    for name in plan.names("first_chunk_time"):
        moment = _read_moment(read_text(attributes[name]))
        if moment is not None and moment >= span.start_ns:
            return moment - span.start_ns
    times = [event.time_ns for event in span.events if event.time_ns and event.name in _FIRST_CHUNK_EVENTS]
    return max(0, min(times) - span.start_ns) if times else None


def _read_moment(text: str) -> int | None:
    """Nanoseconds of an ISO 8601 time, which Langfuse's SDKs send inside a JSON string."""
    inner = decode_json(text) if text.startswith('"') else text
    if not isinstance(inner, str) or not inner:
        return None
    try:
        moment = datetime.fromisoformat(inner)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000
