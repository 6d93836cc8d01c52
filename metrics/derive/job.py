"""The job that computes the marked minutes again. Idempotent; gives way to what arrives."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import connection, transaction

from core.bulk import chunked
from core.conflicts import retry_conflicts
from core.jobs import wake
from core.pressure import giving_way, is_busy
from metrics.derive.catalogue import ACTIVE_AGENTS, ACTIVE_MISSIONS, OF_INTERVALS, OF_RECORDS
from metrics.derive.marks import Interval
from metrics.derive.reading import Records, read_intervals, read_records
from metrics.derive.rows import Measured
from metrics.derive.tallies import Key, Tally, Value
from metrics.derive.units import Mark, Unit, plan_units
from metrics.derive.writing import Minutes, write_minutes
from metrics.levels import MINUTE_NS, MINUTE_S, floor_ns
from metrics.models import DerivedWork

MOST_MARKS = 5_000
"""Read at a time."""
RUN_S = 1.0
FILLING_REST_S = 15.0
"""A minute that is not over is computed this seldom: all of it is read each time."""

_filled_s: dict[int, float] = {}
"""By project: when its newest minutes were computed last, on the monotonic clock."""


def derive_pending() -> None:
    """Compute what is marked, the newest first."""
    derive_marked(until_s=time.monotonic() + RUN_S)


def derive_marked(*, until_s: float | None = None, is_patient: bool = False) -> int:
    """Compute what is marked, up to a time of the monotonic clock; how many units. `is_patient`: as the job does it,
    leaving minutes that fill for a while."""
    count = 0
    is_patient = is_patient or until_s is not None
    while units := _list_due(time.time_ns(), is_patient=is_patient):
        for unit in units:
            with giving_way():
                count += derive_unit(unit, time.time_ns())
            if until_s is not None and (is_busy() or time.monotonic() > until_s):
                wake("metrics.derive")
                return count
    return count


def _list_due(now_ns: int, *, is_patient: bool) -> list[Unit]:
    query = DerivedWork.objects.order_by("-bucket_ns", "-id")[:MOST_MARKS]
    marks = [Mark(*row) for row in query.values_list("id", "project_id", "is_of_missions", "bucket_ns", "last_ns")]
    units = plan_units(marks, now_ns, settings.MISSIONSCOPE_METRIC_MINUTES_DAYS)
    if not is_patient:
        return units
    rested = time.monotonic() - FILLING_REST_S
    due = [unit for unit in units if not unit.is_filling(now_ns) or _filled_s.get(unit.project_id, rested) <= rested]
    for unit in due:
        if unit.is_filling(now_ns):
            _filled_s[unit.project_id] = time.monotonic()
    return due


def derive_unit(unit: Unit, now_ns: int) -> bool:
    """Compute a unit and take its marks; False when somebody else has taken some of them meanwhile."""
    values: Minutes = {}
    if unit.minutes:
        values = _count_missions(unit) if unit.is_of_missions else _measure_records(unit)

    def write() -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            if not _take(unit.mark_pks):
                transaction.set_rollback(True)
                return False
            if unit.minutes:
                names = OF_INTERVALS if unit.is_of_missions else OF_RECORDS
                write_minutes(cursor, unit.project_id, names, unit.minutes, values, now_ns)
            return True

    return retry_conflicts(write)


def _take(mark_pks: Sequence[int]) -> bool:
    """Who takes all marks writes: its rows were read after every change that they tell of."""
    taken = sum(DerivedWork.objects.filter(id__in=part).delete()[0] for part in chunked(mark_pks, 500))
    return taken == len(mark_pks)


def _measure_records(unit: Unit) -> Minutes:
    wanted = set(unit.minutes)
    tally = Tally()
    with connection.cursor() as cursor:
        for since_ns, until_ns in _list_ranges(unit.minutes):
            records = read_records(cursor, unit.project_id, since_ns, until_ns)
            tally.add(records.measure())
            tally.add(_count_agents(records))
    return {minute_ns: values for minute_ns, values in tally.finish() if minute_ns in wanted}


def _count_agents(records: Records) -> Iterable[Measured]:
    agents: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for time_ns, mission_pk, agent in records.list_agents():
        agents[floor_ns(time_ns, MINUTE_S)].add((mission_pk, agent))
    return [Measured(ACTIVE_AGENTS.name, minute_ns, "", (), float(len(found))) for minute_ns, found in agents.items()]


def _list_ranges(minutes: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Minutes in order as ranges [since, until) of those that follow one another."""
    since_ns = until_ns = minutes[0]
    for minute_ns in minutes:
        if minute_ns != until_ns:
            yield since_ns, until_ns
            since_ns = minute_ns
        until_ns = minute_ns + MINUTE_NS
    yield since_ns, until_ns


def _count_missions(unit: Unit) -> Minutes:
    first_ns, last_ns = unit.minutes[0], unit.minutes[-1]
    with connection.cursor() as cursor:
        intervals = read_intervals(cursor, unit.project_id, first_ns, last_ns + MINUTE_NS)
    counts = count_intervals(intervals, first_ns, last_ns)
    key = Key(ACTIVE_MISSIONS.name, "", ())
    return {
        minute_ns: {key: Value(1, float(count), float(count), float(count), float(count), None, b"")}
        for minute_ns in unit.minutes
        if (count := counts[(minute_ns - first_ns) // MINUTE_NS])
    }


def count_intervals(intervals: Iterable[Interval], first_ns: int, last_ns: int) -> list[int]:
    """How many of the intervals each minute from the first to the last is in."""
    steps = [0] * ((last_ns - first_ns) // MINUTE_NS + 2)
    for each in intervals:
        steps[max(0, (each.first_ns - first_ns) // MINUTE_NS)] += 1
        steps[min(len(steps) - 1, (each.last_ns - first_ns) // MINUTE_NS + 1)] -= 1
    counts, now = [], 0
    for step in steps[:-1]:
        now += step
        counts.append(now)
    return counts


def forget_rests() -> None:
    """Let every minute be computed at once: between tests."""
    _filled_s.clear()
