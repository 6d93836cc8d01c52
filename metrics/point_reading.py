"""Points and what must be known of their series, out of the database."""

from collections.abc import Sequence
from typing import Any

from core.bulk import chunked
from metrics.growth import PointRow
from metrics.minutes import Kind
from telemetry.points import decode_buckets

TOGETHER = 1000
COLUMNS = "p.series_id, p.time_ns, p.start_ns, p.value, p.count, p.sum, p.min, p.max, p.buckets"
TELLS = "(q.value IS NOT NULL OR q.count IS NOT NULL)"


def read_kinds(cursor: Any, series_ids: Sequence[int]) -> dict[int, Kind]:
    """Of those series that are there."""
    rows = _select(
        cursor,
        "SELECT id, kind, temporality, is_monotonic, is_overflow FROM metrics_series WHERE id IN ({marks})",
        series_ids,
    )
    return {row[0]: Kind(row[1], row[2], bool(row[3]), bool(row[4])) for row in rows}


def read_points(cursor: Any, series_ids: Sequence[int], since_ns: int, until_ns: int) -> list[PointRow]:
    """Their points in a range, by series, then time."""
    sql = (
        f"SELECT {COLUMNS} FROM metrics_point p WHERE p.series_id IN ({{marks}}) AND p.time_ns >= %s"
        " AND p.time_ns < %s ORDER BY p.series_id, p.time_ns"
    )
    return [_point(row) for row in _select(cursor, sql, series_ids, since_ns, until_ns)]


def read_points_before(cursor: Any, series_ids: Sequence[int], time_ns: int) -> dict[int, PointRow]:
    """By series: its last point before a time that tells anything."""
    last = f"SELECT max(q.time_ns) FROM metrics_point q WHERE q.series_id = s.id AND {TELLS} AND q.time_ns < "
    sql = (
        f"SELECT {COLUMNS} FROM metrics_series s JOIN metrics_point p ON p.series_id = s.id"
        f" WHERE s.id IN ({{marks}}) AND p.time_ns = ({last}%s)"
    )
    return {row[0]: _point(row) for row in _select(cursor, sql, series_ids, time_ns)}


def read_times_after(cursor: Any, series_ids: Sequence[int], time_ns: int) -> dict[int, int]:
    """By series: the time of its first point from a time on that tells anything."""
    first = f"SELECT min(q.time_ns) FROM metrics_point q WHERE q.series_id = s.id AND {TELLS} AND q.time_ns >= "
    sql = f"SELECT s.id, s.found FROM (SELECT id, ({first}%s) AS found FROM metrics_series s WHERE id IN ({{marks}})) s"
    found: dict[int, int] = {}
    for part in chunked(series_ids, TOGETHER):
        cursor.execute(sql.format(marks=", ".join(["%s"] * len(part))), [time_ns, *part])
        found.update({row[0]: row[1] for row in cursor.fetchall() if row[1] is not None})
    return found


def _select(cursor: Any, sql: str, series_ids: Sequence[int], *others: int) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for part in chunked(series_ids, TOGETHER):
        cursor.execute(sql.format(marks=", ".join(["%s"] * len(part))), [*part, *others])
        found += cursor.fetchall()
    return found


def _point(row: tuple[Any, ...]) -> PointRow:
    series_id, time_ns, start_ns, value, count, total, least, most, buckets = row
    decoded = decode_buckets(bytes(buckets)) if buckets else None
    return PointRow(series_id, time_ns, start_ns, value, count, total, least, most, decoded)
