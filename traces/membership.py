"""Which mission a record belongs to: its own word, its trace's word, or the trace itself.

The order is: a mission the record names itself, a mission its trace names, a conversation the record names,
a conversation its trace names, the mission of the records that its trace delivered, the pool it waits in, the trace.
A trace's word is that of its earliest span, so the result does not depend on the order of arrival (docs/adr/0004).
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from core.bulk import Table, find_by_keys, insert_missing, update_rows
from core.hashing import digest16
from telemetry.meaning import POOL, STRONG, WEAK
from traces.users import UserWord, earlier_user

BINDINGS = Table("traces_tracebinding", ("project_id", "trace_id"), ("int8", "bytea"))
WORDS = Table(
    "traces_tracebinding",
    ("id", "strong_key", "strong_start_ns", "weak_key", "weak_start_ns", "delivered_key"),
    ("int8", "text", "int8", "text", "int8", "text"),
)
SEVERAL = ""
"""In place of a mission key: records of several missions were delivered, so nothing follows from it."""


class Word(NamedTuple):
    """A mission key and the start of the span that gave it. The least one counts."""

    start_ns: int
    key: str


class Binding(NamedTuple):
    """What the spans of a trace have said so far."""

    pk: int
    strong: Word | None
    weak: Word | None
    delivered: str | None = None
    """The mission named by records that requests of the trace delivered, or SEVERAL. No span has said it."""

    def heard(self, strength: int, word: Word) -> "Binding":
        """The binding after one more span has spoken. Commutative and idempotent."""
        if strength == STRONG:
            return self._replace(strong=word if self.strong is None else min(self.strong, word))
        return self._replace(weak=word if self.weak is None else min(self.weak, word))

    def delivering(self, key: str) -> "Binding":
        """The binding after one more record of this mission was delivered. Commutative and idempotent."""
        return self._replace(delivered=key if self.delivered in (None, key) else SEVERAL)


class MissionKeyOf(NamedTuple):
    """The mission a record is put into."""

    key: str
    is_inferred: bool


def choose_mission(own_key: str | None, own_strength: int, trace_id: bytes, binding: Binding | None) -> MissionKeyOf:
    """The mission of a record of this trace."""
    if own_key is not None and own_strength == STRONG:
        return MissionKeyOf(own_key, False)
    if binding is not None and binding.strong is not None:
        return MissionKeyOf(binding.strong.key, False)
    if own_key is not None and own_strength == WEAK:
        return MissionKeyOf(own_key, False)
    if binding is not None and binding.weak is not None:
        return MissionKeyOf(binding.weak.key, False)
    if binding is not None and binding.delivered:
        return MissionKeyOf(binding.delivered, False)
    if own_key is not None and own_strength == POOL:
        return MissionKeyOf(own_key, True)
    return MissionKeyOf(trace_id.hex(), True)


def lock_bindings(
    cursor: Any, vendor: str, project_id: int, trace_ids: Sequence[bytes]
) -> tuple[dict[bytes, Binding], set[bytes]]:
    """The bindings of these traces, locked until the transaction ends, and which of the traces are surely new."""
    ordered = sorted(trace_ids)
    before = _read(cursor, vendor, project_id, ordered, lock=True)
    new = [trace_id for trace_id in ordered if trace_id not in before]
    if not new:
        return before, set()
    rows = [(project_id, trace_id) for trace_id in new]
    inserted = insert_missing(cursor, vendor, BINDINGS, rows, "project_id, trace_id")
    before |= _read(cursor, vendor, project_id, new, lock=True)
    # Another process may have inserted some since they were read, with the spans in them.
    return before, set(new) if inserted == len(new) else set()


def find_bindings(cursor: Any, vendor: str, project_id: int, trace_ids: Sequence[bytes]) -> dict[bytes, Binding]:
    """The bindings of these traces, as they are."""
    return _read(cursor, vendor, project_id, trace_ids, lock=False)


def _read(cursor: Any, vendor: str, project_id: int, trace_ids: Sequence[bytes], *, lock: bool) -> dict[bytes, Binding]:
    rows = find_by_keys(
        cursor,
        vendor,
        "traces_tracebinding",
        wanted=("trace_id", "id", "strong_start_ns", "strong_key", "weak_start_ns", "weak_key", "delivered_key"),
        keys=("trace_id",),
        key_types=("bytea",),
        values=[(trace_id,) for trace_id in sorted(trace_ids)],
        fixed=("project_id", project_id),
        lock=lock,
    )
    return {bytes(row[0]): Binding(row[1], _word(row[2], row[3]), _word(row[4], row[5]), row[6]) for row in rows}


def _word(start_ns: int | None, key: str | None) -> Word | None:
    return None if key is None or start_ns is None else Word(start_ns, key)


def save_bindings(cursor: Any, vendor: str, bindings: Iterable[Binding]) -> None:
    """Write changed bindings back."""
    rows = [
        (
            binding.pk,
            binding.strong.key if binding.strong else None,
            binding.strong.start_ns if binding.strong else None,
            binding.weak.key if binding.weak else None,
            binding.weak.start_ns if binding.weak else None,
            binding.delivered,
        )
        for binding in bindings
    ]
    update_rows(cursor, vendor, WORDS, ("id",), rows)


class MissionUse(NamedTuple):
    """What a transaction brings to a mission."""

    key: str
    is_inferred: bool
    changes: int
    """Sequence numbers to allocate."""
    name: str
    name_rank: int
    named_by_ns: int | None
    user: UserWord | None = None


class MissionHold(NamedTuple):
    """A mission held under its row lock, and the first sequence number that is ours."""

    pk: int
    first_seq: int


def hold_missions(cursor: Any, project_id: int, uses: Iterable[MissionUse], now_ns: int) -> dict[str, MissionHold]:
    """Create or find missions and allocate sequence numbers under their row locks, in one order everywhere."""
    rows = sorted((digest16(use.key.encode()), use) for use in uses)
    held: dict[str, MissionHold] = {}
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(part))
        params = [
            value
            for hashed, use in part
            for value in (
                project_id,
                use.key,
                hashed,
                use.is_inferred,
                use.changes,
                use.name,
                use.name_rank,
                use.named_by_ns,
                *(use.user or (None, None)),
                now_ns,
                now_ns,
            )
        ]
        cursor.execute(_HOLD.format(marks=marks, earlier=earlier_user(cursor.db.vendor)), params)
        changes = {use.key: use.changes for _, use in part}
        for pk, key, change_seq in cursor.fetchall():
            held[key] = MissionHold(pk, change_seq - changes[key] + 1)
    return held


_BETTER = (
    "excluded.name_rank > traces_mission.name_rank OR (excluded.name_rank = traces_mission.name_rank"
    " AND excluded.named_by_ns IS NOT NULL AND (traces_mission.named_by_ns IS NULL"
    " OR excluded.named_by_ns < traces_mission.named_by_ns"
    " OR (excluded.named_by_ns = traces_mission.named_by_ns AND excluded.name < traces_mission.name)))"
)
_HOLD = f"""
INSERT INTO traces_mission (project_id, key, key_hash, is_inferred, change_seq, name, name_rank, named_by_ns,
    user_said_ns, user_id, created_ns, last_activity_ns)
VALUES {{marks}}
ON CONFLICT (project_id, key_hash) DO UPDATE SET
    change_seq = traces_mission.change_seq + excluded.change_seq,
    is_inferred = (traces_mission.is_inferred AND excluded.is_inferred),
    name = CASE WHEN {_BETTER} THEN excluded.name ELSE traces_mission.name END,
    name_rank = CASE WHEN {_BETTER} THEN excluded.name_rank ELSE traces_mission.name_rank END,
    named_by_ns = CASE WHEN {_BETTER} THEN excluded.named_by_ns ELSE traces_mission.named_by_ns END,
    user_id = CASE WHEN {{earlier}} THEN excluded.user_id ELSE traces_mission.user_id END,
    user_said_ns = CASE WHEN {{earlier}} THEN excluded.user_said_ns ELSE traces_mission.user_said_ns END
RETURNING id, key, change_seq
"""
