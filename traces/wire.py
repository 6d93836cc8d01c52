"""Rows as JSON that leaves the program: REST and live frames show the same fields (docs: OpenAPI schema).

Nanoseconds, sequence numbers and keys are decimal strings; unknown is null.
"""

from typing import Any
from urllib.parse import quote

from traces.missions import OTHER_NAMES
from traces.records import LogRow, MissionRow, SnapshotRow, SpanRow


def number(value: int | None) -> str | None:
    """A 64-bit number as text."""
    return None if value is None else str(value)


def mission_json(row: MissionRow) -> dict[str, Any]:
    """A mission as lists show it."""
    return {
        "id": row.id,
        "name": row.name,
        "status": row.status,
        "reported_status": row.reported_status,
        "is_inferred": row.is_inferred,
        "start_ns": number(row.start_ns),
        "end_ns": number(row.end_ns),
        "last_activity_ns": number(row.last_activity_ns),
        "duration_ns": number(row.duration_ns),
        "span_count": row.span_count,
        "error_count": row.error_count,
        "llm_call_count": row.llm_call_count,
        "tool_call_count": row.tool_call_count,
        "log_count": row.log_count,
        "snapshot_count": row.snapshot_count,
        "step_count": row.step_count,
        "step_done_count": row.step_done_count,
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "cost_usd": row.cost_usd,
        "agents": list(row.agents),
        "services": list(row.services),
        "models": list(row.models),
        "tools": list(row.tools),
        "verdict": row.verdict,
        "change_seq": str(row.change_seq),
        "url": mission_url(row.id),
    }


def mission_segment(mission_id: str) -> str:
    """A mission's id as one segment of an address. Browsers would resolve `.` and `..`: such have another name."""
    return quote(OTHER_NAMES.get(mission_id, mission_id), safe="~")


def mission_url(mission_id: str) -> str:
    """The mission's page."""
    return f"/missions/{mission_segment(mission_id)}/"


def span_json(row: SpanRow) -> dict[str, Any]:
    """A span without its payload."""
    return {
        "trace_id": row.trace_id,
        "span_id": row.span_id,
        "side": row.side,
        "parent_span_id": row.parent_span_id,
        "mission_id": row.mission_id,
        "name": row.name,
        "otel_kind": row.otel_kind,
        "span_kind": row.span_kind,
        "service_name": row.service_name,
        "agent_name": row.agent_name,
        "step_id": row.step_id,
        "start_ns": number(row.start_ns),
        "end_ns": number(row.end_ns),
        "duration_ns": number(row.duration_ns),
        "status_code": row.status_code,
        "status_message": row.status_message,
        "effective_status": row.effective_status,
        "error_type": row.error_type,
        "links": [{"trace_id": trace_id, "span_id": span_id} for trace_id, span_id in row.links],
        "warnings": list(row.warnings),
        "change_seq": str(row.change_seq),
    }


def log_json(row: LogRow) -> dict[str, Any]:
    """A log record with a preview of its body."""
    return {
        "id": str(row.pk),
        "mission_id": row.mission_id or None,
        "time_ns": str(row.time_ns),
        "severity_number": row.severity_number,
        "severity_text": row.severity_text,
        "body": row.body,
        "is_cut": row.is_cut,
        "service_name": row.service_name,
        "trace_id": row.trace_id,
        "span_id": row.span_id,
        "agent_name": row.agent_name,
        "step_id": row.step_id,
        "event_name": row.event_name,
        "user_id": row.user_id,
        "request_id": row.request_id,
        "conversation_id": row.conversation_id,
        "host_name": row.host_name,
        "change_seq": str(row.change_seq),
    }


def snapshot_json(row: SnapshotRow) -> dict[str, Any]:
    """A base or patch of state, without its value."""
    return {
        "id": str(row.pk),
        "agent_name": row.agent_name,
        "step_id": row.step_id,
        "trace_id": row.trace_id,
        "span_id": row.span_id,
        "time_ns": str(row.time_ns),
        "kind": row.kind,
        "source": row.source,
        "change_seq": str(row.change_seq),
    }
