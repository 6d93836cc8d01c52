"""The jobs that compute rollups: minutes from points, longer buckets from shorter ones. Whole buckets, from rows."""

import time
from collections import defaultdict
from functools import partial
from itertools import groupby, pairwise
from typing import Any

from django.db import connection, transaction

from core.conflicts import retry_conflicts
from core.jobs import wake
from core.pressure import giving_way
from metrics.levels import LEVELS_S, MINUTE_NS, MINUTE_S, POINTS_S, floor_ns
from metrics.minutes import Kind, add_up
from metrics.point_reading import read_kinds, read_points, read_points_before, read_times_after
from metrics.rollups import RollupRow, delete_rollups, merge_buckets, read_let_go, write_rollups
from metrics.series import extend_series
from metrics.work import finish_work, note_work, read_work

WORK_ROWS = 200
"""Taken at once: what one transaction computes is bounded by what so many requests brought."""
RUN_S = 5.0
"""A run ends after this and asks for another, so that other jobs have their turn."""
Buckets = dict[int, set[int]]
"""Begin of a bucket to series."""


def roll_up() -> None:
    """Compute the minutes that have new points."""
    _work_off("metrics.roll_up", [_roll_up_some])


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


def _roll_up_some() -> bool:
    """Compute minutes in one transaction; whether there were any."""
    with transaction.atomic(), connection.cursor() as cursor:
        work = read_work(cursor, MINUTE_S, WORK_ROWS)
        by_project: dict[int, Buckets] = defaultdict(dict)
        for (project_id, bucket_ns), series_ids in work.buckets.items():
            by_project[project_id][bucket_ns] = series_ids
        for project_id in sorted(by_project):
            _compute_minutes(cursor, project_id, by_project[project_id])
        finish_work(cursor, work.row_ids)
    return bool(work.row_ids)


def _compute_minutes(cursor: Any, project_id: int, minutes: Buckets) -> None:
    kinds = read_kinds(cursor, sorted({key for keys in minutes.values() for key in keys}))
    minutes = _with_followers(cursor, minutes, kinds)
    let_go = read_let_go(cursor, kinds, POINTS_S)
    reach: dict[int, tuple[int, int]] = {}
    for bucket_ns in sorted(minutes):
        series_ids = sorted(key for key in minutes[bucket_ns] if key in kinds)
        rows = _compute_minute(cursor, project_id, bucket_ns, series_ids, kinds)
        write_rollups(cursor, rows, let_go=let_go)
        empty = set(series_ids) - {row.series_id for row in rows}
        gone = [(key, bucket_ns) for key in empty if bucket_ns >= let_go.get(key, 0)]
        delete_rollups(cursor, MINUTE_S, gone)
        for key in series_ids:
            first, _ = reach.get(key, (bucket_ns, 0))
            reach[key] = first, bucket_ns + MINUTE_NS - 1
        note_work(cursor, project_id, LEVELS_S[1], [(key, bucket_ns) for key in series_ids])
    extend_series(cursor, [(key, first, last) for key, (first, last) in reach.items()])


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
    """Compute longer buckets in one transaction; whether there were any."""
    with transaction.atomic(), connection.cursor() as cursor:
        work = read_work(cursor, level_s, WORK_ROWS)
        for (project_id, bucket_ns), series_ids in sorted(work.buckets.items()):
            merge_buckets(cursor, project_id, (below_s, level_s), {(key, bucket_ns) for key in series_ids})
            if level_s != LEVELS_S[-1]:
                above_s = LEVELS_S[LEVELS_S.index(level_s) + 1]
                note_work(cursor, project_id, above_s, [(key, bucket_ns) for key in series_ids])
        finish_work(cursor, work.row_ids)
    return bool(work.row_ids)
