"""Native records that become log records: lines, errors, states, and all that is said of the plan."""

from collections.abc import Mapping
from typing import Any

from telemetry.decode.refusal import Refusal
from telemetry.native.common import SCOPE, gather_attributes, resource_of
from telemetry.native.fields import Placed, Record
from telemetry.native.ids import find_parent_span_id, find_trace_id
from telemetry.native.plan_records import Agent, HumanRequest, Mission, PlanRevision, Step, StepEdge
from telemetry.native.times import read_time
from telemetry.native.told_records import Error, Log, Snapshot, SnapshotPatch
from telemetry.records import AttributeValue, LogRecord

SEVERITIES = {
    "trace": 1, "debug": 5, "info": 9, "information": 9, "notice": 10, "warn": 13, "warning": 13, "error": 17,
    "critical": 21, "fatal": 21,
}  # fmt: skip
_TIMES = ("time_ns", "start_ns", "end_ns", "created_ns", "started_ns", "ended_ns", "asked_ns", "answered_ns")

PlanRecord = Mission | Agent | Step | StepEdge | PlanRevision | HumanRequest


def make_plan_log(record: PlanRecord, item: Mapping[str, Any]) -> LogRecord:
    """`missionscope.<type>` with the record as it was sent for its body. Raises Refusal for a time that is none."""
    times = {name: read_time(name, getattr(record, name, None)) for name in _TIMES}
    time_ns = times["time_ns"] or max((each for each in times.values() if each), default=None)
    return _make(record, item, f"missionscope.{item['type']}", dict(item), time_ns=time_ns)


def make_state_log(record: Snapshot | SnapshotPatch, item: Mapping[str, Any]) -> LogRecord:
    """A state, under the name and in the place where states from OpenTelemetry senders stand."""
    is_whole = isinstance(record, Snapshot)
    event_name = "missionscope.state.snapshot" if is_whole else "missionscope.state.patch"
    body = item["state" if is_whole else "operations"]
    return _make(record, item, event_name, body, time_ns=read_time("time_ns", record.time_ns))


def make_told_log(record: Log | Error, item: Mapping[str, Any]) -> LogRecord:
    """A log line, or an error in the words of OpenTelemetry's exceptions."""
    time_ns = read_time("time_ns", record.time_ns)
    if isinstance(record, Log):
        if record.body is None:
            raise Refusal("field_missing", "body is missing: a log record needs a message.")
        return _make(
            record, item, record.event_name or "", record.body, time_ns=time_ns, severity=record.severity or ""
        )
    own = {
        "exception.type": record.error_type,
        "exception.message": record.message,
        "exception.stacktrace": record.stacktrace,
        "error.type": record.error_type,
    }
    severity = record.severity or "error"
    return _make(record, item, "missionscope.error", record.message, time_ns=time_ns, severity=severity, own=own)


def _make(
    record: Record,
    item: Mapping[str, Any],
    event_name: str,
    body: AttributeValue,
    *,
    time_ns: int | None,
    severity: str = "",
    own: Mapping[str, AttributeValue] | None = None,
) -> LogRecord:
    is_whole = isinstance(record, PlanRecord)
    attributes = gather_attributes(record, {} if is_whole else item, own or {})
    return LogRecord(
        time_ns=time_ns,
        observed_ns=None,
        severity_number=SEVERITIES.get(severity.strip().lower(), 0),
        severity_text=severity,
        body=body,
        attributes=attributes.kept,
        trace_id=find_trace_id(record, item),
        span_id=find_parent_span_id(record) if isinstance(record, Placed) else b"",
        event_name=event_name,
        resource=resource_of(record.service_name),
        scope=SCOPE,
        dropped_attributes_count=attributes.dropped_count,
        repairs=attributes.repairs,
    )
