"""The rows of rollups: written as a whole, and merged into the levels above. Inside the caller's transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import msgspec
from django.db import connection

from core.bulk import Table, chunked, upsert_rows
from core.nanotime import NS_PER_SECOND
from metrics.levels import LEVELS_S, floor_ns
from metrics.sketches.codec import encode_sketch, merge_encoded

ROLLUPS = Table(
    "metrics_rollup",
    (
        "series_id", "level_s", "bucket_ns", "project_id", "count", "sum", "min", "max", "last", "error_count",
        "sketch",
    ),
    ("int8", "int4", "int8", "int8", "int8", "float8", "float8", "float8", "float8", "int8", "bytea"),
)  # fmt: skip
UNIQUE = "series_id, level_s, bucket_ns"
TOGETHER = 2000
"""Series asked for in one statement."""


class RollupRow(msgspec.Struct, frozen=True):
    """One row; the fields are `metrics.models.Rollup`'s."""

    series_id: int
    level_s: int
    bucket_ns: int
    project_id: int
    count: int
    sum: float | None
    min: float | None
    max: float | None
    last: float | None
    error_count: int | None
    sketch: bytes


def write_rollups(cursor: Any, rows: Sequence[RollupRow], *, whole_since_ns: int = 0) -> None:
    """Put the rows in place of those that are there. One for each series, level and bucket.

    Of buckets before `whole_since_ns` the rows they are made of may be gone: then the one that counted more stays.
    """
    ordered = sorted((msgspec.structs.astuple(row) for row in rows), key=lambda row: row[:3])
    only_if = f"excluded.bucket_ns >= {int(whole_since_ns)} OR excluded.count >= {ROLLUPS.name}.count"
    upsert_rows(cursor, connection.vendor, ROLLUPS, ordered, UNIQUE, only_if=only_if if whole_since_ns else "")


def delete_rollups(cursor: Any, level_s: int, bucket_ns: int, series_ids: Sequence[int]) -> None:
    """Take away the rows of these series in one bucket."""
    for part in chunked(series_ids, TOGETHER):
        marks = ", ".join(["%s"] * len(part))
        cursor.execute(
            f"DELETE FROM metrics_rollup WHERE level_s = %s AND bucket_ns = %s AND series_id IN ({marks})",
            [level_s, bucket_ns, *part],
        )


def merge_up(
    cursor: Any, project_id: int, touched: Iterable[tuple[int, int]], *, whole_since_ns: dict[int, int] | None = None
) -> None:
    """Compute all longer buckets again that hold these (series, minute)s. Idempotent.

    `whole_since_ns`: by level, since when its rows are all there; those before may have been let go.
    """
    since = whole_since_ns or {}
    pairs = set(touched)
    for below_s, level_s in pairwise(LEVELS_S):
        pairs = {(series_id, floor_ns(bucket_ns, level_s)) for series_id, bucket_ns in pairs}
        by_bucket: dict[int, list[int]] = defaultdict(list)
        for series_id, bucket_ns in pairs:
            by_bucket[bucket_ns].append(series_id)
        for bucket_ns in sorted(by_bucket):
            _merge_bucket(
                cursor, project_id, (below_s, level_s), bucket_ns, by_bucket[bucket_ns], since.get(below_s, 0)
            )


def _merge_bucket(
    cursor: Any, project_id: int, levels: tuple[int, int], bucket_ns: int, series_ids: list[int], whole_since_ns: int
) -> None:
    below_s, level_s = levels
    until_ns = bucket_ns + level_s * NS_PER_SECOND
    parts: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in read_rollups(cursor, series_ids, below_s, bucket_ns, until_ns, with_sketches=True):
        parts[row[0]].append(row)
    merged = [_merge(key, level_s, bucket_ns, project_id, rows) for key, rows in parts.items()]
    write_rollups(cursor, merged, whole_since_ns=whole_since_ns)
    if bucket_ns >= whole_since_ns and len(parts) < len(series_ids):
        delete_rollups(cursor, level_s, bucket_ns, [key for key in series_ids if key not in parts])


def read_rollups(
    cursor: Any, series_ids: Sequence[int], level_s: int, since_ns: int, until_ns: int, *, with_sketches: bool
) -> list[tuple[Any, ...]]:
    """(series, bucket, count, sum, min, max, last, error_count, sketch) by series, then bucket; begins in the range."""
    sketch = "sketch" if with_sketches else "NULL"
    found: list[tuple[Any, ...]] = []
    for part in chunked(sorted(series_ids), TOGETHER):
        marks = ", ".join(["%s"] * len(part))
        cursor.execute(
            f"SELECT series_id, bucket_ns, count, sum, min, max, last, error_count, {sketch} FROM metrics_rollup"
            f" WHERE series_id IN ({marks}) AND level_s = %s AND bucket_ns >= %s AND bucket_ns < %s"
            " ORDER BY series_id, bucket_ns",
            [*part, level_s, since_ns, until_ns],
        )
        found += cursor.fetchall()
    return found


def _merge(series_id: int, level_s: int, bucket_ns: int, project_id: int, rows: Sequence[tuple[Any, ...]]) -> RollupRow:
    """The rows of one series, by time, as one. Sums are added in order of time: the same rows give the same sum."""
    return RollupRow(
        series_id,
        level_s,
        bucket_ns,
        project_id,
        sum(row[2] for row in rows),
        _known(sum, [row[3] for row in rows]),
        _known(min, [row[4] for row in rows]),
        _known(max, [row[5] for row in rows]),
        next((row[6] for row in reversed(rows) if row[6] is not None), None),
        _known(sum, [row[7] for row in rows]),
        encode_sketch(merge_encoded([bytes(row[8]) for row in rows if row[8]])),
    )


def _known(fold: Any, values: list[Any]) -> Any:
    """`fold` of the values that are known, None when none is."""
    known = [value for value in values if value is not None]
    return fold(known) if known else None
