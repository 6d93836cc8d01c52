"""Reads a project's missions as a whole: when they were active, which names they use."""

from typing import NamedTuple

import msgspec
from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Min, Q

from traces.missions import MissionFilter, select_missions
from traces.models import Mission

HOUR_NS = 3_600 * 10**9
STEPS_NS = (HOUR_NS // 30, HOUR_NS, 6 * HOUR_NS, 24 * HOUR_NS, 7 * 24 * HOUR_NS, 30 * 24 * HOUR_NS, 365 * 24 * HOUR_NS)
LEAST_BUCKETS, MOST_BUCKETS = 24, 31
RECENT = 500


class Bucket(NamedTuple):
    """The missions whose last activity fell into one step of time."""

    start_ns: int
    mission_count: int
    failed_count: int


class Activity(NamedTuple):
    """Successive buckets, the last of which holds `until_ns`."""

    step_ns: int
    buckets: list[Bucket]


class KnownNames(NamedTuple):
    """Names of the most recent missions."""

    agents: list[str]
    services: list[str]
    models: list[str]


def count_activity(project_id: int, chosen: MissionFilter, *, until_ns: int) -> Activity:
    """Missions that match, by their last activity, in the smallest step that shows all in MOST_BUCKETS buckets."""
    query = select_missions(project_id, chosen).filter(last_activity_ns__lte=until_ns)
    first_ns = chosen.since_ns
    if first_ns is None:
        first_ns = query.aggregate(first=Min("last_activity_ns"))["first"]
    step_ns = _step(until_ns - (until_ns if first_ns is None else first_ns))
    last = until_ns // step_ns
    start = last + 1 - min(MOST_BUCKETS, max(LEAST_BUCKETS, last + 1 - (first_ns or until_ns) // step_ns))
    bucket = ExpressionWrapper(F("last_activity_ns") / step_ns, output_field=BigIntegerField())
    counted = (
        query.filter(last_activity_ns__gte=start * step_ns)
        .annotate(bucket=bucket)
        .values("bucket")
        .annotate(count=Count("id"), failed=Count("id", filter=Q(status="failed")))
        .values_list("bucket", "count", "failed")
    )
    found = {key: (count, failed) for key, count, failed in counted}
    return Activity(step_ns, [Bucket(key * step_ns, *found.get(key, (0, 0))) for key in range(start, last + 1)])


def list_known_names(project_id: int) -> KnownNames:
    """Agents, services and models of the RECENT last active missions, in no order."""
    recent = Mission.objects.filter(project_id=project_id).exclude(last_activity_ns=None).order_by("-last_activity_ns")
    found: tuple[dict[str, None], ...] = ({}, {}, {})
    for lists in recent.values_list("agents", "services", "model_names")[:RECENT]:
        for names, encoded in zip(found, lists, strict=True):
            names.update(dict.fromkeys(msgspec.json.decode(encoded, type=list[str])))
    return KnownNames(*map(list, found))


def _step(span_ns: int) -> int:
    return next((step for step in STEPS_NS if span_ns < step * (MOST_BUCKETS - 1)), STEPS_NS[-1])
