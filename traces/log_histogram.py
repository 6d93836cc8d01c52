"""Counts a project's log records by time and severity."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from core.bulk import POSTGRESQL
from traces.project_logs import LogQuery, Where, select_logs, time_column

S = 10**9
MINUTE, HOUR, DAY = 60 * S, 3_600 * S, 86_400 * S
STEPS_NS = (
    S // 1_000, S // 100, S // 10, S, 2 * S, 5 * S, 10 * S, 15 * S, 30 * S, MINUTE, 2 * MINUTE, 5 * MINUTE,
    10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY,
    30 * DAY, 365 * DAY, 10 * 365 * DAY,
)  # fmt: skip
MOST_BUCKETS = 96
MOST_COUNTED = 1_000_000
"""Records that are looked at where the index of times tells all that is asked."""
MOST_ASKED = 100_000
"""Records that are looked at one by one for words that very many have."""
_COUNTS = (
    "count(*) FILTER (WHERE l.severity_number BETWEEN 1 AND 8),"
    " count(*) FILTER (WHERE l.severity_number < 1 OR l.severity_number BETWEEN 9 AND 12),"
    " count(*) FILTER (WHERE l.severity_number BETWEEN 13 AND 16),"
    " count(*) FILTER (WHERE l.severity_number BETWEEN 17 AND 20), count(*) FILTER (WHERE l.severity_number >= 21)"
)


class LogBucket(NamedTuple):
    """The records of one step of time."""

    start_ns: int
    debug: int
    info: int
    """Those without a severity too."""
    warn: int
    error: int
    critical: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self[1:])


class LogHistogram(NamedTuple):
    """Successive buckets that hold every record asked for, or every one since a time."""

    step_ns: int
    buckets: list[LogBucket]
    counted_since_ns: int | None = None
    """From here on all are counted, and earlier ones were not looked at. None: none was left out."""

    @property
    def total(self) -> int:
        """Records in all buckets."""
        return sum(bucket.total for bucket in self.buckets)


class _Range(NamedTuple):
    """A piece of time, both ends in it."""

    first_ns: int
    last_ns: int
    is_cut: bool
    """There are records before it that are not to be counted."""


def count_logs_by_time(project_id: int, query: LogQuery) -> LogHistogram:
    """Records by time, in the smallest step that shows all in MOST_BUCKETS buckets.

    Of what no index leads to, only the latest MOST_COUNTED records are looked at; where each must be asked for words,
    the latest MOST_ASKED of those that the other filters leave.
    """
    seen = _find_range(project_id, query)
    if seen is None:
        return LogHistogram(S, [])
    first_ns, last_ns, is_cut = seen
    if is_cut:
        query = query._replace(since_ns=first_ns)
    step_ns = next((s for s in STEPS_NS if last_ns // s - first_ns // s < MOST_BUCKETS), STEPS_NS[-1])
    starts = range(first_ns // step_ns * step_ns, last_ns + 1, step_ns)
    if connection.vendor == POSTGRESQL or query.is_selective or query.match is not None:
        found = _count_groups(select_logs(project_id, query), step_ns)
    else:
        timeless = select_logs(project_id, query._replace(since_ns=None, until_ns=None))
        found = _count_each(timeless, [(at, max(at, first_ns), min(at + step_ns, last_ns + 1)) for at in starts])
    buckets = [LogBucket(at, *found.get(at, (0, 0, 0, 0, 0))) for at in starts]
    return LogHistogram(step_ns, buckets, first_ns if is_cut else None)


def _find_range(project_id: int, query: LogQuery) -> _Range | None:
    """The time that is counted; None: there is nothing to count. Words are not asked for unless an index knows them."""
    asks_each = query.match is not None and query.match.pks is None and not query.is_selective
    where, time = select_logs(project_id, query._replace(match=None) if asks_each else query), time_column(query)
    latest, earliest = f"{time} DESC, l.id DESC", f"{time}, l.id"
    last_ns = query.until_ns - 1 if query.until_ns is not None else _find_time(where, latest)
    cut_ns = first_ns = None
    most = MOST_ASKED if asks_each else MOST_COUNTED
    if not query.is_selective and _has_keys_for(most):
        cut_ns = _find_time(where, latest, skipped=most)
    if cut_ns is not None:
        first_ns = cut_ns + 1 if last_ns is None else min(cut_ns + 1, last_ns)
    else:
        first_ns = query.since_ns if query.since_ns is not None else _find_time(where, earliest)
    if first_ns is None or last_ns is None or last_ns < first_ns:
        return None
    return _Range(first_ns, last_ns, cut_ns is not None)


def _has_keys_for(records: int) -> bool:
    """Have so many records been given keys that there can be more than these?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM traces_log")
        return (cursor.fetchone()[0] or 0) > records


def _find_time(where: Where, order: str, *, skipped: int = 0) -> int | None:
    rows = _execute(
        f"SELECT l.time_ns FROM traces_log AS l WHERE {where.sql} ORDER BY {order} LIMIT 1 OFFSET {skipped}", where
    )
    return rows[0][0] if rows else None


def _count_groups(where: Where, step_ns: int) -> dict[int, tuple[Any, ...]]:
    """In one pass over the records that an index leads to."""
    sql = f"SELECT l.time_ns / {step_ns} AS bucket, {_COUNTS} FROM traces_log AS l WHERE {where.sql} GROUP BY 1"
    return {row[0] * step_ns: row[1:] for row in _execute(sql, where)}


def _count_each(where: Where, parts: Sequence[tuple[int, int, int]]) -> dict[int, tuple[Any, ...]]:
    """Part by part (name, from, to) along the index of times: SQLite would sort all records to group them."""
    counts = [
        f"SELECT {at}, {_COUNTS} FROM traces_log AS l"
        f" WHERE {where.sql} AND l.time_ns >= {since_ns} AND l.time_ns < {until_ns}"
        for at, since_ns, until_ns in parts
    ]
    rows = _execute(" UNION ALL ".join(counts), Where("", where.parameters * len(counts)))
    return {row[0]: row[1:] for row in rows}


def _execute(sql: str, where: Where) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, where.parameters)
        return list(cursor.fetchall())
