"""Reads model calls and tool runs as frozen records."""

from collections.abc import Iterable, Sequence
from typing import Any

from llmlog.models import LlmCall, ToolCall
from llmlog.records import LlmCallRow, ToolCallRow
from traces.models import Span
from traces.selectors import effective_status

HASH_BYTES = 8
_SPAN_COLUMNS = (
    "id", "trace_id", "span_id", "side", "agent_name", "step_id", "start_ns", "end_ns", "status_code", "error_type",
)  # fmt: skip
_CALL_COLUMNS = (
    "span_pk", "operation", "provider_name", "request_model", "response_model", "finish_reasons",
    "time_to_first_token_ns", "input_tokens", "output_tokens", "cache_read_input_tokens",
    "cache_creation_input_tokens", "reasoning_output_tokens", "cost_usd", "cost_source", "counts_usage", "error",
    "message_hashes", "new_message_count", "tool_call_ids", "change_seq",
)  # fmt: skip
_TOOL_COLUMNS = ("span_pk", "tool_name", "tool_call_id", "requested_by", "error", "change_seq", "arguments_hash")


def list_llm_calls(
    mission_pk: int, mission_id: str, *, after_seq: int = 0, limit: int | None = None
) -> list[LlmCallRow]:
    """Model calls of a mission in the order of their last change."""
    query = LlmCall.objects.filter(mission_id=mission_pk, change_seq__gt=after_seq).order_by("change_seq")
    rows = list(query.values_list(*_CALL_COLUMNS)[:limit] if limit else query.values_list(*_CALL_COLUMNS))
    spans = _spans([row[0] for row in rows], mission_pk)
    return [_call(row, spans[row[0]], mission_id) for row in rows if row[0] in spans]


def find_llm_call(project_id: int, mission_pk: int, mission_id: str, pk: int) -> LlmCallRow | None:
    """One model call of the mission."""
    query = LlmCall.objects.filter(project_id=project_id, mission_id=mission_pk, span_pk=pk)
    row = query.values_list(*_CALL_COLUMNS).first()
    span = _spans([pk], mission_pk).get(pk)
    return None if row is None or span is None else _call(row, span, mission_id)


def list_tool_calls(
    mission_pk: int, mission_id: str, *, after_seq: int = 0, limit: int | None = None
) -> list[ToolCallRow]:
    """Tool runs of a mission in the order of their last change."""
    query = ToolCall.objects.filter(mission_id=mission_pk, change_seq__gt=after_seq).order_by("change_seq")
    rows = list(query.values_list(*_TOOL_COLUMNS)[:limit] if limit else query.values_list(*_TOOL_COLUMNS))
    spans = _spans([row[0] for row in rows], mission_pk)
    return [_tool(row, spans[row[0]], mission_id) for row in rows if row[0] in spans]


def find_tool_call(project_id: int, mission_pk: int, mission_id: str, pk: int) -> ToolCallRow | None:
    """One tool run of the mission."""
    query = ToolCall.objects.filter(project_id=project_id, mission_id=mission_pk, span_pk=pk)
    row = query.values_list(*_TOOL_COLUMNS).first()
    span = _spans([pk], mission_pk).get(pk)
    return None if row is None or span is None else _tool(row, span, mission_id)


def _spans(pks: Iterable[int], mission_pk: int) -> dict[int, Sequence[Any]]:
    wanted = list(pks)
    if len(wanted) > 500:
        query = Span.objects.filter(mission_id=mission_pk)
    else:
        query = Span.objects.filter(id__in=wanted)
    return {row[0]: row for row in query.values_list(*_SPAN_COLUMNS)}


def _call(row: Sequence[Any], span: Sequence[Any], mission_id: str) -> LlmCallRow:
    hashes = bytes(row[16])
    return LlmCallRow(
        pk=row[0],
        mission_id=mission_id,
        trace_id=bytes(span[1]).hex(),
        span_id=bytes(span[2]).hex(),
        side=span[3],
        agent_name=span[4],
        step_id=span[5],
        operation=row[1],
        provider_name=row[2],
        request_model=row[3],
        response_model=row[4],
        start_ns=span[6],
        end_ns=span[7],
        time_to_first_token_ns=row[6],
        finish_reasons=tuple(row[5].split("\n")) if row[5] else (),
        input_tokens=row[7],
        output_tokens=row[8],
        cache_read_input_tokens=row[9],
        cache_creation_input_tokens=row[10],
        reasoning_output_tokens=row[11],
        cost_usd=row[12],
        cost_source=row[13],
        counts_usage=bool(row[14]),
        status=effective_status(span[8], span[9], span[7]),
        error=row[15],
        attempt_count=1,
        message_count=len(hashes) // HASH_BYTES,
        new_message_count=row[17],
        message_hashes=tuple(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)),
        tool_call_ids=tuple(row[18].split("\n")) if row[18] else (),
        change_seq=row[19],
    )


def _tool(row: Sequence[Any], span: Sequence[Any], mission_id: str) -> ToolCallRow:
    status = effective_status(span[8], span[9], span[7])
    return ToolCallRow(
        pk=row[0],
        mission_id=mission_id,
        trace_id=bytes(span[1]).hex(),
        span_id=bytes(span[2]).hex(),
        side=span[3],
        agent_name=span[4],
        step_id=span[5],
        tool_name=row[1],
        tool_call_id=row[2],
        requested_by=row[3],
        start_ns=span[6],
        end_ns=span[7],
        status=("UNSET", "OK", "ERROR")[span[8]] if 0 <= span[8] <= 2 else "UNSET",
        effective_status="failed" if row[4] else status,
        error=row[4],
        arguments_hash=bytes(row[6]),
        change_seq=row[5],
    )
