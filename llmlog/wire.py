"""Calls as JSON that leaves the program: REST and live frames show the same fields."""

from typing import Any

from llmlog.records import LlmCallRow, ToolCallRow
from traces.wire import number


def llm_call_json(row: LlmCallRow) -> dict[str, Any]:
    """A model call without its texts."""
    return {
        "id": str(row.pk),
        "trace_id": row.trace_id,
        "span_id": row.span_id,
        "agent_name": row.agent_name,
        "step_id": row.step_id,
        "operation": row.operation,
        "provider_name": row.provider_name,
        "request_model": row.request_model,
        "response_model": row.response_model,
        "start_ns": number(row.start_ns),
        "end_ns": number(row.end_ns),
        "time_to_first_token_ns": number(row.time_to_first_token_ns),
        "finish_reasons": list(row.finish_reasons),
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "cache_read_input_tokens": row.cache_read_input_tokens,
        "cache_creation_input_tokens": row.cache_creation_input_tokens,
        "reasoning_output_tokens": row.reasoning_output_tokens,
        "cost_usd": row.cost_usd,
        "cost_source": row.cost_source,
        "counts_usage": row.counts_usage,
        "is_counted": row.is_counted,
        "status": row.status,
        "error": row.error,
        "attempt_count": row.attempt_count,
        "message_count": row.message_count,
        "new_message_count": row.new_message_count,
        "response_id": row.response_id,
        "call_id": row.call_id,
        "is_attempt": row.is_attempt,
        "change_seq": str(row.change_seq),
    }


def tool_call_json(row: ToolCallRow) -> dict[str, Any]:
    """A tool run without its texts."""
    return {
        "id": str(row.pk),
        "trace_id": row.trace_id,
        "span_id": row.span_id,
        "agent_name": row.agent_name,
        "step_id": row.step_id,
        "tool_name": row.tool_name,
        "tool_call_id": row.tool_call_id,
        "requested_by": number(row.requested_by),
        "start_ns": number(row.start_ns),
        "end_ns": number(row.end_ns),
        "status": row.status,
        "effective_status": row.effective_status,
        "error": row.error,
        "change_seq": str(row.change_seq),
    }
