"""Native records of work as spans, in the words of OpenTelemetry's GenAI conventions."""

from collections.abc import Mapping
from typing import Any

from core.nanotime import MAX_NS, NS_PER_SECOND
from telemetry.decode.repairs import time_repairs
from telemetry.decode.rules import UNKNOWN_NAME
from telemetry.native.common import SCOPE, gather_attributes, resource_of
from telemetry.native.fields import Work
from telemetry.native.ids import find_parent_span_id, find_span_id, find_trace_id, span_of, text_of
from telemetry.native.times import read_time
from telemetry.native.work_records import LlmAttempt, LlmCall, Span, ToolCall
from telemetry.records import AttributeValue, EventRecord, SpanRecord

INTERNAL = 1
UNSET, OK, ERROR = 0, 1, 2
_STATUSES = {"ok": OK, "success": OK, "completed": OK, "error": ERROR, "failed": ERROR}


def make_span(record: Span | LlmCall | LlmAttempt | ToolCall, item: Mapping[str, Any]) -> SpanRecord:
    """The span of a record. Raises Refusal."""
    start, end = read_time("start_ns", record.start_ns), read_time("end_ns", record.end_ns)
    status = (record.status or "").strip().lower()
    own = {
        **_own_attributes(record),
        "error.type": record.error_type,
        "missionscope.status": record.status if status not in _STATUSES else None,
    }
    attributes = gather_attributes(record, item, own)
    return SpanRecord(
        trace_id=find_trace_id(record, item),
        span_id=find_span_id(record, item),
        parent_span_id=_find_parent(record),
        name=_find_name(record),
        otel_kind=INTERNAL,
        start_ns=start,
        end_ns=end,
        status_code=_STATUSES.get(status, ERROR if record.error or record.error_type else UNSET),
        status_message=record.error or "",
        attributes=attributes.kept,
        events=_events(record) if isinstance(record, Span) else (),
        links=(),
        resource=resource_of(record.service_name),
        scope=SCOPE,
        dropped_attributes_count=attributes.dropped_count,
        repairs=(*time_repairs(start or 0, end or 0, MAX_NS), *attributes.repairs),
    )


def _find_parent(record: Work) -> bytes:
    parent = find_parent_span_id(record)
    if not parent and isinstance(record, LlmAttempt) and (call := text_of(record.call_id)):
        return span_of(call)
    return parent


def _find_name(record: Span | LlmCall | LlmAttempt | ToolCall) -> str:
    """A record that only tells an end names nothing: then the name told at the start stays."""
    if isinstance(record, Span):
        name = record.name
    elif isinstance(record, ToolCall):
        name = f"execute_tool {record.tool_name}" if record.tool_name else None
    else:
        name = f"{record.operation or 'chat'} {record.model}" if record.model else None
    return name if name and name.strip() else UNKNOWN_NAME


def _own_attributes(record: Span | LlmCall | LlmAttempt | ToolCall) -> dict[str, AttributeValue]:
    if isinstance(record, Span):
        return {"missionscope.span.kind": record.kind.strip().lower() if record.kind else None}
    if isinstance(record, ToolCall):
        return {
            "missionscope.span.kind": "tool",
            "gen_ai.tool.name": record.tool_name,
            "gen_ai.tool.call.id": record.tool_call_id,
            "gen_ai.tool.call.arguments": record.arguments,
            "gen_ai.tool.call.result": record.result,
        }
    return _call_attributes(record)


def _call_attributes(record: LlmCall | LlmAttempt) -> dict[str, AttributeValue]:
    attempt = (
        {"missionscope.attempt": record.attempt, "missionscope.call.id": text_of(record.call_id) or None}
        if isinstance(record, LlmAttempt)
        else {}
    )
    settings = {f"gen_ai.request.{name}": value for name, value in (record.parameters or {}).items()}
    named = {
        **attempt,
        "llm.request.type": "chat",  # believed less than the operation, which a record of the end may leave out
        "gen_ai.operation.name": record.operation,
        "gen_ai.provider.name": record.provider,
        "gen_ai.request.model": record.model,
        "gen_ai.response.model": record.response_model,
        "gen_ai.response.id": record.response_id,
        "gen_ai.response.finish_reasons": record.finish_reasons,
        "gen_ai.response.time_to_first_chunk": _seconds(record.time_to_first_token_ns),
        "gen_ai.system_instructions": record.system_instructions,
        "gen_ai.input.messages": _messages(record.input_messages, "user"),
        "gen_ai.output.messages": _messages(record.output_messages, "assistant"),
        "gen_ai.tool.definitions": record.tool_definitions,
        "gen_ai.usage.input_tokens": record.input_tokens,
        "gen_ai.usage.output_tokens": record.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": record.cache_read_input_tokens,
        "gen_ai.usage.cache_creation.input_tokens": record.cache_creation_input_tokens,
        "gen_ai.usage.reasoning.output_tokens": record.reasoning_output_tokens,
        "missionscope.cost_usd": record.cost_usd,
    }
    return {**settings, **{name: value for name, value in named.items() if value is not None}}


def _messages(value: Any, role: str) -> Any:
    """Messages as sent; a bare text, or one message alone, as a list of one."""
    if isinstance(value, str):
        return [{"role": role, "content": value}] if value else None
    return [value] if isinstance(value, dict) else value


def _seconds(duration_ns: int | None) -> str | None:
    """Seconds with nine decimals, written out: no double holds them all."""
    if duration_ns is None:
        return None
    seconds, rest = divmod(duration_ns, NS_PER_SECOND)
    return f"{seconds}.{rest:09d}"


def _events(record: Span) -> tuple[EventRecord, ...]:
    return tuple(
        EventRecord(
            time_ns=read_time(f"events[{place}].time_ns", event.time_ns),
            name=event.name or UNKNOWN_NAME,
            attributes=event.attributes or {},
        )
        for place, event in enumerate(record.events or ())
    )
