"""The jobs that compute rollups: minutes from points, longer buckets from shorter ones. Whole buckets, from rows."""

import time
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from itertools import groupby, pairwise
from typing import Any

from django.db import connection, transaction

from core.bulk import chunked
from core.conflicts import retry_conflicts
from core.jobs import wake
from core.nanotime import MAX_NS
from core.pressure import giving_way
from metrics.levels import LEVELS_S, MINUTE_NS, MINUTE_S, POINTS_S, floor_ns
from metrics.minutes import Kind, add_up
from metrics.point_reading import read_kinds, read_points, read_points_before, read_times_after
from metrics.rollups import Changes, RollupRow, compute_merged, read_let_go, write_changes
from metrics.series import extend_series
from metrics.work import finish_work, note_work, read_work

WORK_ROWS = 200
"""Taken at once: what one transaction computes is bounded by what so many requests brought."""
TOGETHER = 500
"""Minutes of series written in one transaction: SQLite's other writers wait for it."""
RUN_S = 5.0
"""A run ends after this and asks for another, so that other jobs have their turn."""
SHORT_S, RUNNING_RESTS_S = 0.5, 30.0
"""A run that took longer than the first lets the running minute rest for the second."""
Buckets = dict[int, set[int]]
"""Begin of a bucket to series."""


_running_again_s = 0.0


def roll_up() -> None:
    """Compute the minutes that have new points.

    Where many come, the running minute, all of whose points are read each time, is computed less often, and longer
    buckets at their interval only.
    """
    global _running_again_s
    begun_s = time.monotonic()
    rests = begun_s < _running_again_s
    until_ns = floor_ns(time.time_ns(), MINUTE_S) if rests else MAX_NS
    _work_off("metrics.roll_up", [partial(_roll_up_some, until_ns)])
    if time.monotonic() - begun_s > SHORT_S:
        _running_again_s = max(_running_again_s, begun_s + RUNNING_RESTS_S)
    elif not rests:
        wake("metrics.merge_up")


def merge_pending() -> None:
    """Compute the longer buckets whose parts have changed, level by level."""
    _work_off("metrics.merge_up", [partial(_merge_some, *levels) for levels in pairwise(LEVELS_S)])


def _work_off(name: str, pieces: list[Any]) -> None:
    """Each piece of work until nothing of it is left."""
    until_s = time.monotonic() + RUN_S
    for piece in pieces:
        while True:
            with giving_way():
                if not retry_conflicts(piece):
                    break
            if time.monotonic() > until_s:
                wake(name)
                return


def _roll_up_some(until_ns: int) -> bool:
    """Compute minutes that begin before a time; whether there were any.

    The work is read first, then the points, then short transactions write, and the last one says that it is done: a
    writer in between notes new work, and is held up neither while this computes nor while it writes all.
    """
    with connection.cursor() as cursor:
        work = read_work(cursor, MINUTE_S, WORK_ROWS, until_ns=until_ns)
        by_project: dict[int, Buckets] = defaultdict(dict)
        for (project_id, bucket_ns), series_ids in work.buckets.items():
            by_project[project_id][bucket_ns] = series_ids
        computed = {key: _compute_minutes(cursor, key, minutes) for key, minutes in sorted(by_project.items())}
        for project_id, (changes, touched) in computed.items():
            for part in chunked(touched, TOGETHER):
                _write_part(cursor, project_id, changes, part)
        with transaction.atomic():
            finish_work(cursor, work.row_ids)
    return bool(work.row_ids)


def _write_part(cursor: Any, project_id: int, changes: Changes, pairs: Sequence[tuple[int, int]]) -> None:
    """Let these (series, minute)s hold what was computed."""
    wanted = set(pairs)
    rows = [row for row in changes.rows if (row.series_id, row.bucket_ns) in wanted]
    with transaction.atomic():
        write_changes(cursor, MINUTE_S, Changes(rows, wanted.intersection(changes.empty), changes.let_go))
        note_work(cursor, project_id, LEVELS_S[1], pairs)
        extend_series(cursor, _reach(pairs))


def _compute_minutes(cursor: Any, project_id: int, minutes: Buckets) -> tuple[Changes, list[tuple[int, int]]]:
    """What the minutes come to, and all (series, minute)s that were looked at. Reads only."""
    kinds = read_kinds(cursor, sorted({key for keys in minutes.values() for key in keys}))
    rows: list[RollupRow] = []
    touched: list[tuple[int, int]] = []
    for bucket_ns, wanted in sorted(_with_followers(cursor, minutes, kinds).items()):
        series_ids = sorted(key for key in wanted if key in kinds)
        rows += _compute_minute(cursor, project_id, bucket_ns, series_ids, kinds)
        touched += [(key, bucket_ns) for key in series_ids]
    empty = set(touched) - {(row.series_id, row.bucket_ns) for row in rows}
    return Changes(rows, empty, read_let_go(cursor, kinds, POINTS_S)), touched


def _reach(touched: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Each series with the begin of its first minute and the end of its last."""
    found: dict[int, tuple[int, int]] = {}
    for key, bucket_ns in touched:
        first, last = found.get(key, (bucket_ns, 0))
        found[key] = min(first, bucket_ns), max(last, bucket_ns + MINUTE_NS - 1)
    return [(key, first, last) for key, (first, last) in found.items()]


def _with_followers(cursor: Any, minutes: Buckets, kinds: dict[int, Kind]) -> Buckets:
    """And the minutes of the points that come next: their growth is told by what has come before them."""
    more = {bucket_ns: set(series_ids) for bucket_ns, series_ids in minutes.items()}
    for bucket_ns, series_ids in minutes.items():
        growing = sorted(key for key in series_ids if key in kinds and kinds[key].grows)
        for key, time_ns in read_times_after(cursor, growing, bucket_ns + MINUTE_NS).items():
            more.setdefault(floor_ns(time_ns, MINUTE_S), set()).add(key)
    return more


def _compute_minute(
    cursor: Any, project_id: int, bucket_ns: int, series_ids: list[int], kinds: dict[int, Kind]
) -> list[RollupRow]:
    points = read_points(cursor, series_ids, bucket_ns, bucket_ns + MINUTE_NS)
    before = read_points_before(cursor, [key for key in series_ids if kinds[key].grows], bucket_ns)
    rows = []
    for key, several in groupby(points, key=lambda point: point.series_id):
        found = add_up(kinds[key], before.get(key), list(several))
        if found is not None:
            spread = (found.count, found.sum, found.min, found.max, found.last)
            rows.append(RollupRow(key, MINUTE_S, bucket_ns, project_id, *spread, None, found.sketch))
    return rows


def _merge_some(below_s: int, level_s: int) -> bool:
    """Compute longer buckets; whether there were any. In the same order as minutes."""
    with connection.cursor() as cursor:
        work = read_work(cursor, level_s, WORK_ROWS)
        merged = {
            place: compute_merged(cursor, place[0], (below_s, level_s), {(key, place[1]) for key in series_ids})
            for place, series_ids in sorted(work.buckets.items())
        }
        with transaction.atomic():
            for (project_id, bucket_ns), changes in merged.items():
                write_changes(cursor, level_s, changes)
                if level_s != LEVELS_S[-1]:
                    above_s = LEVELS_S[LEVELS_S.index(level_s) + 1]
                    note_work(
                        cursor, project_id, above_s, [(key, bucket_ns) for key in work.buckets[project_id, bucket_ns]]
                    )
            finish_work(cursor, work.row_ids)
    return bool(work.row_ids)
