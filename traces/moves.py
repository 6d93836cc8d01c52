"""A mission key that arrives late: the trace's earlier records move to the mission it names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from core.bulk import Table, find_by_keys, update_rows
from telemetry.meaning import STRONG
from traces.membership import Binding, MissionHold, MissionKeyOf, MissionUse, choose_mission, hold_missions

HOMES = {
    table: Table(table, ("id", "mission_id", "change_seq"), ("int8", "int8", "int8"))
    for table in ("traces_span", "traces_log", "traces_snapshot")
}
NEWCOMERS = Table("traces_span", ("id", "outcome"), ("int8", "varchar"))


class _Record(NamedTuple):
    table: str
    pk: int
    mission_pk: int | None
    home: MissionKeyOf


class Moved(NamedTuple):
    """What a late key moved."""

    missions: dict[int, str]
    """Primary key to the sender's key, of every mission that records left or came to."""
    span_pks: list[int]
    log_pks: list[int]


def move_records(cursor: Any, vendor: str, project_id: int, bindings: Mapping[bytes, Binding], now_ns: int) -> Moved:
    """Move the stored records of these traces to where they belong now.

    A mission that records have left asks its viewers to read again;
    rows of the packages above that hang on a span follow it (`followers`).
    """
    if not bindings:
        return Moved({}, [], [])
    candidates = [
        record
        for table in ("traces_span", "traces_log")
        for record in _candidates(cursor, vendor, project_id, table, bindings)
    ]
    keys = _mission_keys(cursor, {record.mission_pk for record in candidates if record.mission_pk is not None})
    moving = [r for r in candidates if r.mission_pk is None or keys[r.mission_pk] != r.home.key]
    if not moving:
        return Moved({}, [], [])
    counts: dict[MissionKeyOf, int] = {}
    for record in moving:
        counts[record.home] = counts.get(record.home, 0) + 1
    snapshots = _snapshots(cursor, vendor, moving)
    for _, home in snapshots:
        counts[home] += 1
    left = {record.mission_pk: keys[record.mission_pk] for record in moving if record.mission_pk is not None}
    uses = [MissionUse(home.key, home.is_inferred, count, "", 0, None) for home, count in counts.items()]
    held = hold_missions(cursor, project_id, [*uses, *uses_of_left(left, uses)], now_ns)
    _write(cursor, vendor, moving, snapshots, held)
    tell_left(cursor, left)
    pks = {table: [record.pk for record in moving if record.table == table] for table in HOMES}
    return Moved({hold.pk: key for key, hold in held.items()}, pks["traces_span"], pks["traces_log"])


def find_left(cursor: Any, homes: Sequence[tuple[int, str]]) -> dict[int, str]:
    """The missions, by primary key, that stored records leave: each given as (its mission, the key it belongs to)."""
    keys = _mission_keys(cursor, {pk for pk, _ in homes})
    return {pk: keys[pk] for pk, home in homes if keys[pk] != home}


def uses_of_left(left: Mapping[int, str], uses: Sequence[MissionUse]) -> list[MissionUse]:
    """A number for each mission that records leave, unless the transaction brings it something anyway."""
    used = {use.key for use in uses}
    return [MissionUse(key, True, 1, "", 0, None) for key in left.values() if key not in used]


def tell_left(cursor: Any, left: Iterable[int]) -> None:
    """Have the viewers of missions that records left read again. Call when all numbers have been taken."""
    for pk in sorted(left):
        cursor.execute("UPDATE traces_mission SET resync_seq = change_seq WHERE id = %s", [pk])


def _candidates(
    cursor: Any, vendor: str, project_id: int, table: str, bindings: Mapping[bytes, Binding]
) -> list[_Record]:
    rows = find_by_keys(
        cursor,
        vendor,
        table,
        wanted=("id", "trace_id", "mission_id", "own_key", "own_strength"),
        keys=("trace_id",),
        key_types=("bytea",),
        values=[(trace_id,) for trace_id in bindings],
        fixed=("project_id", project_id),
    )
    return [
        _Record(table, row[0], row[2], choose_mission(row[3], row[4], bytes(row[1]), bindings[bytes(row[1])]))
        for row in rows
        if row[4] < STRONG
    ]


def _mission_keys(cursor: Any, pks: set[int]) -> dict[int, str]:
    if not pks:
        return {}
    marks = ", ".join(["%s"] * len(pks))
    cursor.execute(f"SELECT id, key FROM traces_mission WHERE id IN ({marks})", list(pks))
    return dict(cursor.fetchall())


def _snapshots(cursor: Any, vendor: str, moving: list[_Record]) -> list[tuple[int, MissionKeyOf]]:
    found: list[tuple[int, MissionKeyOf]] = []
    for table, column in (("traces_span", "span_pk"), ("traces_log", "log_pk")):
        homes = {record.pk: record.home for record in moving if record.table == table}
        if homes:
            rows = find_by_keys(
                cursor,
                vendor,
                "traces_snapshot",
                wanted=("id", column),
                keys=(column,),
                key_types=("int8",),
                values=[(pk,) for pk in homes],
            )
            found += [(row[0], homes[row[1]]) for row in rows]
    return found


def _write(
    cursor: Any,
    vendor: str,
    moving: list[_Record],
    snapshots: list[tuple[int, MissionKeyOf]],
    held: dict[str, MissionHold],
) -> None:
    numbers = {key: hold.first_seq for key, hold in held.items()}
    rows: dict[str, list[tuple[int, int, int]]] = {table: [] for table in HOMES}
    placed = [(record.table, record.pk, record.home) for record in moving]
    placed += [("traces_snapshot", pk, home) for pk, home in snapshots]
    for table, pk, home in placed:
        rows[table].append((pk, held[home.key].pk, numbers[home.key]))
        numbers[home.key] += 1
    for table, changed in rows.items():
        update_rows(cursor, vendor, HOMES[table], ("id",), changed)
    # What became of a span among those it leaves says nothing of it among the others.
    update_rows(cursor, vendor, NEWCOMERS, ("id",), [(pk, None) for pk, _, _ in rows["traces_span"]])
    for table, following in (("traces_span", followers), ("traces_log", log_followers)):
        moved = [(mission_pk, seq, pk) for pk, mission_pk, seq in rows[table]]
        for follower in following:
            follower(cursor, vendor, moved)


followers: list[Any] = []
"""Functions (cursor, vendor, [(mission, change_seq, span key)]) of packages above whose rows go with their span."""
log_followers: list[Any] = []
"""The same for rows that go with their log record."""
