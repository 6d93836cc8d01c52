"""Writes model calls and tool runs for the spans that a transaction stored."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from core.bulk import Table, insert_rows
from llmlog.prices import compute_cost
from telemetry.meaning import WAITS_FOR_A_PERSON, LlmMeaning, SpanMeaning
from traces.incoming import SHOWN_LENGTH
from traces.store import StoredSpan

LONGEST_TYPE = 60
"""Characters of a type of conversation."""
CALLS = Table(
    "llmlog_llmcall",
    (
        "span_pk", "project_id", "mission_id", "started_ns", "conversation_type",
        "operation", "provider_name", "request_model", "response_model",
        "finish_reasons", "time_to_first_token_ns", "input_tokens", "output_tokens", "cache_read_input_tokens",
        "cache_creation_input_tokens", "reasoning_output_tokens", "cost_usd", "cost_source", "counts_usage",
        "is_counted", "duration_ns", "error", "message_hashes", "new_message_count", "tool_call_ids", "change_seq",
        "response_id", "call_id", "is_attempt", "from_cache", "is_invalid_json",
    ),
    (
        "int8", "int8", "int8", "int8", "text",
        "text", "text", "text", "text", "text", "int8", "int8", "int8", "int8", "int8", "int8",
        "text", "text", "bool", "bool", "int8", "text", "bytea", "int4", "text", "int8", "text", "text", "bool",
        "bool", "bool",
    ),
)  # fmt: skip
TOOLS = Table(
    "llmlog_toolcall",
    (
        "span_pk", "project_id", "mission_id", "tool_name", "tool_call_id", "arguments_hash", "requested_by", "error",
        "change_seq",
    ),
    ("int8", "int8", "int8", "text", "text", "bytea", "int8", "text", "int8"),
)  # fmt: skip


def store_calls(cursor: Any, project_id: int, stored: Sequence[StoredSpan]) -> None:
    """Write the calls of stored spans; those of a changed span replace what it had."""
    changed = [item.pk for item in stored if not item.is_new]
    if changed:
        marks = ", ".join(["%s"] * len(changed))
        cursor.execute(f"DELETE FROM llmlog_llmcall WHERE span_pk IN ({marks})", changed)
        cursor.execute(f"DELETE FROM llmlog_toolcall WHERE span_pk IN ({marks})", changed)
    calls: list[tuple[Any, ...]] = []
    tools: list[tuple[Any, ...]] = []
    for item in stored:
        meaning, seq = item.span.meaning, item.derived_seq
        if meaning.llm is not None:
            calls.append(_call_row(project_id, item, meaning, meaning.llm, seq))
            seq += 1
        if meaning.tool is not None:
            tools.append(_tool_row(project_id, item, meaning, seq))
    insert_rows(cursor, connection.vendor, CALLS, calls)
    insert_rows(cursor, connection.vendor, TOOLS, tools)


def _call_row(project_id: int, item: StoredSpan, meaning: SpanMeaning, llm: LlmMeaning, seq: int) -> tuple[Any, ...]:
    cost, source = _cost(llm, item.span.start_ns)
    return (
        item.pk, project_id, item.mission_pk, item.span.start_ns, llm.conversation_type[:LONGEST_TYPE],
        llm.operation[:SHOWN_LENGTH], llm.provider_name[:SHOWN_LENGTH],
        llm.request_model[:SHOWN_LENGTH], llm.response_model[:SHOWN_LENGTH], "\n".join(llm.finish_reasons),
        llm.time_to_first_token_ns, llm.input_tokens, llm.output_tokens, llm.cache_read_input_tokens,
        llm.cache_creation_input_tokens, llm.reasoning_output_tokens, cost, source, llm.counts_usage,
        llm.counts_usage, _duration(item), _error(meaning, item), b"".join(llm.message_hashes), None,
        "\n".join(llm.tool_call_ids), seq, llm.response_id[:SHOWN_LENGTH], llm.call_id[:SHOWN_LENGTH], llm.is_attempt,
        llm.from_cache, llm.is_invalid_json,
    )  # fmt: skip


def _tool_row(project_id: int, item: StoredSpan, meaning: SpanMeaning, seq: int) -> tuple[Any, ...]:
    tool = meaning.tool
    assert tool is not None
    return (
        item.pk, project_id, item.mission_pk, tool.tool_name[:SHOWN_LENGTH], tool.tool_call_id[:SHOWN_LENGTH],
        tool.arguments_hash, None, tool.error[:SHOWN_LENGTH] or _error(meaning, item), seq,
    )  # fmt: skip


def _duration(item: StoredSpan) -> int | None:
    start_ns, end_ns = item.span.start_ns, item.span.end_ns
    return None if start_ns is None or end_ns is None else max(0, end_ns - start_ns)


def _error(meaning: SpanMeaning, item: StoredSpan) -> str:
    if meaning.error_type == WAITS_FOR_A_PERSON and item.span.status_code != 2:
        return ""
    if not (meaning.error_type or meaning.error_message or item.span.status_code == 2):
        return ""
    return (meaning.error_message or item.span.status_message or meaning.error_type or "error")[:SHOWN_LENGTH]


def _cost(llm: LlmMeaning, at_ns: int | None) -> tuple[str | None, str]:
    if llm.cost_usd is not None:
        return format(llm.cost_usd, "f"), "sender"
    cost = compute_cost(
        llm.provider_name,
        llm.response_model or llm.request_model,
        input_tokens=llm.input_tokens,
        output_tokens=llm.output_tokens,
        cache_read_input_tokens=llm.cache_read_input_tokens,
        cache_creation_input_tokens=llm.cache_creation_input_tokens,
        at_ns=at_ns,
    )
    return (None, "") if cost is None else (format(Decimal(cost.usd), "f"), cost.source)
