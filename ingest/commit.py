"""Group commit: requests that wait at the same time share one transaction.

One writer thread per process takes what has gathered while the last transaction was being written. A request is
answered only after the commit that holds it. There is no queue behind the answer (docs/data-loss.md).
"""

import logging
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from itertools import zip_longest
from typing import NamedTuple

import msgspec
from django.db import DatabaseError, DataError, IntegrityError, close_old_connections, connection, transaction

from core.conflicts import retry_conflicts
from core.counters import COMMIT_BEGUN, COMMIT_FAILURES, COMMIT_SECONDS, RECORDS_ACCEPTED, RECORDS_REJECTED
from core.jobs import wake
from core.spans import Origin, get_origin, span_for
from faults.store import enqueue_records
from ingest.prepare import Prepared
from live.publish import publish_logs, publish_missions
from llmlog.store import store_calls
from metrics.derive.marks import mark_stored
from metrics.incoming import IncomingPoint
from metrics.store import store_points
from plans.store import store_facts
from search.store import enqueue
from telemetry.records import RefusedRecord
from traces.store import Stored, store_records, store_rejections

log = logging.getLogger(__name__)

GROUP_SPANS = 4096
"""A transaction takes no further request once it holds this many records."""
SHOWN = 200


class Unavailable(Exception):
    """The database cannot take it now; the sender should come back."""


class Outcome(NamedTuple):
    """What became of a request."""

    refused: list[RefusedRecord]
    """Records that the database itself would not take, beside those refused while decoding."""


class _Waiting(NamedTuple):
    prepared: Prepared
    future: "Future[Outcome]"
    origin: Origin


class Committer:
    """The one writer of a process."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._start = threading.Lock()
        self._busy_since_s: float | None = None
        self._failed_s: float | None = None

    def get_lag_s(self) -> float:
        """How long the transaction that is being written has taken by now; 0 when nothing waits."""
        since_s = self._busy_since_s
        return 0.0 if since_s is None else time.monotonic() - since_s

    def get_failure_age_s(self) -> float | None:
        """Seconds since the last transaction, when the database would not take it; None when it did."""
        failed_s = self._failed_s
        return None if failed_s is None else time.monotonic() - failed_s

    def submit(self, prepared: Prepared) -> "Future[Outcome]":
        """Have it stored. The future ends after the commit, or with Unavailable."""
        future: Future[Outcome] = Future()
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ingest-writer", daemon=True)
                self._thread.start()
        self._queue.put(_Waiting(prepared, future, get_origin()))
        return future

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            begun_s = self._busy_since_s = time.monotonic()
            COMMIT_BEGUN.set(time.time())
            group = self._gather(first)
            try:
                _try_group(group)
            finally:
                self._busy_since_s = None
                COMMIT_BEGUN.set(0)
                COMMIT_SECONDS.observe(time.monotonic() - begun_s)
            has_failed = any(not item.future.cancelled() and item.future.exception() for item in group)
            self._failed_s = time.monotonic() if has_failed else None
            COMMIT_FAILURES.inc(has_failed)

    def _gather(self, first: _Waiting) -> list[_Waiting]:
        group, size = [first], _size(first.prepared)
        while size < GROUP_SPANS:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if item is None:
                self._queue.put(None)
                break
            group.append(item)
            size += _size(item.prepared)
        return group


def _size(prepared: Prepared) -> int:
    return len(prepared.spans) + len(prepared.logs) + len(prepared.points)


def _try_group(group: Sequence[_Waiting]) -> None:
    """Every future ends, whatever happens: the writer must live on."""
    with span_for("ingest.commit", [item.origin for item in group], requests=len(group)):
        try:
            _write_group(group)
        except Exception as error:  # whatever it is, the senders are told to come back
            log.exception("a group of requests was not stored")
            for item in group:
                if not item.future.done():
                    item.future.set_exception(Unavailable(type(error).__name__))


def _write_group(group: Sequence[_Waiting]) -> None:
    try:
        changed = store_prepared([item.prepared for item in group])
    except (DataError, IntegrityError):
        for item in group:
            _write_one(item)
        return
    except DatabaseError as error:
        close_old_connections()
        for item in group:
            item.future.set_exception(Unavailable(type(error).__name__))
        return
    for item in group:
        _count(item.prepared)
        item.future.set_result(Outcome([]))
    _announce(changed)


def _write_one(item: _Waiting) -> None:
    """A request alone; if the database refuses a value in it, record by record."""
    try:
        changed = store_prepared([item.prepared])
    except (DataError, IntegrityError):
        _write_pieces(item)
        return
    except DatabaseError as error:
        item.future.set_exception(Unavailable(type(error).__name__))
        return
    _count(item.prepared)
    item.future.set_result(Outcome([]))
    _announce(changed)


def _count(stored: Prepared) -> None:
    """Count what a stored request brought, for `/metrics`."""
    for kind, records in (("span", stored.spans), ("log", stored.logs), ("point", stored.points)):
        if records:
            RECORDS_ACCEPTED.labels(stored.door, kind).inc(len(records))
    for refused in stored.refused:
        RECORDS_REJECTED.labels(stored.door, refused.reason).inc()


def _write_pieces(item: _Waiting) -> None:
    whole, refused, changed = item.prepared, [], []
    pieces = [Prepared(whole.project_id, whole.door, [span], [], whole.bodies, [], ()) for span in whole.spans]
    pieces += [Prepared(whole.project_id, whole.door, [], [entry], whole.bodies, [], ()) for entry in whole.logs]
    pieces += [_piece_of_point(whole, point) for point in whole.points]
    try:
        for piece, index in zip_longest(pieces, whole.origins):
            try:
                changed += store_prepared([piece])
                _count(piece)
            except (DataError, IntegrityError) as error:
                refused.append(_refuse(piece, error, index))
        rest = Prepared(whole.project_id, whole.door, [], [], {}, [*whole.refused, *refused], ())
        changed += store_prepared([msgspec.structs.replace(rest, deliveries=whole.deliveries)])
        _count(rest)
    except DatabaseError as error:
        item.future.set_exception(Unavailable(type(error).__name__))
        return
    item.future.set_result(Outcome(refused))
    _announce(changed)


def _piece_of_point(whole: Prepared, point: IncomingPoint) -> Prepared:
    series = {point.series_hash: whole.series[point.series_hash]}
    return Prepared(whole.project_id, whole.door, [], [], {}, [], (), points=[point], series=series)


def _refuse(piece: Prepared, error: DatabaseError, index: int | None) -> RefusedRecord:
    names = [span.name for span in piece.spans] + [entry.body for entry in piece.logs]
    name = (names or [series.name for series in piece.series.values()])[0]
    detail = f"The database refused a value ({type(error).__name__})."
    return RefusedRecord("not_storable", detail, name[:SHOWN], index)


class Changed(NamedTuple):
    """What a transaction changed in a project: missions, and whether log records came."""

    project_id: int
    mission_pks: list[int]
    has_logs: bool = False


def store_prepared(requests: Sequence[Prepared]) -> list[Changed]:
    """Store requests in one transaction; when this returns they are durable. Conflicts are tried again."""

    def write() -> list[Changed]:
        with transaction.atomic():
            return _store(requests)

    return retry_conflicts(write)


def _store(requests: Sequence[Prepared]) -> list[Changed]:
    now_ns = time.time_ns()
    changed: list[Changed] = []
    with connection.cursor() as cursor:
        for project_id in sorted({request.project_id for request in requests}):
            mine = [request for request in requests if request.project_id == project_id]
            bodies: dict[bytes, bytes] = {}
            for request in mine:
                bodies |= request.bodies
            stored = store_records(
                cursor,
                project_id,
                [span for request in mine for span in request.spans],
                [entry for request in mine for entry in request.logs],
                bodies,
                now_ns,
                [delivery for request in mine for delivery in request.deliveries],
            )
            _store_above(cursor, project_id, stored, now_ns)
            _store_metrics(cursor, project_id, mine, now_ns)
            for request in mine:
                store_rejections(cursor, project_id, request.door, request.refused, now_ns)
            changed.append(Changed(project_id, sorted(stored.missions), bool(stored.logs)))
    return changed


def _store_above(cursor: object, project_id: int, stored: Stored, now_ns: int) -> None:
    store_calls(cursor, project_id, stored.spans)
    enqueue(cursor, project_id, "span", [item.pk for item in stored.spans] + stored.moved_span_pks, now_ns)
    store_facts(cursor, project_id, stored.logs, stored.spans)
    enqueue(cursor, project_id, "log", [item.pk for item in stored.logs] + stored.moved_log_pks, now_ns)
    mark_stored(cursor, project_id, stored.spans, stored.logs, stored.moved_span_pks, stored.moved_log_pks)
    enqueue_records(cursor, project_id, stored)


def _store_metrics(cursor: object, project_id: int, requests: Sequence[Prepared], now_ns: int) -> None:
    series = {one: told for request in requests for one, told in request.series.items()}
    store_points(cursor, project_id, series, [point for request in requests for point in request.points], now_ns)


def _announce(changed: Sequence[Changed]) -> None:
    for change in changed:
        if change.mission_pks:
            publish_missions(change.project_id, change.mission_pks)
        if change.has_logs:
            publish_logs(change.project_id)
    wake("analysis.attribute")
    wake("analysis.recompute")
    wake("faults.collect")
    wake("search.index")
    wake("metrics.derive")
    wake("metrics.roll_up")


committer = Committer()
