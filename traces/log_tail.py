"""Follows a project's log records as they are committed, which is not the order of their keys.

Two writers take keys and commit in another order. A place therefore holds the key up to which nothing can come any
more (`settled_pk`), and a fence: a key, and the number of the next transaction at the moment that key was the last.
Once every transaction before that number has ended, all keys up to the fence are settled. A writer has its number
before it takes keys: it writes the payloads first. What lies between is read again each time; who follows skips the
records that are known already. On SQLite there is one writer, and keys are committed in their order.
"""

from typing import NamedTuple

from django.db import connection

from core.bulk import POSTGRESQL
from core.cursors import decode_cursor, encode_cursor
from traces.project_logs import LogQuery, list_project_logs, read_rows, select_logs
from traces.records import LogRow

UNKNOWN = -1
"""Of a place made while writers were at work: how far is settled is known once they have ended."""
_NOW_POSTGRESQL = (
    "SELECT coalesce((SELECT max(id) FROM traces_log), 0), oldest, oldest + age((oldest & 4294967295)::text::xid)"
    " FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest) AS running"
)
"""The age counts to the number given out next. A snapshot's `xmax` would not do: it is one past the last that ended,
and beyond it others may be at work. Ask outside a transaction, within which the age stands still."""
_NOW_SQLITE = "SELECT coalesce(max(id), 0), 0, 0 FROM traces_log"


class TailPlace(NamedTuple):
    """How far one has read."""

    settled_pk: int
    fence_pk: int
    fence_transaction: int

    @property
    def is_settled(self) -> bool:
        """Is everything up to the last key known?"""
        return self.settled_pk == self.fence_pk

    def encode(self) -> str:
        """As text that survives a URL."""
        return encode_cursor(*self)


class TailPage(NamedTuple):
    """What came since a place, and perhaps what was known before."""

    rows: list[LogRow]
    """Latest first."""
    place: TailPlace
    has_more: bool
    """More than fits came: the list is to be read anew."""


class _Now(NamedTuple):
    last_pk: int
    oldest_transaction: int
    next_transaction: int


def decode_place(text: str) -> TailPlace:
    """The place that `TailPlace.encode` wrote. Raises InvalidInput."""
    return TailPlace(*decode_cursor(text, int, int, int))


def get_tail_place() -> TailPlace:
    """Now. Take it before the list is read: what comes meanwhile comes twice."""
    now = _read_now()
    settled = now.last_pk if now.oldest_transaction >= now.next_transaction else UNKNOWN
    return TailPlace(settled, now.last_pk, now.next_transaction)


def look_ahead(place: TailPlace) -> TailPlace:
    """Where one is after reading from this place on. Ask first, and read (`read_tail`) what it promises then."""
    now = _read_now()
    if now.oldest_transaction >= now.next_transaction:
        return TailPlace(now.last_pk, now.last_pk, now.next_transaction)
    if now.oldest_transaction >= place.fence_transaction:
        return TailPlace(place.fence_pk, now.last_pk, now.next_transaction)
    return place


def read_tail(
    project_id: int,
    query: LogQuery,
    place: TailPlace,
    reached: TailPlace,
    *,
    limit: int = 500,
    waiting_pk: int | None = None,
) -> TailPage:
    """The records that came since a place. `waiting_pk`: from this key on records cannot be told by their words yet."""
    if waiting_pk is not None:
        reached = reached._replace(settled_pk=max(place.settled_pk, min(reached.settled_pk, waiting_pk - 1)))
    if place.settled_pk == UNKNOWN:
        return TailPage(list_project_logs(project_id, query, limit=limit), reached, has_more=False)
    where = select_logs(project_id, query).also("l.id > %s", place.settled_pk)
    rows = read_rows(project_id, where, "l.id", limit + 1)
    shown = sorted(rows[:limit], key=lambda row: (row.time_ns, row.pk), reverse=True)
    return TailPage(shown, reached, has_more=len(rows) > limit)


def get_last_pk() -> int:
    """The last key of all projects' records that is committed: grows with what is written."""
    return _read_now().last_pk


def has_logs_between(project_id: int, after_pk: int, last_pk: int) -> bool:
    """Is any record of the project among these keys?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM traces_log WHERE +project_id = %s AND id > %s AND id <= %s LIMIT 1",
            [project_id, after_pk, last_pk],
        )
        return cursor.fetchone() is not None


def _read_now() -> _Now:
    with connection.cursor() as cursor:
        cursor.execute(_NOW_POSTGRESQL if connection.vendor == POSTGRESQL else _NOW_SQLITE)
        return _Now(*cursor.fetchone())
