"""Reads model calls and tool runs as frozen records."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from llmlog.models import LlmCall, ToolCall
from llmlog.records import LlmCallRow, ToolCallRow
from traces.records import SpanRow
from traces.selectors import find_span_rows

HASH_BYTES = 8
_CALL_COLUMNS = (
    "span_pk", "operation", "provider_name", "request_model", "response_model", "finish_reasons",
    "time_to_first_token_ns", "input_tokens", "output_tokens", "cache_read_input_tokens",
    "cache_creation_input_tokens", "reasoning_output_tokens", "cost_usd", "cost_source", "counts_usage", "error",
    "message_hashes", "new_message_count", "tool_call_ids", "change_seq", "attempt_count", "is_counted",
    "response_id", "call_id", "is_attempt", "from_cache", "is_invalid_json",
)  # fmt: skip
_TOOL_COLUMNS = ("span_pk", "tool_name", "tool_call_id", "requested_by", "error", "change_seq", "arguments_hash")


def list_llm_calls(
    mission_pk: int, mission_id: str, *, after_seq: int = 0, limit: int | None = None
) -> list[LlmCallRow]:
    """Model calls of a mission in the order of their last change."""
    query = LlmCall.objects.filter(mission_id=mission_pk, change_seq__gt=after_seq).order_by("change_seq")
    found = query.values_list(*_CALL_COLUMNS)
    rows = list(found[:limit] if limit else found)
    return [_call(row, span) for row, span in _with_spans(rows, mission_pk, mission_id)]


def find_llm_call(project_id: int, mission_pk: int, mission_id: str, pk: int) -> LlmCallRow | None:
    """One model call of the mission."""
    query = LlmCall.objects.filter(project_id=project_id, mission_id=mission_pk, span_pk=pk)
    found = _with_spans(list(query.values_list(*_CALL_COLUMNS)), mission_pk, mission_id)
    return next((_call(row, span) for row, span in found), None)


def list_tool_calls(
    mission_pk: int,
    mission_id: str,
    *,
    after_seq: int = 0,
    limit: int | None = None,
    tool_name: str = "",
    tool_call_ids: Collection[str] | None = None,
) -> list[ToolCallRow]:
    """Tool runs of a mission (of one tool, or with these ids) in the order of their last change."""
    query = ToolCall.objects.filter(mission_id=mission_pk, change_seq__gt=after_seq).order_by("change_seq")
    if tool_name:
        query = query.filter(tool_name=tool_name)
    if tool_call_ids is not None:
        query = query.filter(tool_call_id__in=tool_call_ids)
    found = query.values_list(*_TOOL_COLUMNS)
    rows = list(found[:limit] if limit else found)
    return [_tool(row, span) for row, span in _with_spans(rows, mission_pk, mission_id)]


def find_tool_call(project_id: int, mission_pk: int, mission_id: str, pk: int) -> ToolCallRow | None:
    """One tool run of the mission."""
    query = ToolCall.objects.filter(project_id=project_id, mission_id=mission_pk, span_pk=pk)
    found = _with_spans(list(query.values_list(*_TOOL_COLUMNS)), mission_pk, mission_id)
    return next((_tool(row, span) for row, span in found), None)


class Calls(NamedTuple):
    """The model calls and tool runs of a mission, each in the order of their last change."""

    llm: list[LlmCallRow]
    tools: list[ToolCallRow]


def list_calls_of_spans(spans: Mapping[int, Sequence[SpanRow]]) -> dict[int, Calls]:
    """The calls of several missions whose spans (by mission key) have been read."""
    by_pk = {span.pk: span for rows in spans.values() for span in rows}
    found = {pk: Calls([], []) for pk in spans}
    chosen = {"mission_id__in": list(spans)}
    calls = LlmCall.objects.filter(**chosen).order_by("mission_id", "change_seq")
    for mission_pk, *row in calls.values_list("mission_id", *_CALL_COLUMNS):
        if row[0] in by_pk:
            found[mission_pk].llm.append(_call(row, by_pk[row[0]]))
    runs = ToolCall.objects.filter(**chosen).order_by("mission_id", "change_seq")
    for mission_pk, *row in runs.values_list("mission_id", *_TOOL_COLUMNS):
        if row[0] in by_pk:
            found[mission_pk].tools.append(_tool(row, by_pk[row[0]]))
    return found


def _with_spans(rows: Sequence[Sequence[Any]], mission_pk: int, mission_id: str) -> list[tuple[Sequence[Any], SpanRow]]:
    """Each row beside its span; one whose span is not in the mission is left out."""
    spans = find_span_rows([row[0] for row in rows], mission_pk, mission_id) if rows else {}
    return [(row, spans[row[0]]) for row in rows if row[0] in spans]


def _call(row: Sequence[Any], span: SpanRow) -> LlmCallRow:
    hashes = bytes(row[16])
    return LlmCallRow(
        pk=row[0],
        mission_id=span.mission_id,
        trace_id=span.trace_id,
        span_id=span.span_id,
        side=span.side,
        agent_name=span.agent_name,
        step_id=span.step_id,
        operation=row[1],
        provider_name=row[2],
        request_model=row[3],
        response_model=row[4],
        start_ns=span.start_ns,
        end_ns=span.end_ns,
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
        is_counted=bool(row[21]),
        status=span.effective_status,
        error=row[15],
        attempt_count=row[20],
        message_count=len(hashes) // HASH_BYTES,
        new_message_count=row[17],
        message_hashes=tuple(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)),
        tool_call_ids=tuple(row[18].split("\n")) if row[18] else (),
        change_seq=row[19],
        response_id=row[22],
        call_id=row[23],
        is_attempt=bool(row[24]),
        from_cache=bool(row[25]),
        is_invalid_json=bool(row[26]),
    )


def _tool(row: Sequence[Any], span: SpanRow) -> ToolCallRow:
    return ToolCallRow(
        pk=row[0],
        mission_id=span.mission_id,
        trace_id=span.trace_id,
        span_id=span.span_id,
        side=span.side,
        agent_name=span.agent_name,
        step_id=span.step_id,
        tool_name=row[1],
        tool_call_id=row[2],
        requested_by=row[3],
        start_ns=span.start_ns,
        end_ns=span.end_ns,
        status=span.status_code,
        effective_status=span.effective_status,
        error=row[4],
        arguments_hash=bytes(row[6]),
        change_seq=row[5],
    )
