"""Writes the points that a transaction brings. Idempotent: the same point twice is one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from core.bulk import Table, chunked, upsert_rows
from core.nanotime import NS_PER_SECOND
from metrics.incoming import IncomingPoint, IncomingSeries, last_series, overflow_series
from metrics.levels import DAY_NS, MINUTE_S
from metrics.series import ensure_series, find_series
from metrics.work import note_work

POINTS = Table(
    "metrics_point",
    (
        "series_id", "time_ns", "start_ns", "value", "count", "sum", "min", "max", "buckets", "exemplars", "flags",
    ),
    ("int8", "int8", "int8", "float8", "int8", "float8", "float8", "float8", "bytea", "bytea", "int8"),
)  # fmt: skip
UNIQUE = "series_id, time_ns"
TOLD = ("coalesce({0}.count, -1)", "coalesce({0}.value, {0}.sum, -1e308)", "{0}.buckets")
"""Of two different points of one series and time the one that tells more is kept, whichever came first."""
ONLY_IF = " > ".join(f"({', '.join(TOLD).format(name)})" for name in ("excluded", POINTS.name))
TOGETHER = 500


def store_points(
    cursor: Any, project_id: int, series: Mapping[bytes, IncomingSeries], points: Sequence[IncomingPoint], now_ns: int
) -> None:
    """Store points and note what is to be rolled up. Series beyond the limits share one that is marked."""
    if not points:
        return
    wanted = {one: series[one] for one in {point.series_hash for point in points}}
    keys, overflowed = _find_keys(cursor, project_id, wanted, now_ns)
    rows: dict[tuple[int, int], tuple[Any, ...]] = {}
    for point in points:
        row = _row(keys[point.series_hash], point, is_shared=point.series_hash in overflowed)
        known = rows.get(row[:2])
        if known is None or _told(row) > _told(known):
            rows[row[:2]] = row
    ordered = [rows[place] for place in sorted(rows)]
    upsert_rows(cursor, connection.vendor, POINTS, ordered, UNIQUE, only_if=ONLY_IF)
    note_work(cursor, project_id, MINUTE_S, rows)


def _row(key: int, point: IncomingPoint, *, is_shared: bool) -> tuple[Any, ...]:
    return (
        key, _shared_time(point) if is_shared else point.time_ns, point.start_ns, point.value, point.count, point.sum,
        point.min, point.max, point.buckets, point.exemplars, point.flags,
    )  # fmt: skip


def _told(row: tuple[Any, ...]) -> tuple[int, float, bytes]:
    """The same order as TOLD."""
    value, count, total = row[3], row[4], row[5]
    told = next((number for number in (value, total) if number is not None), -1e308)
    return -1 if count is None else count, told, row[8]


def _shared_time(point: IncomingPoint) -> int:
    """Points of several series at one time keep apart in the one they share, within the same second."""
    second = point.time_ns - point.time_ns % NS_PER_SECOND
    return second + int.from_bytes(point.series_hash[:8], "big") % NS_PER_SECOND


def _find_keys(
    cursor: Any, project_id: int, wanted: Mapping[bytes, IncomingSeries], now_ns: int
) -> tuple[dict[bytes, int], set[bytes]]:
    """The key of each series, and which of them have only a shared one."""
    known = find_series(cursor, project_id, list(wanted))
    missing = {one: wanted[one] for one in sorted(wanted.keys() - known.keys())}
    if not missing:
        return known, set()
    shared = _list_shared(cursor, project_id, missing, now_ns)
    created = {one: series for one, series in missing.items() if one not in shared}
    created |= dict(shared.values())
    keys = ensure_series(cursor, project_id, created, now_ns)
    for one, (shared_hash, _) in shared.items():
        keys[one] = keys[shared_hash]
    return known | keys, set(shared)


def _list_shared(
    cursor: Any, project_id: int, missing: Mapping[bytes, IncomingSeries], now_ns: int
) -> dict[bytes, tuple[bytes, IncomingSeries]]:
    """Of new series those beyond a limit, with the series that takes their points."""
    since_ns = now_ns - settings.MISSIONSCOPE_METRIC_MINUTES_DAYS * DAY_NS
    names = _count_by_name(cursor, project_id, {series.name for series in missing.values()}, since_ns)
    total = _count_all(cursor, project_id, since_ns)
    shared: dict[bytes, tuple[bytes, IncomingSeries]] = {}
    for one, series in missing.items():
        if total >= settings.MISSIONSCOPE_METRIC_PROJECT_SERIES:
            shared[one] = last_series()
        elif names[series.name] >= settings.MISSIONSCOPE_METRIC_SERIES:
            shared[one] = overflow_series(series)
        else:
            names[series.name] += 1
            total += 1
    return shared


def _count_by_name(cursor: Any, project_id: int, names: Iterable[str], since_ns: int) -> Counter[str]:
    """Pushed series of these metrics that are in use."""
    counts: Counter[str] = Counter()
    for part in chunked(sorted(names), TOGETHER):
        marks = ", ".join(["%s"] * len(part))
        cursor.execute(
            "SELECT name, count(*) FROM metrics_series WHERE project_id = %s AND origin = 'otlp' AND last_ns >= %s"
            f" AND name IN ({marks}) GROUP BY name",
            [project_id, since_ns, *part],
        )
        counts.update(dict(cursor.fetchall()))
    return counts


def _count_all(cursor: Any, project_id: int, since_ns: int) -> int:
    cursor.execute(
        "SELECT count(*) FROM metrics_series WHERE project_id = %s AND origin = 'otlp' AND last_ns >= %s",
        [project_id, since_ns],
    )
    return int(cursor.fetchone()[0])
