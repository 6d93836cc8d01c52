"""What is to be rolled up: noted with what has changed, taken by the jobs. Inside the caller's transaction."""

import array
import sys
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from django.db import connection

from core.bulk import Table, insert_rows
from core.nanotime import MAX_NS
from metrics.levels import MINUTE_S, floor_ns
from metrics.models import DerivedWork, RollupWork

WORK = Table(
    "metrics_rollupwork", ("project_id", "level_s", "bucket_ns", "series_ids"), ("int8", "int4", "int8", "bytea")
)


class Work(msgspec.Struct, frozen=True):
    """Rollups of one level that are behind, and the rows that said so."""

    buckets: dict[tuple[int, int], set[int]]
    """(project, begin of the bucket) to series."""
    row_ids: list[int]


def note_work(cursor: Any, project_id: int, level_s: int, changed: Iterable[tuple[int, int]]) -> None:
    """Have the buckets of this level computed again that hold these (series, time)s."""
    by_bucket: dict[int, set[int]] = defaultdict(set)
    for series_id, time_ns in changed:
        by_bucket[floor_ns(time_ns, level_s)].add(series_id)
    rows = [(project_id, level_s, bucket_ns, _pack(keys)) for bucket_ns, keys in sorted(by_bucket.items())]
    insert_rows(cursor, connection.vendor, WORK, rows)


def read_work(cursor: Any, level_s: int, most_rows: int, *, until_ns: int = MAX_NS) -> Work:
    """The oldest work of a level, of buckets that begin before a time."""
    cursor.execute(
        "SELECT id, project_id, bucket_ns, series_ids FROM metrics_rollupwork"
        " WHERE level_s = %s AND bucket_ns < %s ORDER BY id LIMIT %s",
        [level_s, until_ns, most_rows],
    )
    buckets: dict[tuple[int, int], set[int]] = defaultdict(set)
    row_ids = []
    for row_id, project_id, bucket_ns, packed in cursor.fetchall():
        row_ids.append(row_id)
        buckets[project_id, bucket_ns] |= _unpack(bytes(packed))
    return Work(dict(buckets), row_ids)


def read_noted(
    cursor: Any, project_id: int, level_s: int, since_ns: int, until_ns: int
) -> dict[int, dict[int, set[int]]]:
    """What is noted for levels above a minute, up to this one: by level and begin of the bucket, series."""
    cursor.execute(
        "SELECT level_s, bucket_ns, series_ids FROM metrics_rollupwork"
        " WHERE project_id = %s AND level_s > %s AND level_s <= %s AND bucket_ns >= %s AND bucket_ns < %s",
        [project_id, MINUTE_S, level_s, since_ns, until_ns],
    )
    noted: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for found_s, bucket_ns, packed in cursor.fetchall():
        noted[found_s][bucket_ns] |= _unpack(bytes(packed))
    return noted


def has_work(cursor: Any, level_s: int, until_ns: int) -> bool:
    """Is a bucket of this level that begins before a time to be computed?"""
    cursor.execute(
        "SELECT 1 FROM metrics_rollupwork WHERE level_s = %s AND bucket_ns < %s LIMIT 1", [level_s, until_ns]
    )
    return cursor.fetchone() is not None


class Pending(msgspec.Struct, frozen=True):
    """How much is to be computed."""

    derived: int
    """Marks of minutes, several for one minute if need be."""
    rollups: int


def count_pending() -> Pending:
    """Rows of work of all projects."""
    return Pending(DerivedWork.objects.count(), RollupWork.objects.count())


def finish_work(cursor: Any, row_ids: list[int]) -> None:
    """These are done. In the transaction that wrote what was computed."""
    cursor.executemany("DELETE FROM metrics_rollupwork WHERE id = %s", [(row_id,) for row_id in row_ids])


def _pack(keys: Iterable[int]) -> bytes:
    packed = array.array("q", sorted(keys))
    if sys.byteorder == "little":
        packed.byteswap()
    return packed.tobytes()


def _unpack(packed: bytes) -> set[int]:
    keys = array.array("q", packed)
    if sys.byteorder == "little":
        keys.byteswap()
    return set(keys)
