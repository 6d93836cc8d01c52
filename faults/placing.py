"""Decides which events count and in which group each is, for all that a change may have touched."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from core.bulk import Table, chunked, update_rows
from faults.grouping.failures import STEP
from faults.grouping.settling import Telling, settle
from faults.models import Event, Group
from faults.rows import read_evidence

KEYS_OF_A_QUERY = 500
PLACES = Table("faults_event", ("id", "group_id", "is_counted", "stands_for"), ("int8", "int8", "bool", "int8"))
_COLUMNS = (
    "id", "identity", "source", "richness", "time_ns", "match_key", "message", "trace_id", "span_id",
    "parent_span_id", "mission_id", "step_id", "log_pk", "evidence", "group_id", "stands_for", "fingerprint",
    "fingerprint_version",
)  # fmt: skip


class Affected:
    """What a change may have touched."""

    def __init__(self) -> None:
        self.event_pks: set[int] = set()
        self.trace_ids: set[bytes] = set()
        self.mission_pks: set[int] = set()
        self.changes: dict[int, Counter[int | None]] = defaultdict(Counter)
        """By group and mission: how many more events count than before."""

    def note(self, trace_id: bytes, mission_pk: int | None) -> None:
        """An event came to or left this trace and mission."""
        if trace_id:
            self.trace_ids.add(trace_id)
        if mission_pk is not None:
            self.mission_pks.add(mission_pk)

    def count(self, group_id: int, mission_pk: int | None, change: int) -> None:
        """An event came to a group (1), left it (-1), or is in it without counting (0). Group 0 is none yet."""
        if group_id:
            self.changes[group_id][mission_pk] += change


def place_events(cursor: Any, project_id: int, affected: Affected) -> None:
    """Settle which events count, and put each into the group of the one that counts. Adds to the groups touched."""
    loaded = _load(project_id, affected)
    rows = loaded.rows
    stands = {pk: to for pk, to in settle([_telling(row) for row in rows.values()]).items() if loaded.is_whole(pk)}
    groups = _find_groups(project_id, {_fingerprint(rows[pk]) for pk in stands.values()})
    changed: list[tuple[int, int, bool, int | None]] = []
    for pk, counting in stands.items():
        group_id = groups[_fingerprint(rows[counting])[0]]
        stands_for = None if counting == pk else counting
        old_group, old_stands = rows[pk][14], rows[pk][15]
        if (group_id, stands_for) != (old_group, old_stands):
            changed.append((pk, group_id, stands_for is None, stands_for))
            affected.count(old_group, rows[pk][10], -1 if old_stands is None else 0)
            affected.count(group_id, rows[pk][10], 1 if stands_for is None else 0)
    update_rows(cursor, connection.vendor, PLACES, ("id",), changed)


class _Loaded(NamedTuple):
    """Events by key, and the traces of which they are all."""

    rows: dict[int, Any]
    traces: set[bytes]

    def is_whole(self, pk: int) -> bool:
        """Is everything there that decides about the event?"""
        trace_id = self.rows[pk][7]
        return not trace_id or bytes(trace_id) in self.traces


def _load(project_id: int, affected: Affected) -> _Loaded:
    """The events of all traces touched, the steps of their missions, what is evidence for these, and what tells of the
    same steps."""
    rows: dict[int, Any] = {}
    steps: dict[int, Any] = {}
    traces: set[bytes] = set()
    missions: set[int] = set()
    more_traces, more_missions = set(affected.trace_ids), set(affected.mission_pks)
    _read(rows, project_id, "id__in", affected.event_pks)
    while more_traces or more_missions:
        _read(rows, project_id, "trace_id__in", more_traces)
        _read(steps, project_id, "mission_id__in", more_missions, Q(source=STEP))
        _read(rows, project_id, "log_pk__in", {pk for row in steps.values() for pk in read_evidence(row[13])})
        traces, missions = traces | more_traces, missions | more_missions
        more_traces = {bytes(row[7]) for row in rows.values() if row[7]} - traces
        more_missions = {row[10] for row in rows.values() if row[10] is not None} - missions
    step_ids = {row[11] for row in steps.values()} - {""}
    for part in chunked(sorted(step_ids), KEYS_OF_A_QUERY):
        _read(rows, project_id, "mission_id__in", {row[10] for row in steps.values()}, Q(step_id__in=part))
    return _Loaded(rows | steps, traces)


def _read(rows: dict[int, Any], project_id: int, key: str, values: Iterable[Any], more: Q | None = None) -> None:
    for part in chunked(sorted(values), KEYS_OF_A_QUERY):
        query = Event.objects.filter(more or Q(), project_id=project_id, **{key: part})
        rows |= {row[0]: row for row in query.values_list(*_COLUMNS)}


def _telling(row: Any) -> Telling:
    return Telling(
        pk=row[0],
        identity=bytes(row[1]),
        source=row[2],
        richness=row[3],
        time_ns=row[4],
        match_key=bytes(row[5]),
        message=row[6],
        trace_id=bytes(row[7] or b""),
        span_id=bytes(row[8] or b""),
        parent_span_id=bytes(row[9] or b""),
        mission_pk=row[10],
        step_id=row[11],
        log_pk=row[12],
        evidence=read_evidence(row[13]),
    )


def _fingerprint(row: Any) -> tuple[bytes, int]:
    return bytes(row[16]), row[17]


def _find_groups(project_id: int, fingerprints: set[tuple[bytes, int]]) -> dict[bytes, int]:
    """The groups with these fingerprints, made where there is none. The caller has the project's turn."""
    wanted = dict(fingerprints)
    found: dict[bytes, int] = {}
    for part in chunked(sorted(wanted), KEYS_OF_A_QUERY):
        query = Group.objects.filter(project_id=project_id, fingerprint__in=part)
        found |= {bytes(key): pk for key, pk in query.values_list("fingerprint", "id")}
    for key in sorted(wanted.keys() - found.keys()):
        made = Group.objects.create(project_id=project_id, fingerprint=key, fingerprint_version=wanted[key])
        found[key] = made.pk
    return found
