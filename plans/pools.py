"""The missions of records that name none: what waits in them, and what is known of others at that time."""

from typing import NamedTuple

from plans.building.ownership import AROUND_NS, Moment
from plans.models import AttributionWork, Fact
from plans.records import FactRow
from plans.selectors import list_facts
from telemetry.meaning import POOL
from traces.models import Log, Mission, Span

MOST_FACTS = 50_000
"""Of the missions of that time. Beyond it, what names no mission stays where it is: a guess among so many is none."""
MOST_POOLED = 20_000


class Pool(NamedTuple):
    """What waits in one mission, and the named missions of its time."""

    project_id: int
    facts: list[FactRow]
    traces: dict[int, bytes]
    """By key of a log record: its trace."""
    moments: list[Moment]
    named: list[FactRow]


def list_pools() -> list[tuple[int, int, int, int]]:
    """Pools to look at: (mission, project, newest record seen, newest record now)."""
    found = []
    newest: dict[int, int] = {}
    for pk, project_id, seen_pk in AttributionWork.objects.values_list("mission_id", "project_id", "seen_pk"):
        if project_id not in newest:
            newest[project_id] = _find_newest(project_id)
        if newest[project_id] != seen_pk:
            found.append((pk, project_id, seen_pk, newest[project_id]))
    return found


def _find_newest(project_id: int) -> int:
    return Log.objects.filter(project_id=project_id).order_by("-id").values_list("id", flat=True).first() or 0


def read_pool(mission_pk: int, project_id: int) -> Pool:
    """What waits, and what is known."""
    facts = list_facts([mission_pk])[mission_pk][:MOST_POOLED]
    rows = Fact.objects.filter(mission_id=mission_pk, trace_id__isnull=False)
    traces = {pk: bytes(trace_id or b"") for pk, trace_id in rows.values_list("log_pk", "trace_id")[:MOST_POOLED]}
    facts = [row for row in facts if row.pk in traces]
    spans = Span.objects.filter(mission_id=mission_pk, own_strength=POOL, start_ns__isnull=False)
    moments = [
        Moment(bytes(trace_id), start_ns)
        for trace_id, start_ns in spans.values_list("trace_id", "start_ns")[:MOST_POOLED]
        if start_ns is not None
    ]
    times = [row.time_ns for row in facts] + [moment.time_ns for moment in moments]
    return Pool(project_id, facts, traces, moments, _read_named(mission_pk, project_id, times))


def _read_named(mission_pk: int, project_id: int, times: list[int]) -> list[FactRow]:
    """Facts of the missions with a name of their own that were at work in that time."""
    if not times:
        return []
    near = Fact.objects.filter(
        project_id=project_id, time_ns__gte=min(times) - AROUND_NS, time_ns__lte=max(times) + AROUND_NS
    ).exclude(mission_id=mission_pk)
    pks = set(near.values_list("mission_id", flat=True).distinct())
    names = dict(Mission.objects.filter(id__in=pks, is_inferred=False).values_list("id", "key"))
    if Fact.objects.filter(mission_id__in=names).count() > MOST_FACTS:
        return []
    return [row for rows in list_facts(list(names), names).values() for row in rows]


def close_pool(mission_pk: int, newest_pk: int) -> None:
    """Note what was seen; a pool in which nothing waits any more is forgotten."""
    waits = Log.objects.filter(mission_id=mission_pk).exists() or Span.objects.filter(mission_id=mission_pk).exists()
    work = AttributionWork.objects.filter(mission_id=mission_pk)
    if waits:
        work.update(seen_pk=newest_pk)
    else:
        work.delete()


def mark_inferred(log_pks: list[int]) -> None:
    """Say of these records' facts that their mission was concluded."""
    for start in range(0, len(log_pks), 500):
        Fact.objects.filter(log_pk__in=log_pks[start : start + 500]).update(is_inferred=True)
