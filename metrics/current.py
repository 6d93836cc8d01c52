"""Rows of rollups as the job will leave them: a reader need not wait for it."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

from core.nanotime import NS_PER_SECOND
from metrics.levels import LEVELS_S, MINUTE_S, floor_ns
from metrics.rollups import merge_rows, read_let_go, read_rollups
from metrics.work import read_noted

MOST_BUCKETS = 24
"""Of each level a reader computes so many that are behind, the newest. Older ones it shows as they were."""
Row = tuple[Any, ...]
"""As `metrics.rollups.read_rollups` gives it."""
Behind = dict[int, dict[int, set[int]]]
"""By level and begin of the bucket: series."""


def read_current(
    cursor: Any,
    project_id: int,
    series_ids: Collection[int],
    level_s: int,
    since_ns: int,
    until_ns: int,
    *,
    with_sketches: bool,
) -> list[Row]:
    """As `read_rollups`, of the range's whole buckets. Minutes are as they were written.

    What is behind is read before the rows: what the job does in between changes nothing.
    """
    behind = _find_behind(cursor, project_id, set(series_ids), level_s, since_ns, until_ns)
    reader = _Reader(cursor, project_id, behind, with_sketches)
    return reader.read(series_ids, level_s, since_ns, until_ns)


def _find_behind(
    cursor: Any, project_id: int, series_ids: set[int], level_s: int, since_ns: int, until_ns: int
) -> Behind:
    """What is noted for the levels up to this one; with what hangs on it in those above."""
    behind: Behind = {}
    if level_s == MINUTE_S:
        return behind
    noted = read_noted(cursor, project_id, level_s, since_ns, until_ns)
    below: dict[int, set[int]] = {}
    for above_s in LEVELS_S[1 : LEVELS_S.index(level_s) + 1]:
        found: dict[int, set[int]] = {}
        for bucket_ns, keys in (*noted.get(above_s, {}).items(), *below.items()):
            found.setdefault(floor_ns(bucket_ns, above_s), set()).update(keys & series_ids)
        newest = sorted((bucket_ns for bucket_ns, keys in found.items() if keys), reverse=True)[:MOST_BUCKETS]
        below = behind[above_s] = {bucket_ns: found[bucket_ns] for bucket_ns in newest}
    return behind


class _Reader:
    """Reads levels; of what is behind it makes the rows from the level below."""

    def __init__(self, cursor: Any, project_id: int, behind: Behind, with_sketches: bool) -> None:
        self.cursor, self.project_id, self.behind, self.with_sketches = cursor, project_id, behind, with_sketches

    def read(self, series_ids: Collection[int], level_s: int, since_ns: int, until_ns: int) -> list[Row]:
        """Rows by series, then bucket."""
        rows = read_rollups(self.cursor, series_ids, level_s, since_ns, until_ns, with_sketches=self.with_sketches)
        stale = [
            (bucket_ns, keys.intersection(series_ids))
            for bucket_ns, keys in self.behind.get(level_s, {}).items()
            if since_ns <= bucket_ns < until_ns
        ]
        return self._replace(rows, level_s, stale) if any(keys for _, keys in stale) else rows

    def _replace(self, rows: Sequence[Row], level_s: int, stale: Sequence[tuple[int, set[int]]]) -> list[Row]:
        below_s = LEVELS_S[LEVELS_S.index(level_s) - 1]
        let_go = read_let_go(self.cursor, set().union(*(keys for _, keys in stale)), below_s)
        found = {row[:2]: row for row in rows}
        for bucket_ns, keys in stale:
            parts = self.read(keys, below_s, bucket_ns, bucket_ns + level_s * NS_PER_SECOND)
            made = {
                key: self._merge(level_s, bucket_ns, list(of)) for key, of in groupby(parts, key=lambda row: row[0])
            }
            for key in keys:
                known, new = found.pop((key, bucket_ns), None), made.get(key)
                if known and bucket_ns < let_go.get(key, 0) and (new is None or new[2] < known[2]):
                    new = known
                if new:
                    found[key, bucket_ns] = new
        return sorted(found.values(), key=lambda row: row[:2])

    def _merge(self, level_s: int, bucket_ns: int, parts: Sequence[Row]) -> Row:
        row = merge_rows(parts[0][0], level_s, bucket_ns, self.project_id, parts)
        return (row.series_id, bucket_ns, row.count, row.sum, row.min, row.max, row.last, row.error_count, row.sketch)
