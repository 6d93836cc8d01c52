"""The job that makes events and groups of what tells of failures: off the way of ingest, a moment behind it.

Idempotent, and independent of the order in which records come: what a record tells follows from it alone, and which of
several count from all that is known of their trace and of their mission's failed steps.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from core.bulk import allocate_ids, insert_rows
from core.conflicts import retry_conflicts
from core.jobs import wake
from core.pressure import giving_way
from faults.groups import refresh_groups, wake_sleeping
from faults.models import Event, Steps, Work
from faults.placing import Affected, place_events
from faults.rows import EVENTS, EventRow
from faults.store import LOG, SPAN, STEP
from faults.telling import Told, find_versions, tell_logs, tell_spans, tell_steps
from faults.turns import count_change, take_turn
from traces.models import Log, Span

log = logging.getLogger(__name__)

BATCH = 200
"""Records looked at together and written in one transaction."""
RUN_S = 0.5
"""One run of the job ends after this time and asks for another: other jobs have their turn between."""


class _Batch(NamedTuple):
    """Work of one project, and what its records tell."""

    project_id: int
    items: list[Work]
    spans: Told
    logs: Told
    mission_pks: list[int]


def collect_pending() -> None:
    """Look at what waits, oldest first. Two at once do some work twice and agree."""
    until = time.monotonic() + RUN_S
    wake_sleeping(time.time_ns())
    while items := list(Work.objects.order_by("id")[:BATCH]):
        with giving_way():
            collect_items(items)
        if time.monotonic() > until:
            wake("faults.collect")
            return


def collect_items(items: Sequence[Work]) -> None:
    """Look at these, and take them off the list but for those whose record changed meanwhile."""
    projects = sorted({item.project_id for item in items})
    batches = [_read(project_id, [item for item in items if item.project_id == project_id]) for project_id in projects]

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for batch in batches:
                take_turn(cursor, batch.project_id)
                _write(cursor, batch, time.time_ns())

    retry_conflicts(write)


def _read(project_id: int, items: list[Work]) -> _Batch:
    def keys(kind: str) -> list[int]:
        return sorted({item.record_pk for item in items if item.kind == kind and item.is_failing})

    missions = keys(STEP)
    for mission_pk in missions:
        tell_steps(project_id, mission_pk)  # kept in the process: the transaction below reads it quickly
    return _Batch(project_id, items, tell_spans(project_id, keys(SPAN)), tell_logs(project_id, keys(LOG)), missions)


def _write(cursor: Any, batch: _Batch, now_ns: int) -> None:
    affected = Affected()
    spans = _unchanged(batch.project_id, Span, batch.spans)
    logs = _unchanged(batch.project_id, Log, batch.logs)
    _replace(cursor, batch.project_id, {"span_pk__in": list(spans)}, _rows(spans), now_ns, affected)
    _replace(cursor, batch.project_id, {"log_pk__in": list(logs)}, _rows(logs), now_ns, affected)
    for mission_pk in batch.mission_pks:
        of_steps = {"mission_id": mission_pk, "source": "step"}
        told = tell_steps(batch.project_id, mission_pk)
        _replace(cursor, batch.project_id, of_steps, told.rows, now_ns, affected)
        Steps.objects.update_or_create(mission_id=mission_pk, defaults={"digest": told.digest})
    done, again = _sort_out(batch, spans.keys(), logs.keys())
    place_events(cursor, batch.project_id, affected)
    refresh_groups(batch.project_id, affected.changes)
    if affected.changes:
        count_change(cursor, batch.project_id)
    Work.objects.filter(id__in=done).delete()
    Work.objects.filter(id__in=again).update(is_failing=True)


def _unchanged(project_id: int, model: type[Span] | type[Log], told: Told) -> dict[int, list[EventRow]]:
    """By key: what the records tell that are still what they were when they were read."""
    now = find_versions(project_id, model, told.asked)
    return {pk: told.rows.get(pk, []) for pk in told.asked if now.get(pk) == told.versions.get(pk)}


def _rows(told: dict[int, list[EventRow]]) -> list[EventRow]:
    return [row for rows in told.values() for row in rows]


def _sort_out(batch: _Batch, spans: Any, logs: Any) -> tuple[list[int], list[int]]:
    """Keys of work that is done, and of what only changed but has told of a failure before: it is looked at next."""
    changed = [item for item in batch.items if not item.is_failing]
    telling = {(SPAN, pk) for pk in _telling("span_pk", [item.record_pk for item in changed if item.kind == SPAN])}
    telling |= {(LOG, pk) for pk in _telling("log_pk", [item.record_pk for item in changed if item.kind == LOG])}
    seen = {SPAN: spans, LOG: logs, STEP: batch.mission_pks}
    again = [item.id for item in changed if (item.kind, item.record_pk) in telling]
    done = [item.id for item in changed if (item.kind, item.record_pk) not in telling]
    done += [item.id for item in batch.items if item.is_failing and item.record_pk in seen[item.kind]]
    return done, again


def _telling(column: str, pks: list[int]) -> list[int]:
    return list(Event.objects.filter(**{f"{column}__in": pks}).values_list(column, flat=True)) if pks else []


def _replace(
    cursor: Any, project_id: int, place: dict[str, Any], rows: Sequence[EventRow], now_ns: int, affected: Affected
) -> None:
    """Let these be the events at a place; what is the same stays untouched.

    What is told again keeps its key, when it was first looked at, and the fingerprint of older rules.
    """
    found = Event.objects.filter(project_id=project_id, **place).values_list(*_Before._fields)
    before = {bytes(row[0]): _Before(*row) for row in found}
    wanted = {row.identity: row for row in rows}
    changed = [row for row in wanted.values() if not _is_same(before.get(row.identity), row)]
    if not changed and wanted.keys() == before.keys():
        return
    new = [row for row in changed if row.identity not in before]
    ids = iter(allocate_ids(cursor, connection.vendor, EVENTS.name, len(new)) if new else [])
    written: list[tuple[Any, ...]] = []
    for row in changed:
        old = before.get(row.identity)
        if old is None:
            written.append(row.whole(next(ids), project_id, now_ns))
        else:
            written.append(
                row.keeping(old.fingerprint, old.fingerprint_version).whole(old.id, project_id, old.received_ns)
            )
        affected.note(row.trace_id, row.mission_pk)
    left = [old for identity, old in before.items() if identity not in wanted]
    left += [before[row.identity] for row in changed if row.identity in before]
    for old in left:
        affected.note(bytes(old.trace_id or b""), old.mission_id)
        affected.count(old.group_id, old.mission_id, -1 if old.is_counted else 0)
    pks = [old.id for old in left]
    affected.event_pks |= set(Event.objects.filter(stands_for__in=pks).values_list("id", flat=True)) - set(pks)
    Event.objects.filter(id__in=pks).delete()
    insert_rows(cursor, connection.vendor, EVENTS, written)
    affected.event_pks |= {row[0] for row in written}


class _Before(NamedTuple):
    """An event as it is stored, as far as a change of it matters."""

    identity: bytes
    id: int
    content_hash: bytes
    group_id: int
    is_counted: bool
    trace_id: bytes | None
    mission_id: int | None
    received_ns: int
    fingerprint: bytes
    fingerprint_version: int


def _is_same(old: _Before | None, row: EventRow) -> bool:
    return old is not None and bytes(old.content_hash) == row.content_hash
