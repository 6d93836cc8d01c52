"""Marks of minutes that are behind. Written in the transaction that changes the rows they are computed from.

A mark lies within one unit of the job's work: ten minutes of records, or a day of missions' intervals.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from core.bulk import Table, chunked, insert_rows
from core.nanotime import NS_PER_SECOND
from metrics.levels import DAY_NS, DAY_S, MINUTE_NS, MINUTE_S, TEN_MINUTES_S, floor_ns
from traces.store import StoredLog, StoredSpan

WORK = Table("metrics_work", ("project_id", "is_of_missions", "bucket_ns", "last_ns"), ("int8", "bool", "int8", "int8"))
RECORDS_UNIT_S, MISSIONS_UNIT_S = TEN_MINUTES_S, DAY_S
LONGEST_ACTIVE_NS = 7 * DAY_NS
"""A mission counts as active for so long before its last record, at most: one broken clock must not fill years."""
EARLIEST_NS = 0
LATEST_NS = (1 << 63) - 2 * DAY_NS
"""Of what has a minute: beyond it no day ends within 64 bits."""


_TIMED = (
    ("end_ns", "traces_span"),
    ("time_ns", "traces_log"),
    ("time_ns", "metrics_sample"),
    ("bucket_ns", "metrics_rollup"),
)


class Interval(NamedTuple):
    """When a mission was active: its first and last minute."""

    first_ns: int
    last_ns: int


def find_interval(start_ns: int | None, last_activity_ns: int | None, record_count: int) -> Interval | None:
    """The minutes in which a mission counts as active; None of one that has nothing."""
    if last_activity_ns is None or not record_count or not EARLIEST_NS <= last_activity_ns < LATEST_NS:
        return None
    start = last_activity_ns if start_ns is None else min(start_ns, last_activity_ns)
    start = max(start, last_activity_ns - LONGEST_ACTIVE_NS, EARLIEST_NS)
    return Interval(floor_ns(start, MINUTE_S), floor_ns(last_activity_ns, MINUTE_S))


def mark_stored(
    cursor: Any,
    project_id: int,
    spans: Sequence[StoredSpan],
    logs: Sequence[StoredLog],
    moved_span_pks: Sequence[int],
    moved_log_pks: Sequence[int],
) -> None:
    """Mark the minutes of records that were added, changed or moved; of a changed span also where it was before."""
    times = {item.span.end_ns for item in spans} | {item.end_before_ns for item in spans}
    times |= {item.log.time_ns for item in logs}
    times |= set(_read_times(cursor, "traces_span", "end_ns", moved_span_pks))
    times |= set(_read_times(cursor, "traces_log", "time_ns", moved_log_pks))
    mark_times(cursor, project_id, times)


def mark_spans(cursor: Any, project_id: int, pks: Sequence[int]) -> None:
    """Mark the minutes in which these spans ended."""
    mark_times(cursor, project_id, _read_times(cursor, "traces_span", "end_ns", pks))


def _read_times(cursor: Any, table: str, column: str, pks: Sequence[int]) -> list[int | None]:
    found: list[int | None] = []
    for part in chunked(pks, 5_000):
        marks = ", ".join(["%s"] * len(part))
        cursor.execute(f"SELECT {column} FROM {table} WHERE id IN ({marks})", list(part))
        found += [row[0] for row in cursor.fetchall()]
    return found


def mark_times(cursor: Any, project_id: int, times: Iterable[int | None]) -> None:
    """Mark the minutes of these times for their records to be measured again."""
    minutes = {
        floor_ns(time_ns, MINUTE_S) for time_ns in times if time_ns is not None and EARLIEST_NS <= time_ns < LATEST_NS
    }
    rows = [(project_id, False, first, last) for first, last in list_runs(minutes, RECORDS_UNIT_S)]
    insert_rows(cursor, connection.vendor, WORK, rows)


def mark_range(cursor: Any, project_id: int, since_ns: int, until_ns: int) -> None:
    """Mark all minutes of a time: of missions, and of records those that have some or have values."""
    first, last = floor_ns(max(since_ns, EARLIEST_NS), MINUTE_S), floor_ns(until_ns, MINUTE_S)
    rows = [(project_id, True, *run) for run in split_run(first, last, MISSIONS_UNIT_S)]
    insert_rows(cursor, connection.vendor, WORK, rows)
    times: set[int] = set()
    for column, table in _TIMED:
        cursor.execute(
            f"SELECT DISTINCT {column} - {column} %% {MINUTE_NS} FROM {table}"
            f" WHERE project_id = %s AND {column} >= %s AND {column} <= %s",
            [project_id, first, until_ns],
        )
        times |= {row[0] for row in cursor.fetchall()}
    mark_times(cursor, project_id, times)


def mark_change(cursor: Any, project_id: int, before: Interval | None, after: Interval | None) -> None:
    """Mark the minutes in which a mission was active and is not, or the other way round."""
    rows = []
    for first, last in list_differences(before, after):
        rows += [(project_id, True, *run) for run in split_run(first, last, MISSIONS_UNIT_S)]
    insert_rows(cursor, connection.vendor, WORK, rows)


def list_differences(before: Interval | None, after: Interval | None) -> list[tuple[int, int]]:
    """The runs (first, last) of minutes that only one of two intervals has."""
    if before is None or after is None:
        return [(each.first_ns, each.last_ns) for each in (before, after) if each is not None]
    if before.last_ns < after.first_ns or after.last_ns < before.first_ns:
        return [(before.first_ns, before.last_ns), (after.first_ns, after.last_ns)]
    firsts, lasts = sorted((before.first_ns, after.first_ns)), sorted((before.last_ns, after.last_ns))
    found = [(firsts[0], firsts[1] - MINUTE_NS), (lasts[0] + MINUTE_NS, lasts[1])]
    return [(first, last) for first, last in found if first <= last]


def list_runs(minutes: Iterable[int], unit_s: int) -> list[tuple[int, int]]:
    """Minutes as runs (first, last) that do not cross the bounds of units."""
    runs: list[tuple[int, int]] = []
    for minute_ns in sorted(minutes):
        if runs and minute_ns == runs[-1][1] + MINUTE_NS and minute_ns % (unit_s * NS_PER_SECOND):
            runs[-1] = (runs[-1][0], minute_ns)
        else:
            runs.append((minute_ns, minute_ns))
    return runs


def split_run(first_ns: int, last_ns: int, unit_s: int) -> list[tuple[int, int]]:
    """A run of minutes cut at the bounds of units."""
    found = []
    while first_ns <= last_ns:
        end_ns = floor_ns(first_ns, unit_s) + unit_s * NS_PER_SECOND - MINUTE_NS
        found.append((first_ns, min(end_ns, last_ns)))
        first_ns = end_ns + MINUTE_NS
    return found
