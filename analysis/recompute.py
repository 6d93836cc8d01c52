"""The job that brings missions' totals and verdicts up to their rows. Coalesced and idempotent.

Totals are computed from rows, never kept up by the insert. A mission that changed while it was being computed stays
on the list of work. Large missions that keep growing are computed less often: a run rests ten times as long as it took.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction

from analysis.sizes import count_costly
from analysis.totals import MissionTotals, Subject, compute_totals
from core.bulk import Table, update_rows
from core.conflicts import retry_conflicts
from core.jobs import wake
from core.pressure import giving_way, is_busy
from faults.store import enqueue_steps
from live.feeds import MOST_FINDINGS
from live.publish import publish_list, publish_missions
from metrics.derive.marks import Interval, find_interval, mark_change, mark_spans
from metrics.derive.sample_store import replace_samples
from traces.models import Mission, MissionWork

BATCH = 100
"""Missions computed together and written in one transaction, at most."""
BATCH_RECORDS = 1_000
"""A batch takes no further mission once it holds so many spans and records of plans."""
RUN_S = 1.0
REST_FACTOR = 10
MOST_REST_S = 8.0
"""What a very large mission rests at most, unless it took longer than that by itself."""
LEAST_REST_S = 0.5
"""While much arrives, a mission that changes all the time is computed this seldom."""
OPEN_BATCH = 100
OPEN_AGE_NS = 10 * 1_000_000_000
"""An open mission is looked at again after this time, to notice that it stalls."""
REMEMBERED = 4096

_rests: OrderedDict[int, float] = OrderedDict()
"""Missions and the time of the monotonic clock before which they are left alone."""

_MISSION_COLUMNS = (
    "title", "status", "reported_status", "start_ns", "end_ns", "last_activity_ns", "span_count", "error_count",
    "llm_call_count", "tool_call_count", "log_count", "snapshot_count", "step_count", "step_done_count",
    "input_tokens", "output_tokens", "cost_usd", "agents", "services", "model_names", "tool_names", "verdict",
    "analysis",
)  # fmt: skip
_MISSION_TYPES = (
    "text", "varchar", "varchar", "int8", "int8", "int8", "int4", "int4", "int4", "int4", "int4", "int4", "int4",
    "int4", "int8", "int8", "text", "text", "text", "text", "text", "text", "text",
)  # fmt: skip
MISSIONS = Table(
    "traces_mission",
    ("id", *_MISSION_COLUMNS, "computed_seq", "computed_ns", "list_seq"),
    ("int8", *_MISSION_TYPES, "int8", "int8", "int8"),
)
CALL_COUNTS = Table(
    "llmlog_llmcall",
    ("span_pk", "new_message_count", "attempt_count", "is_counted", "change_seq", "mission_id"),
    ("int8", "int4", "int4", "bool", "int8", "int8"),
)
REQUESTED = Table(
    "llmlog_toolcall", ("span_pk", "requested_by", "change_seq", "mission_id"), ("int8", "int8", "int8", "int8")
)
OUTCOMES = Table("traces_span", ("id", "outcome", "change_seq", "mission_id"), ("int8", "varchar", "int8", "int8"))
CALLS = tuple(
    Table(name, ("span_pk", "change_seq", "mission_id"), ("int8", "int8", "int8"))
    for name in ("llmlog_llmcall", "llmlog_toolcall")
)


class _Computed(NamedTuple):
    pk: int
    project_id: int
    key_hash: bytes
    seen_seq: int
    """`change_seq` before the rows were read."""
    totals: MissionTotals


def recompute_changed() -> None:
    """Compute the missions on the list of work."""
    until = time.monotonic() + RUN_S
    while True:
        listed = MissionWork.objects.order_by("mission_id").values_list("mission_id", flat=True)
        due = [pk for pk in listed if _is_due(pk)][: 2 * BATCH]
        if not due:
            return
        for batch in _batches(due, count_costly(due)):
            with giving_way():
                _recompute(batch, only_changes=False)
            if is_busy() or time.monotonic() > until:
                wake("analysis.recompute")
                return


def recompute_open() -> None:
    """Look again at missions that are not over: time alone makes a stall."""
    limit_ns = time.time_ns() - OPEN_AGE_NS
    query = Mission.objects.filter(status__in=("active", "waiting"), computed_ns__lt=limit_ns).order_by("computed_ns")
    recompute_missions(list(query.values_list("id", flat=True)[:OPEN_BATCH]), only_changes=True)


def recompute_missions(pks: list[int], *, only_changes: bool = False) -> None:
    """Compute and write these missions.

    `only_changes`: one whose status and verdict stay, with the outcomes of its spans, takes no number.
    """
    for batch in _batches(pks, count_costly(pks)):
        _recompute(batch, only_changes=only_changes)


def _batches(pks: list[int], counts: dict[int, int]) -> Iterable[dict[int, int]]:
    """In pieces of a bounded number of records, a large mission by itself."""
    batch: dict[int, int] = {}
    size = 0
    for pk in pks:
        if batch and (size + counts[pk] > BATCH_RECORDS or len(batch) == BATCH):
            yield batch
            batch, size = {}, 0
        batch[pk] = counts[pk]
        size += counts[pk]
    if batch:
        yield batch


def _recompute(batch: dict[int, int], *, only_changes: bool) -> None:
    started = time.monotonic()
    # The number a mission has reached is read before its rows: what comes later leaves it on the list of work.
    missions = {row.id: row for row in Mission.objects.filter(id__in=list(batch)).defer("analysis")}
    MissionWork.objects.filter(mission_id__in=batch.keys() - missions.keys()).delete()
    subjects = {pk: Subject(row.project_id, row.key, is_named=bool(row.name)) for pk, row in missions.items()}
    totals = compute_totals(subjects, time.time_ns())
    computed: list[_Computed] = []
    same: list[int] = []
    for pk, mission in missions.items():
        found = totals[pk]
        if found.last_activity_ns is None:
            found = msgspec.structs.replace(found, last_activity_ns=mission.created_ns)
        stays = not found.outcomes and (found.status, found.verdict) == (mission.status, mission.verdict)
        if only_changes and stays:
            same.append(pk)
        else:
            computed.append(_Computed(pk, mission.project_id, bytes(mission.key_hash), mission.change_seq, found))
    Mission.objects.filter(id__in=same).update(computed_ns=time.time_ns())
    write_totals(computed)
    _rest(batch, time.monotonic() - started)


def _is_due(pk: int) -> bool:
    return _rests.get(pk, 0.0) <= time.monotonic()


def _rest(batch: dict[int, int], took_s: float) -> None:
    """Large missions rest long: each rests by its share of the batch."""
    ended = time.monotonic()
    least_s = LEAST_REST_S if is_busy() else 0.0
    total = sum(batch.values()) or 1
    for pk, size in batch.items():
        own_s = took_s * size / total
        _rests[pk] = ended + max(least_s, min(REST_FACTOR * own_s, max(MOST_REST_S, own_s)))
        _rests.move_to_end(pk)
    while len(_rests) > REMEMBERED:
        _rests.popitem(last=False)


def write_totals(computed: list[_Computed]) -> None:
    """Write totals in one transaction, then wake the viewers."""
    if not computed:
        return
    written = retry_conflicts(lambda: _write(computed))
    for project_id in sorted({item.project_id for item in written}):
        publish_missions(project_id, [item.pk for item in written if item.project_id == project_id])
        publish_list(project_id)
    wake("faults.collect")


def _write(computed: list[_Computed]) -> list[_Computed]:
    with transaction.atomic(), connection.cursor() as cursor:
        held = _hold(cursor, computed)
        last = {pk: each.last_seq for pk, each in held.items()}
        written = [item for item in computed if item.pk in last]
        list_seqs = _list_sequences(cursor, written)
        now_ns = time.time_ns()
        rows = [
            (item.pk, *(getattr(item.totals, name) for name in _MISSION_COLUMNS), last[item.pk], now_ns, list_seq)
            for item, list_seq in zip(written, list_seqs, strict=True)
        ]
        update_rows(cursor, connection.vendor, MISSIONS, ("id",), rows)
        for item in written:
            _write_rows(cursor, item, last[item.pk])
        _tell_metrics(cursor, written, held)
        _tell_faults(cursor, written)
        settled = [item.pk for item in written if last[item.pk] - _numbers(item) == item.seen_seq]
        MissionWork.objects.filter(mission_id__in=settled).delete()
    return written


def _numbers(item: _Computed) -> int:
    """How many sequence numbers the mission's writes take: spans, calls, findings (see live.feeds), itself."""
    totals = item.totals
    changed = len(totals.outcomes) + len(totals.call_counts) + len(totals.requested_by)
    return changed + min(totals.finding_count, MOST_FINDINGS) + 1


class _Held(NamedTuple):
    last_seq: int
    active: Interval | None
    """When it was active, as it was computed before."""


def _hold(cursor: Any, computed: list[_Computed]) -> dict[int, _Held]:
    """Allocate numbers under the row locks, in ingest's order (`hold_missions`)."""
    held: dict[int, _Held] = {}
    for item in sorted(computed, key=lambda each: (each.project_id, each.key_hash)):
        cursor.execute(
            "UPDATE traces_mission SET change_seq = change_seq + %s WHERE id = %s"
            " RETURNING change_seq, start_ns, last_activity_ns, span_count + log_count",
            [_numbers(item), item.pk],
        )
        for change_seq, *before in cursor.fetchall():
            held[item.pk] = _Held(change_seq, find_interval(*before))
    return held


def _tell_faults(cursor: Any, written: list[_Computed]) -> None:
    for project_id in sorted({item.project_id for item in written}):
        mine = {item.pk: item.totals.failed_steps for item in written if item.project_id == project_id}
        enqueue_steps(cursor, project_id, mine)


def _tell_metrics(cursor: Any, written: list[_Computed], held: dict[int, _Held]) -> None:
    """Keep what metrics are derived from, and mark the minutes that this changes."""
    for project_id in sorted({item.project_id for item in written}):
        mine = [item for item in written if item.project_id == project_id]
        replace_samples(cursor, project_id, {item.pk: item.totals.samples for item in mine})
        mark_spans(cursor, project_id, [call[0] for item in mine for call in item.totals.call_counts])
        for item in mine:
            of = item.totals
            after = find_interval(of.start_ns, of.last_activity_ns, of.span_count + of.log_count)
            mark_change(cursor, project_id, held[item.pk].active, after)


def _list_sequences(cursor: Any, written: list[_Computed]) -> list[int]:
    first: dict[int, int] = {}
    for project_id in sorted({item.project_id for item in written}):
        count = sum(item.project_id == project_id for item in written)
        cursor.execute(
            "INSERT INTO traces_listsequence (project_id, last) VALUES (%s, %s)"
            " ON CONFLICT (project_id) DO UPDATE SET last = traces_listsequence.last + excluded.last RETURNING last",
            [project_id, count],
        )
        first[project_id] = cursor.fetchone()[0] - count + 1
    numbers: list[int] = []
    for item in written:
        numbers.append(first[item.project_id])
        first[item.project_id] += 1
    return numbers


def _write_rows(cursor: Any, item: _Computed, last_seq: int) -> None:
    seq = last_seq - _numbers(item) + 1
    outcomes = [(pk, status, seq + at, item.pk) for at, (pk, status) in enumerate(item.totals.outcomes)]
    seq += len(outcomes)
    counts = [(*call, seq + at, item.pk) for at, call in enumerate(item.totals.call_counts)]
    seq += len(counts)
    asked = [(pk, call, seq + at, item.pk) for at, (pk, call) in enumerate(item.totals.requested_by)]
    # What has moved since it was read has a number of its new mission, and is computed with it.
    update_rows(cursor, connection.vendor, OUTCOMES, ("id", "mission_id"), outcomes)
    # A call shows what became of its span, and shares its number.
    for table in CALLS:
        shared = [(pk, number, mission) for pk, _, number, mission in outcomes]
        update_rows(cursor, connection.vendor, table, ("span_pk", "mission_id"), shared)
    update_rows(cursor, connection.vendor, CALL_COUNTS, ("span_pk", "mission_id"), counts)
    update_rows(cursor, connection.vendor, REQUESTED, ("span_pk", "mission_id"), asked)
