"""The job that finds whose the records are that name no mission (docs/adr/0013). Idempotent.

What is concluded here gives way to any word of a record, and is concluded anew when more has come.
"""

import time

from django.db import connection, transaction

from core.conflicts import retry_conflicts
from core.jobs import wake
from live.publish import publish_missions
from plans.building.ownership import find_owners
from plans.pools import Pool, close_pool, list_pools, mark_inferred, read_pool
from search.store import enqueue
from traces.attribution import attribute_traces
from traces.moves import Moved

REST_FACTOR = 10
_rest_until: dict[int, float] = {}
"""Pools, and the time of the monotonic clock before which they are left alone."""


def attribute_pools() -> None:
    """Look at every pool since when something new has come."""
    for mission_pk, project_id, _, newest_pk in list_pools():
        started = time.monotonic()
        if _rest_until.get(mission_pk, 0.0) > started:
            continue
        pool = read_pool(mission_pk, project_id)
        owners = find_owners(pool.facts, pool.named, pool.traces, pool.moments)
        if owners:
            _move(pool, owners)
        close_pool(mission_pk, newest_pk)
        _rest_until[mission_pk] = time.monotonic() + REST_FACTOR * (time.monotonic() - started)


def forget_rests() -> None:
    """Leave no pool alone."""
    _rest_until.clear()


def _move(pool: Pool, owners: dict[bytes, str]) -> None:
    def write() -> Moved:
        now_ns = time.time_ns()
        with transaction.atomic(), connection.cursor() as cursor:
            moved = attribute_traces(cursor, pool.project_id, owners, now_ns)
            mark_inferred(moved.log_pks)
            enqueue(cursor, pool.project_id, "span", moved.span_pks, now_ns)
            enqueue(cursor, pool.project_id, "log", moved.log_pks, now_ns)
        return moved

    moved = retry_conflicts(write)
    if moved.missions:
        publish_missions(pool.project_id, sorted(moved.missions))
        wake("analysis.recompute")
        wake("search.index")
