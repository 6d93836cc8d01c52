"""Reads states as frozen records: narrow rows, or with their values."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from bodies.selectors import PackReader
from traces.models import Snapshot, Span
from traces.records import SnapshotRow

_SNAPSHOT_COLUMNS = ("id", "agent_name", "step_id", "span_pk", "time_ns", "kind", "source", "change_seq", "body_hash")


class StateEntry(NamedTuple):
    """A snapshot with its value."""

    row: SnapshotRow
    value: Any


def list_snapshots(
    mission_pk: int, mission_id: str, *, after_seq: int = 0, limit: int | None = None, agent: str | None = None
) -> list[SnapshotRow]:
    """Snapshots of a mission in the order of their last change."""
    query = Snapshot.objects.filter(mission_id=mission_pk, change_seq__gt=after_seq)
    if agent is not None:
        query = query.filter(agent_name=agent)
    found = query.order_by("change_seq").values_list(*_SNAPSHOT_COLUMNS)
    rows = list(found if limit is None else found[:limit])
    spans = _span_ids({row[3] for row in rows if row[3] is not None})
    return [_snapshot_row(values, mission_id, spans) for values in rows]


def list_state(project_id: int, mission_pk: int, mission_id: str, agent: str | None = None) -> list[StateEntry]:
    """All snapshots of a mission (or of one agent) with their values, in the order of time."""
    query = Snapshot.objects.filter(project_id=project_id, mission_id=mission_pk)
    if agent is not None:
        query = query.filter(agent_name=agent)
    rows = list(query.order_by("time_ns", "ordinal", "id").values_list(*_SNAPSHOT_COLUMNS))
    spans = _span_ids({row[3] for row in rows if row[3] is not None})
    bodies = PackReader(project_id).read_hashed(bytes(row[8]) for row in rows)
    return [
        StateEntry(_snapshot_row(row, mission_id, spans), msgspec.msgpack.decode(bodies[bytes(row[8])])) for row in rows
    ]


def _span_ids(pks: set[int]) -> dict[int, tuple[str, str]]:
    found = Span.objects.filter(id__in=pks).values_list("id", "trace_id", "span_id")
    return {pk: (bytes(trace_id).hex(), bytes(span_id).hex()) for pk, trace_id, span_id in found}


def _snapshot_row(values: Sequence[Any], mission_id: str, spans: dict[int, tuple[str, str]]) -> SnapshotRow:
    trace_id, span_id = spans.get(values[3], (None, None))
    return SnapshotRow(
        pk=values[0],
        mission_id=mission_id,
        agent_name=values[1],
        step_id=values[2],
        trace_id=trace_id,
        span_id=span_id,
        time_ns=values[4],
        kind=values[5],
        source=values[6],
        change_seq=values[7],
    )
