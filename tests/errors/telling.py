"""Spans and log records that tell of failures, delivered and collected; and what is stored of them, without keys."""

from typing import Any

from faults.collecting import collect_pending
from faults.models import Event, Group, Work
from tests.ingest.delivery import deliver
from traces.models import Log, Mission, Span

TRACE = "5b8efff798038103d269b633813fc60c"
BEGIN_NS = 1_700_000_000_000_000_000
SECOND_NS = 1_000_000_000

PYTHON_STACK = """Traceback (most recent call last):
  File "/srv/app/agents/brain.py", line 41, in think
    reply = self.ask(prompt)
  File "/srv/app/agents/brain.py", line 57, in ask
    return parse(raw)
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None
ValueError: Expecting value: line 1 column 7
"""


def attributes(**named: Any) -> list[dict[str, Any]]:
    """OTLP attributes; `__` in a name is a dot."""
    return [{"key": name.replace("__", "."), "value": _value(value)} for name, value in named.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}


def exception(kind: str, message: str, *, stack: str = "", at_s: int = 1) -> dict[str, Any]:
    """A recorded exception, as a span event."""
    told = {"exception.type": kind, "exception.message": message, "exception.stacktrace": stack}
    named = [{"key": name, "value": {"stringValue": value}} for name, value in told.items() if value]
    return {"name": "exception", "timeUnixNano": str(BEGIN_NS + at_s * SECOND_NS), "attributes": named}


def span(
    number: int,
    *events: dict[str, Any],
    parent: int = 0,
    failed: bool = False,
    ok: bool = False,
    message: str = "",
    trace: str = TRACE,
    name: str = "",
    release: str = "1.4.0",
    **named: Any,
) -> dict[str, Any]:
    """A request with one span."""
    made: dict[str, Any] = {
        "traceId": trace,
        "spanId": f"{number:016x}",
        "name": name or f"span {number}",
        "kind": 1,
        "startTimeUnixNano": str(BEGIN_NS + number),
        "endTimeUnixNano": str(BEGIN_NS + number + SECOND_NS),
        "events": list(events),
        "attributes": attributes(**named),
    }
    if parent:
        made["parentSpanId"] = f"{parent:016x}"
    if failed:
        made["status"] = {"code": 2, "message": message}
    if ok:
        made["status"] = {"code": 1}
    resource = {"attributes": attributes(service__name="core", service__version=release)}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {}, "spans": [made]}]}]}


def line(
    body: str, *, number: int = 0, trace: str = TRACE, severity: int = 17, at_s: int = 1, event: str = "", **named: Any
) -> dict[str, Any]:
    """A request with one log record, in a span when it has a number."""
    made: dict[str, Any] = {
        "timeUnixNano": str(BEGIN_NS + at_s * SECOND_NS),
        "severityNumber": severity,
        "body": {"stringValue": body},
        "traceId": trace,
        "attributes": attributes(**named),
    }
    if number:
        made["spanId"] = f"{number:016x}"
    if event:
        made["eventName"] = event
    resource = {"attributes": attributes(service__name="core")}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [{"scope": {}, "logRecords": [made]}]}]}


def send(project_id: int, *requests: dict[str, Any]) -> None:
    """Deliver each by itself, then collect."""
    for request in requests:
        deliver(project_id, request, "traces" if "resourceSpans" in request else "logs")
    collect()


def collect() -> None:
    """Until nothing waits."""
    for _ in range(20):
        collect_pending()
        if not Work.objects.exists():
            return
    raise AssertionError("work stays on the list")


def read_events(project_id: int, *, counted: bool | None = None) -> list[dict[str, Any]]:
    """Events, without keys: what stands for what is named by source and span."""
    rows = {row.pk: row for row in Event.objects.filter(project_id=project_id)}
    groups = {row.pk: row for row in Group.objects.filter(project_id=project_id)}
    missions = dict(Mission.objects.values_list("id", "key"))
    found = []
    for row in rows.values():
        if counted is not None and row.is_counted != counted:
            continue
        better = rows[row.stands_for] if row.stands_for is not None else None
        assert (better is None) == row.is_counted
        assert row.span_pk is None or Span.objects.filter(id=row.span_pk, project_id=project_id).exists()
        assert row.log_pk is None or Log.objects.filter(id=row.log_pk, project_id=project_id).exists()
        found.append(
            {
                "told": (row.source, row.error_type, row.message, bytes(row.span_id or b"").hex()[-2:], row.time_ns),
                "for": None if better is None else (better.source, bytes(better.span_id or b"").hex()[-2:]),
                "group": bytes(groups[row.group_id].fingerprint).hex(),
                "mission": missions.get(row.mission_id),
                "level": row.level,
                "handled": row.handled,
                "culprit": row.culprit,
            }
        )
    return sorted(found, key=repr)


def read_groups(project_id: int) -> list[dict[str, Any]]:
    """Groups that hold events, without keys."""
    names = (
        "title", "error_type", "message", "culprit", "source", "level", "service_name", "agent_name", "tool_name",
        "step_verb", "status", "first_seen_ns", "last_seen_ns", "event_count", "mission_count",
    )  # fmt: skip
    rows = Group.objects.filter(project_id=project_id, event_count__gt=0)
    return sorted(({name: getattr(row, name) for name in names} for row in rows), key=repr)
