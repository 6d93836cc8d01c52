"""Error groups and events as JSON that leaves the program."""

from typing import Any

from faults.records import ErrorEvent, GroupRow, MissionTouched
from telemetry.stacktraces import Frame, StackTrace
from traces.wire import mission_url, number


def group_json(row: GroupRow) -> dict[str, Any]:
    """A group, as in the list."""
    return {
        "id": str(row.pk),
        "title": row.title,
        "error_type": row.error_type,
        "message": row.message,
        "culprit": row.culprit,
        "source": row.source,
        "level": row.level,
        "service_name": row.service_name,
        "agent_name": row.agent_name,
        "tool_name": row.tool_name,
        "step_verb": row.step_verb,
        "status": row.status,
        "is_regressed": row.is_regressed,
        "assignee": row.assignee or None,
        "first_seen_ns": str(row.first_seen_ns),
        "last_seen_ns": str(row.last_seen_ns),
        "event_count": row.event_count,
        "mission_count": row.mission_count,
        "resolved_ns": number(row.resolved_ns),
        "resolved_after_release": row.resolved_release,
        "regressed_ns": number(row.regressed_ns),
        "ignore_until_ns": number(row.ignore_until_ns),
        "ignore_until_count": row.ignore_until_count,
        "fingerprint": row.fingerprint,
        "fingerprint_version": row.fingerprint_version,
        "url": f"/errors/{row.pk}/",
    }


def event_json(row: ErrorEvent) -> dict[str, Any]:
    """An event, as in the list."""
    return {
        "id": str(row.pk),
        "group": str(row.group_pk),
        "title": row.title,
        "time_ns": str(row.time_ns),
        "source": row.source,
        "level": row.level,
        "error_type": row.error_type,
        "message": row.message,
        "culprit": row.culprit,
        "handled": row.handled,
        "is_counted": row.is_counted,
        "mission_id": row.mission_id,
        "mission_url": None if row.mission_id is None else mission_url(row.mission_id),
        "trace_id": row.trace_id,
        "span_id": row.span_id,
        "log_id": number(row.log_pk),
        "step": row.step_key or None,
        "service_name": row.service_name,
        "agent_name": row.agent_name,
        "tool_name": row.tool_name,
        "step_id": row.step_id,
        "step_verb": row.step_verb,
        "release": row.release,
        "environment": row.environment,
        "user_id": row.user_id,
        "request_id": row.request_id,
    }


def mission_touched_json(row: MissionTouched) -> dict[str, Any]:
    """A mission in which it happened."""
    return {
        "id": row.id,
        "name": row.name,
        "status": row.status,
        "event_count": row.event_count,
        "last_ns": str(row.last_ns),
        "url": mission_url(row.id),
    }


def stack_json(stack: StackTrace | None) -> dict[str, Any] | None:
    """A stack trace; the innermost call last."""
    if stack is None:
        return None
    return {
        "language": stack.language,
        "exceptions": [
            {
                "type": thrown.type,
                "message": thrown.message,
                "link": thrown.link,
                "left_out": thrown.left_out,
                "frames": [_frame_json(frame) for frame in thrown.frames],
            }
            for thrown in stack.chain
        ],
    }


def _frame_json(frame: Frame) -> dict[str, Any]:
    return {
        "file": frame.file,
        "function": frame.function,
        "module": frame.module,
        "line": frame.line,
        "column": frame.column,
        "in_app": frame.in_app,
        "source": frame.source,
        "before": list(frame.before),
        "after": list(frame.after),
        "mapped_from": frame.mapped_from or None,
    }
