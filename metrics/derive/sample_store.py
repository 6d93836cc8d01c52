"""Writes the samples of missions, and reads them by time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db import connection

from core.bulk import Table, chunked, insert_rows
from metrics.derive.marks import mark_times
from metrics.derive.rows import Sample

SAMPLES = Table(
    "metrics_sample",
    ("project_id", "mission_id", "metric", "key", "time_ns", "value", "has_failed", "labels"),
    ("int8", "int8", "text", "text", "int8", "float8", "bool", "text"),
)
_COLUMNS = "mission_id, metric, key, time_ns, value, has_failed, labels"


def replace_samples(cursor: Any, project_id: int, wanted: Mapping[int, Sequence[Sample]]) -> None:
    """Let each mission have these samples and no others; marks the minutes of those that came, went or changed."""
    there = _read_missions(cursor, list(wanted))
    gone: list[int] = []
    added: list[Sample] = []
    times: set[int | None] = set()
    for mission_pk, samples in wanted.items():
        known = there.get(mission_pk, {})
        new, old = [each for each in samples if each not in known], known.keys() - set(samples)
        gone += [pk for each in old for pk in known[each]]
        added += new
        times |= {each.time_ns for each in (*new, *old)}
    for part in chunked(gone, 5_000):
        cursor.execute(f"DELETE FROM metrics_sample WHERE id IN ({', '.join(['%s'] * len(part))})", list(part))
    rows = [(project_id, *each[:-1], msgspec.json.encode(each.labels).decode()) for each in added]
    insert_rows(cursor, connection.vendor, SAMPLES, rows)
    mark_times(cursor, project_id, times)


def _read_missions(cursor: Any, mission_pks: list[int]) -> dict[int, dict[Sample, list[int]]]:
    """By mission: its samples with their keys."""
    found: dict[int, dict[Sample, list[int]]] = defaultdict(lambda: defaultdict(list))
    for part in chunked(mission_pks, 1_000):
        marks = ", ".join(["%s"] * len(part))
        cursor.execute(f"SELECT id, {_COLUMNS} FROM metrics_sample WHERE mission_id IN ({marks})", list(part))
        for pk, *row in cursor.fetchall():
            found[row[0]][_sample(row)].append(pk)
    return found


def read_samples(cursor: Any, project_id: int, since_ns: int, until_ns: int, most: int | None = None) -> list[Sample]:
    """The samples of a time, the newest first where not all are wanted."""
    limit = "" if most is None else f" ORDER BY time_ns DESC LIMIT {int(most)}"
    cursor.execute(
        f"SELECT {_COLUMNS} FROM metrics_sample WHERE project_id = %s AND time_ns >= %s AND time_ns < %s{limit}",
        [project_id, since_ns, until_ns],
    )
    return [_sample(row) for row in cursor.fetchall()]


def _sample(row: Sequence[Any]) -> Sample:
    return Sample(*(*row[:5], bool(row[5]), tuple(msgspec.json.decode(row[6], type=list[str]))))
