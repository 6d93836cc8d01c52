"""Writes what machines send: one call stores the records of many requests inside the caller's transaction.

Idempotent: the same records again change nothing and take no sequence number. Independent of order: see
`membership` (which mission) and `merge` (several records of one span).
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from bodies.packs import Place
from bodies.store import find_missing, store_items
from core.bulk import Table, allocate_ids, find_by_keys, insert_missing, insert_rows
from telemetry.meaning import NO_NAME, POOL, LogMeaning, SpanMeaning
from telemetry.records import RefusedRecord
from traces.incoming import SHOWN_LENGTH, Delivery, IncomingLog, IncomingSpan, own_key
from traces.membership import (
    Binding,
    MissionHold,
    MissionKeyOf,
    MissionUse,
    Word,
    choose_mission,
    hold_missions,
    lock_bindings,
    save_bindings,
)
from traces.moves import find_left, move_records, tell_left, uses_of_left
from traces.naming import name_missions
from traces.users import NEVER, UserWord, assign_users, find_short_id, find_user_id, find_user_word
from traces.versions import Settled, settle_spans, write_versions

SPANS = Table(
    "traces_span",
    (
        "id", "project_id", "mission_id", "trace_id", "span_id", "side", "parent_span_id", "name", "otel_kind",
        "span_kind", "service_name", "agent_name", "step_id", "start_ns", "end_ns", "status_code", "status_message",
        "error_type", "links", "warnings", "has_messages", "own_key", "own_strength", "mission_name",
        "mission_name_rank", "user_id", "content_hash", "pack_id", "pack_start", "pack_length", "change_seq",
    ),
    (
        "int8", "int8", "int8", "bytea", "bytea", "int2", "bytea", "text", "int4", "varchar", "text", "text", "text",
        "int8", "int8", "int2", "text", "text", "bytea", "text", "bool", "text", "int2", "text", "int2", "text",
        "bytea", "int8", "int4", "int4", "int8",
    ),
)  # fmt: skip
LOGS = Table(
    "traces_log",
    (
        "id", "project_id", "mission_id", "trace_id", "span_id", "time_ns", "severity_number", "severity_text", "body",
        "is_cut", "service_name", "agent_name", "step_id", "event_name", "own_key", "own_strength", "user_id",
        "request_id", "conversation_id", "host_name", "content_hash", "pack_id", "pack_start", "pack_length",
        "change_seq",
    ),
    (
        "int8", "int8", "int8", "bytea", "bytea", "int8", "int2", "text", "text", "bool", "text", "text", "text",
        "text", "text", "int2", "text", "text", "text", "text", "bytea", "int8", "int4", "int4", "int8",
    ),
)  # fmt: skip
SNAPSHOTS = Table(
    "traces_snapshot",
    (
        "id", "project_id", "mission_id", "span_pk", "log_pk", "agent_name", "step_id", "time_ns", "ordinal", "kind",
        "source", "body_hash", "change_seq",
    ),
    ("int8", "int8", "int8", "int8", "int8", "text", "text", "int8", "int2", "varchar", "text", "bytea", "int8"),
)  # fmt: skip
REJECTIONS = Table(
    "traces_rejection",
    ("id", "project_id", "time_ns", "door", "reason", "detail", "excerpt"),
    ("int8", "int8", "int8", "varchar", "varchar", "text", "text"),
)
WORK = Table("traces_missionwork", ("mission_id",), ("int8",))


class StoredSpan(NamedTuple):
    """A span that was added or changed, with what the stores above need to write theirs."""

    pk: int
    mission_pk: int
    is_new: bool
    derived_seq: int
    """First of the sequence numbers set aside for the span's model call and tool run."""
    span: IncomingSpan
    end_before_ns: int | None = None
    """When it ended as it was stored before."""


class StoredLog(NamedTuple):
    """A log record that was added, with what the stores above need to write theirs."""

    pk: int
    mission_pk: int | None
    is_pooled: bool
    """It waits in a mission that it does not name, until others tell whose it is."""
    seq: int
    log: IncomingLog


class Stored(NamedTuple):
    """What a transaction changed."""

    spans: list[StoredSpan]
    logs: list[StoredLog]
    missions: dict[int, str]
    """Primary key to the sender's key, of every mission that changed."""
    moved_span_pks: list[int]
    moved_log_pks: list[int]
    """Stored before, and now in another mission."""


def derived_count(span: IncomingSpan) -> int:
    """How many rows the stores above write for this span."""
    return (span.meaning.llm is not None) + (span.meaning.tool is not None)


def store_records(
    cursor: Any,
    project_id: int,
    spans: Sequence[IncomingSpan],
    logs: Sequence[IncomingLog],
    bodies: dict[bytes, bytes],
    now_ns: int,
    deliveries: Sequence[Delivery] = (),
) -> Stored:
    """Store spans, logs and their snapshots. Every new or changed row takes a number of its mission's sequence."""
    vendor = connection.vendor
    traces = {span.trace_id for span in spans} | {log.trace_id for log in logs if log.trace_id}
    traces |= {delivery.trace_id for delivery in deliveries}
    bindings, new_traces = lock_bindings(cursor, vendor, project_id, list(traces))
    settled = settle_spans(cursor, vendor, project_id, spans, bodies, new_traces)
    fresh_logs = _unknown_logs(cursor, vendor, project_id, logs)
    changed = _hear(bindings, spans, fresh_logs) | _hear_deliveries(bindings, deliveries)
    save_bindings(cursor, vendor, [bindings[trace_id] for trace_id in changed])

    homes = [_home(item.span, bindings) for item in settled]
    log_homes = [_log_home(log, bindings) for log in fresh_logs]
    left = find_left(cursor, [(i.found.mission_pk, h.key) for i, h in zip(settled, homes, strict=True) if i.found])
    uses = _uses(settled, homes, fresh_logs, log_homes)
    held = hold_missions(cursor, project_id, [*uses, *uses_of_left(left, uses)], now_ns)
    places = _store_payloads(cursor, project_id, settled, fresh_logs, bodies)
    numbers = {key: hold.first_seq for key, hold in held.items()}

    stored = _write_spans(cursor, vendor, project_id, settled, homes, held, numbers, places)
    stored_logs = _write_logs(cursor, vendor, project_id, fresh_logs, log_homes, held, numbers, places[len(settled) :])
    tell_left(cursor, left)
    missions = {hold.pk: key for key, hold in held.items()}
    moved = move_records(cursor, vendor, project_id, {t: bindings[t] for t in changed if t not in new_traces}, now_ns)
    missions |= moved.missions
    changed_homes = {held[home.key].pk for item, home in zip(settled, homes, strict=True) if item.found}
    changed_missions = changed_homes | set(left) | set(moved.missions)
    name_missions(cursor, changed_missions)
    assign_users(cursor, changed_missions)
    insert_missing(cursor, vendor, WORK, [(pk,) for pk in sorted(missions)], "mission_id")
    return Stored(stored, stored_logs, missions, moved.span_pks, moved.log_pks)


def store_rejections(cursor: Any, project_id: int, door: str, refused: Sequence[RefusedRecord], now_ns: int) -> None:
    """Keep what was refused, and why."""
    if not refused:
        return
    ids = allocate_ids(cursor, connection.vendor, REJECTIONS.name, len(refused))
    rows = [
        (pk, project_id, now_ns, door[:40], record.reason[:60], record.detail[:1000], record.excerpt[:500])
        for pk, record in zip(ids, refused, strict=True)
    ]
    insert_rows(cursor, connection.vendor, REJECTIONS, rows)


def _unknown_logs(cursor: Any, vendor: str, project_id: int, logs: Sequence[IncomingLog]) -> list[IncomingLog]:
    by_hash = {log.content_hash: log for log in logs}
    if not by_hash:
        return []
    known = find_by_keys(
        cursor,
        vendor,
        LOGS.name,
        wanted=("content_hash",),
        keys=("content_hash",),
        key_types=("bytea",),
        values=[(content,) for content in by_hash],
        fixed=("project_id", project_id),
    )
    for row in known:
        del by_hash[bytes(row[0])]
    return list(by_hash.values())


def _hear(bindings: dict[bytes, Binding], spans: Sequence[IncomingSpan], logs: Sequence[IncomingLog]) -> set[bytes]:
    """Let the records speak for their traces; gives the traces whose binding changed.

    Every record as it came, not what several of one span merge to: that depends on which had come by then.
    """
    changed: set[bytes] = set()
    said: list[tuple[bytes, SpanMeaning | LogMeaning, int | None]] = [
        (span.trace_id, span.meaning, span.start_ns) for span in spans
    ]
    said += [(log.trace_id, log.meaning, log.time_ns) for log in logs if log.trace_id]
    for trace_id, meaning, start_ns in said:
        if meaning.mission_key is None or meaning.mission_key.strength == POOL:
            continue
        word = Word(NEVER if start_ns is None else start_ns, meaning.mission_key.key)
        before = bindings[trace_id]
        after = before.heard(meaning.mission_key.strength, word)
        if after != before:
            bindings[trace_id] = after
            changed.add(trace_id)
    return changed


def _hear_deliveries(bindings: dict[bytes, Binding], deliveries: Sequence[Delivery]) -> set[bytes]:
    """Let what was delivered in traces speak for them, also what was known already; gives those that changed."""
    before = {trace_id: bindings[trace_id] for trace_id, _ in deliveries}
    for trace_id, key in deliveries:
        bindings[trace_id] = bindings[trace_id].delivering(key)
    return {trace_id for trace_id, binding in before.items() if bindings[trace_id] != binding}


def _home(span: IncomingSpan, bindings: dict[bytes, Binding]) -> MissionKeyOf:
    return choose_mission(*own_key(span.meaning), span.trace_id, bindings[span.trace_id])


def _log_home(log: IncomingLog, bindings: dict[bytes, Binding]) -> MissionKeyOf | None:
    key, strength = own_key(log.meaning)
    if not log.trace_id:
        return None if key is None else MissionKeyOf(key, strength == POOL)
    return choose_mission(key, strength, log.trace_id, bindings[log.trace_id])


def _uses(
    settled: Sequence[Settled],
    homes: Sequence[MissionKeyOf],
    logs: Sequence[IncomingLog],
    log_homes: Sequence[MissionKeyOf | None],
) -> list[MissionUse]:
    changes: dict[str, int] = defaultdict(int)
    inferred: dict[str, bool] = {}
    names: dict[str, tuple[int, int, str]] = {}
    users: dict[str, UserWord] = {}
    for item, home in zip(settled, homes, strict=True):
        span = item.span
        changes[home.key] += 1 + derived_count(span) + len(span.snapshots)
        inferred[home.key] = inferred.get(home.key, True) and home.is_inferred
        if span.meaning.mission_name:
            start_ns = NEVER if span.start_ns is None else span.start_ns
            name = (-span.meaning.mission_name_rank, start_ns, span.meaning.mission_name[:SHOWN_LENGTH])
            names[home.key] = min(names.get(home.key, name), name)
        _hear_user(users, home.key, find_user_word(span.meaning, span.start_ns))
    for log, log_home in zip(logs, log_homes, strict=True):
        if log_home is not None:
            changes[log_home.key] += 1 + len(log.snapshots)
            inferred[log_home.key] = inferred.get(log_home.key, True) and log_home.is_inferred
            _hear_user(users, log_home.key, find_user_word(log.meaning, log.time_ns))
    return [_use(key, inferred[key], count, names.get(key), users.get(key)) for key, count in changes.items()]


def _hear_user(users: dict[str, UserWord], key: str, word: UserWord | None) -> None:
    if word is not None:
        users[key] = min(users.get(key, word), word)


def _use(
    key: str, is_inferred: bool, changes: int, name: tuple[int, int, str] | None, user: UserWord | None
) -> MissionUse:
    if name is None:
        return MissionUse(key, is_inferred, changes, "", 0, None, user)
    return MissionUse(key, is_inferred, changes, name[2], -name[0], name[1], user)


def _store_payloads(
    cursor: Any,
    project_id: int,
    settled: Sequence[Settled],
    logs: Sequence[IncomingLog],
    bodies: dict[bytes, bytes],
) -> list[Place]:
    """Store new bodies, then the payloads; gives the payloads' places, spans first."""
    missing = find_missing(project_id, list(bodies))
    items = [(hashed, data) for hashed, data in bodies.items() if hashed in missing]
    payloads = [(b"", item.span.payload) for item in settled] + [(b"", log.payload) for log in logs]
    return store_items(cursor, project_id, items + payloads)[len(items) :]


def _write_spans(
    cursor: Any,
    vendor: str,
    project_id: int,
    settled: Sequence[Settled],
    homes: Sequence[MissionKeyOf],
    held: dict[str, MissionHold],
    numbers: dict[str, int],
    places: Sequence[Place],
) -> list[StoredSpan]:
    new_count = sum(item.found is None for item in settled)
    ids = iter(allocate_ids(cursor, vendor, SPANS.name, new_count) if new_count else [])
    stored: list[StoredSpan] = []
    rows: list[tuple[Any, ...]] = []
    replaced: list[int] = []
    snapshots: list[tuple[Any, ...]] = []
    for item, home, place in zip(settled, homes, places):  # noqa: B905 (places go on with the logs')
        span, seq, mission_pk = item.span, numbers[home.key], held[home.key].pk
        pk = item.found.pk if item.found is not None else next(ids)
        derived = derived_count(span)
        rows.append(_span_row(pk, project_id, mission_pk, item, place, seq))
        end_before_ns = None if item.found is None else item.found.end_ns
        stored.append(StoredSpan(pk, mission_pk, item.found is None, seq + 1, span, end_before_ns))
        for ordinal, snapshot in enumerate(span.snapshots):
            time_ns = next((t for t in (snapshot.time_ns, span.end_ns, span.start_ns) if t is not None), 0)
            snapshots.append(
                (project_id, mission_pk, pk, None, snapshot.agent_name, snapshot.step_id, time_ns, ordinal,
                 snapshot.kind, snapshot.source, snapshot.body_hash, seq + 1 + derived + ordinal)
            )  # fmt: skip
        numbers[home.key] = seq + 1 + derived + len(span.snapshots)
        if item.found is not None:
            replaced.append(pk)
    if replaced:
        marks = ", ".join(["%s"] * len(replaced))
        cursor.execute(f"DELETE FROM traces_span WHERE id IN ({marks})", replaced)
        cursor.execute(f"DELETE FROM traces_snapshot WHERE span_pk IN ({marks})", replaced)
    insert_rows(cursor, vendor, SPANS, rows)
    _write_snapshots(cursor, vendor, snapshots)
    several = [(row.pk, item) for row, item in zip(stored, settled, strict=True) if item.added]
    write_versions(cursor, vendor, project_id, several)
    return stored


def _span_row(pk: int, project_id: int, mission_pk: int, item: Settled, place: Place, seq: int) -> tuple[Any, ...]:
    span, meaning = item.span, item.span.meaning
    return (
        pk, project_id, mission_pk, span.trace_id, span.span_id, span.side, span.parent_span_id or None, span.name,
        span.otel_kind, meaning.span_kind, meaning.service_name[:SHOWN_LENGTH], meaning.agent_name[:SHOWN_LENGTH],
        meaning.step_id[:SHOWN_LENGTH], span.start_ns, span.end_ns, span.status_code,
        span.status_message or meaning.error_message[:SHOWN_LENGTH], meaning.error_type[:SHOWN_LENGTH],
        span.links or None, span.warnings, meaning.has_messages, *own_key(meaning),
        meaning.mission_name[:SHOWN_LENGTH], meaning.mission_name_rank if meaning.mission_name else NO_NAME,
        find_user_id(meaning), item.content_hash, *place, seq,
    )  # fmt: skip


def _write_logs(
    cursor: Any,
    vendor: str,
    project_id: int,
    logs: Sequence[IncomingLog],
    homes: Sequence[MissionKeyOf | None],
    held: dict[str, MissionHold],
    numbers: dict[str, int],
    places: Sequence[Place],
) -> list[StoredLog]:
    ids = allocate_ids(cursor, vendor, LOGS.name, len(logs)) if logs else []
    rows: list[tuple[Any, ...]] = []
    stored: list[StoredLog] = []
    snapshots: list[tuple[Any, ...]] = []
    for pk, log, home, place in zip(ids, logs, homes, places, strict=True):
        mission_pk, seq = (None, 0) if home is None else (held[home.key].pk, numbers[home.key])
        meaning = log.meaning
        rows.append(
            (pk, project_id, mission_pk, log.trace_id or None, log.span_id or None, log.time_ns, log.severity_number,
             log.severity_text, log.body, log.is_cut, meaning.service_name[:SHOWN_LENGTH],
             meaning.agent_name[:SHOWN_LENGTH], meaning.step_id[:SHOWN_LENGTH], log.event_name, *own_key(meaning),
             find_user_id(meaning), find_short_id(meaning.request_id), find_short_id(meaning.conversation_id),
             meaning.host_name[:SHOWN_LENGTH], log.content_hash, *place, seq)
        )  # fmt: skip
        is_pooled = home is not None and home.is_inferred and own_key(meaning)[1] == POOL
        stored.append(StoredLog(pk, mission_pk, is_pooled, seq, log))
        if home is None:
            continue
        for ordinal, snapshot in enumerate(log.snapshots):
            time_ns = log.time_ns if snapshot.time_ns is None else snapshot.time_ns
            snapshots.append(
                (project_id, mission_pk, None, pk, snapshot.agent_name, snapshot.step_id, time_ns, ordinal,
                 snapshot.kind, snapshot.source, snapshot.body_hash, seq + 1 + ordinal)
            )  # fmt: skip
        numbers[home.key] = seq + 1 + len(log.snapshots)
    insert_rows(cursor, vendor, LOGS, rows)
    _write_snapshots(cursor, vendor, snapshots)
    return stored


def _write_snapshots(cursor: Any, vendor: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        ids = allocate_ids(cursor, vendor, SNAPSHOTS.name, len(rows))
        insert_rows(cursor, vendor, SNAPSHOTS, [(pk, *row) for pk, row in zip(ids, rows, strict=True)])
