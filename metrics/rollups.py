"""The rows of rollups: written as a whole, and merged into the levels above. Inside the caller's transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from django.db import connection

from core.bulk import Table, chunked, find_by_keys, upsert_rows
from core.nanotime import NS_PER_SECOND
from metrics.levels import floor_ns
from metrics.retention import LET_GO
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


class Changes(msgspec.Struct, frozen=True):
    """What buckets of one level come to."""

    rows: list[RollupRow]
    empty: Collection[tuple[int, int]]
    """(series, bucket)s that come to nothing."""
    let_go: Mapping[int, int]
    """By series, before when some of what the rows are made of is gone: there the row that counted more stays."""


def write_rollups(cursor: Any, rows: Sequence[RollupRow], *, let_go: Mapping[int, int] | None = None) -> None:
    """Put the rows in place of those that are there. One for each series, level and bucket.

    `let_go`: by series, before when some of what the rows are made of is gone: there the row that counted more stays.
    """
    gone = let_go or {}
    ordered = sorted((msgspec.structs.astuple(row) for row in rows), key=lambda row: row[:3])
    whole = [row for row in ordered if row[2] >= gone.get(row[0], 0)]
    upsert_rows(cursor, connection.vendor, ROLLUPS, whole, UNIQUE)
    partial = [row for row in ordered if row[2] < gone.get(row[0], 0)]
    upsert_rows(cursor, connection.vendor, ROLLUPS, partial, UNIQUE, only_if="excluded.count >= metrics_rollup.count")


def delete_rollups(cursor: Any, level_s: int, pairs: Collection[tuple[int, int]]) -> None:
    """Take away the rows of these (series, bucket)s."""
    cursor.executemany(
        f"DELETE FROM metrics_rollup WHERE level_s = {int(level_s)} AND series_id = %s AND bucket_ns = %s",
        sorted(pairs),
    )


def compute_merged(
    cursor: Any, project_id: int, levels: tuple[int, int], pairs: Collection[tuple[int, int]]
) -> Changes:
    """What these (series, bucket)s come to, from the rows of the level below. Reads only."""
    below_s, level_s = levels
    since_ns = min(bucket_ns for _, bucket_ns in pairs)
    until_ns = max(bucket_ns for _, bucket_ns in pairs) + level_s * NS_PER_SECOND
    series_ids = {series_id for series_id, _ in pairs}
    parts: dict[tuple[int, int], list[tuple[Any, ...]]] = defaultdict(list)
    for row in read_rollups(cursor, series_ids, below_s, since_ns, until_ns, with_sketches=True):
        pair = row[0], floor_ns(row[1], level_s)
        if pair in pairs:
            parts[pair].append(row)
    rows = [merge_rows(key, level_s, bucket_ns, project_id, found) for (key, bucket_ns), found in parts.items()]
    return Changes(rows, set(pairs) - parts.keys(), read_let_go(cursor, series_ids, below_s))


def write_changes(cursor: Any, level_s: int, changes: Changes) -> None:
    """Let the buckets hold what was computed."""
    let_go = changes.let_go
    write_rollups(cursor, changes.rows, let_go=let_go)
    delete_rollups(cursor, level_s, [pair for pair in changes.empty if pair[1] >= let_go.get(pair[0], 0)])


def read_let_go(cursor: Any, series_ids: Collection[int], below_s: int) -> dict[int, int]:
    """Of these series: before when they have let go of the points, or the rollups, of a level. Others are left out."""
    column = LET_GO.get(below_s)
    if not column:
        return {}
    rows = find_by_keys(
        cursor,
        connection.vendor,
        "metrics_series",
        wanted=("id", column),
        keys=("id",),
        key_types=("int8",),
        values=[(key,) for key in sorted(series_ids)],
        where=f"t.{column} > 0",
    )
    return dict(rows)


def read_rollups(
    cursor: Any, series_ids: Collection[int], level_s: int, since_ns: int, until_ns: int, *, with_sketches: bool
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


def merge_rows(
    series_id: int, level_s: int, bucket_ns: int, project_id: int, rows: Sequence[tuple[Any, ...]]
) -> RollupRow:
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
