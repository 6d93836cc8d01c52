"""Counts what missions hold, several missions at once."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Count, F, Max, Q

from core.bulk import chunked
from traces.models import Log, Mission, MissionWork, Snapshot, Span, SpanVersion
from traces.records import ErrorLogs

ERROR_SEVERITY = 17
"""Of a log record: ERROR and above."""
MINUTE_NS = 60 * 1_000_000_000


class Counts(NamedTuple):
    """What a mission has beside its spans, and when its last log record came."""

    logs: int
    error_logs: int
    """Of severity ERROR and above."""
    snapshots: int
    last_log_ns: int | None


def count_spans(mission_pks: Sequence[int]) -> dict[int, int]:
    """Spans of several missions, by key."""
    counted = Span.objects.filter(mission_id__in=mission_pks).values_list("mission_id").annotate(Count("id"))
    return dict.fromkeys(mission_pks, 0) | dict(counted)


def count_versions(span_pks: Sequence[int]) -> dict[int, int]:
    """Distinct records that spans were merged from, by key."""
    counted = SpanVersion.objects.filter(span_pk__in=span_pks).values_list("span_pk").annotate(Count("id"))
    return dict.fromkeys(span_pks, 1) | dict(counted)


def count_waiting_missions() -> int:
    """How many missions changed since their totals were last computed."""
    return MissionWork.objects.count()


def count_by_status(project_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """Missions of several projects, by project and status."""
    rows = Mission.objects.filter(project_id__in=list(project_ids)).values_list("project_id", "status")
    return {(project_id, status): count for project_id, status, count in rows.annotate(Count("id"))}


def count_error_logs(mission_pks: Sequence[int]) -> dict[int, list[ErrorLogs]]:
    """The log records of severity ERROR and above of several missions, by key: by minute, service and span."""
    chosen = Log.objects.filter(mission_id__in=list(mission_pks), severity_number__gte=ERROR_SEVERITY)
    minute = F("time_ns") - F("time_ns") % MINUTE_NS
    rows = chosen.annotate(minute_ns=minute).values_list(
        "mission_id", "minute_ns", "service_name", "trace_id", "span_id"
    )
    found: dict[int, list[ErrorLogs]] = {pk: [] for pk in mission_pks}
    for pk, minute_ns, service_name, trace_id, span_id, count in rows.annotate(count=Count("id")):
        place = bytes(trace_id or b"").hex(), bytes(span_id or b"").hex()
        found[pk].append(ErrorLogs(minute_ns, service_name, *place, count))
    return found


def count_records(mission_pks: Sequence[int]) -> dict[int, Counts]:
    """Counts of several missions, by key."""
    chosen = {"mission_id__in": list(mission_pks)}
    snapshots = dict(Snapshot.objects.filter(**chosen).values_list("mission_id").annotate(Count("id")))
    errors = Count("id", filter=Q(severity_number__gte=ERROR_SEVERITY))
    by_mission = Log.objects.filter(**chosen).values_list("mission_id")
    rows = by_mission.annotate(count=Count("id"), errors=errors, last=Max("time_ns"))
    logs = {pk: (count, error_count, last_ns) for pk, count, error_count, last_ns in rows}
    found: dict[int, Counts] = {}
    for pk in mission_pks:
        log_count, error_count, last_ns = logs.get(pk, (0, 0, None))
        found[pk] = Counts(log_count, error_count, snapshots.get(pk, 0), last_ns)
    return found


def count_known_logs(project_id: int, content_hashes: Sequence[bytes]) -> int:
    """How many of these log records are stored."""
    known = 0
    for part in chunked(content_hashes, 500):
        known += Log.objects.filter(project_id=project_id, content_hash__in=list(part)).count()
    return known
