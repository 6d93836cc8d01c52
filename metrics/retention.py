"""How long points and rollups are kept, and the job that lets go of what is older."""

from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from core.nanotime import CLOCK_SPARE_NS, now_ns
from core.pressure import giving_way
from metrics.levels import DAY_NS, DAY_S, LEVELS_S, LONG_DAYS, MINUTE_S, POINTS_S, floor_ns
from metrics.work import has_work

BATCH = 200
"""Series whose rows go in one transaction."""
LET_GO = {POINTS_S: "points_since_ns", MINUTE_S: "minutes_since_ns"}
"""Where a series notes it. Longer buckets are let go all at once."""
SILENT_DAYS = 30
"""A series without any row goes when it has had none for so long: a writer may just have found it."""


def get_kept_since_ns(level_s: int, now_ns: int) -> int:
    """Since when the rows of a level, or the points, are all there: begin of a day."""
    days = {
        POINTS_S: settings.MISSIONSCOPE_METRIC_POINTS_DAYS,
        MINUTE_S: max(settings.MISSIONSCOPE_METRIC_MINUTES_DAYS, settings.MISSIONSCOPE_METRIC_POINTS_DAYS),
    }
    return max(0, floor_ns(now_ns - days.get(level_s, LONG_DAYS) * DAY_NS, DAY_S))


def retain() -> None:
    """Delete points and rollups that are older than they are kept, and series that have neither."""
    delete_old(now_ns() - CLOCK_SPARE_NS)


def delete_old(at_ns: int) -> None:
    """The same at a given time."""
    last = 0
    while True:
        with giving_way(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM metrics_series WHERE id > %s ORDER BY id LIMIT %s", [last, BATCH])
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return
            for level_s, above_s in pairwise((POINTS_S, *LEVELS_S)):
                _delete_made_use_of(cursor, ids, level_s, above_s, get_kept_since_ns(level_s, at_ns))
            _delete_level(cursor, ids, LEVELS_S[-1], get_kept_since_ns(LEVELS_S[-1], at_ns))
            _delete_series(cursor, ids, at_ns)
            last = ids[-1]


def _delete_made_use_of(cursor: Any, ids: list[int], level_s: int, above_s: int, until_ns: int) -> None:
    """What the level above is made of, unless some of that is yet to be computed: then all of it stays for now.

    Asked again after deleting: what came meanwhile was deleted too, and has noted its work.
    """
    if has_work(cursor, above_s, until_ns):
        return
    with transaction.atomic():
        _delete_level(cursor, ids, level_s, until_ns)
        if has_work(cursor, above_s, until_ns):
            transaction.set_rollback(True)


def _delete_level(cursor: Any, ids: list[int], level_s: int, until_ns: int) -> None:
    """Points, or rollups of a level. It is noted: what is made of them must not be made anew of the rest alone."""
    marks = ", ".join(["%s"] * len(ids))
    if level_s == POINTS_S:
        old, values = f"metrics_point WHERE series_id IN ({marks}) AND time_ns < %s", [*ids, until_ns]
    else:
        old = f"metrics_rollup WHERE series_id IN ({marks}) AND level_s = %s AND bucket_ns < %s"
        values = [*ids, level_s, until_ns]
    column = LET_GO.get(level_s)
    if column is not None:
        cursor.execute(
            f"UPDATE metrics_series SET {column} = %s WHERE id IN (SELECT series_id FROM {old})", [until_ns, *values]
        )
    cursor.execute(f"DELETE FROM {old}", values)


def _delete_series(cursor: Any, ids: list[int], now_ns: int) -> None:
    marks = ", ".join(["%s"] * len(ids))
    cursor.execute(
        f"DELETE FROM metrics_series WHERE id IN ({marks}) AND last_ns < %s"
        " AND NOT EXISTS (SELECT 1 FROM metrics_point WHERE series_id = metrics_series.id)"
        " AND NOT EXISTS (SELECT 1 FROM metrics_rollup WHERE series_id = metrics_series.id)",
        [*ids, get_kept_since_ns(LEVELS_S[-1], now_ns) - SILENT_DAYS * DAY_NS],
    )
