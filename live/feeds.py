"""What changed after a cursor, in commit order: read from the database, bounded in records and in bytes."""

import heapq
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import close_old_connections, connection

from faults.turns import get_last_change
from llmlog.selectors import list_llm_calls, list_tool_calls
from llmlog.wire import llm_call_json, tool_call_json
from plans.selectors import list_changed_steps
from plans.wire import changed_step_json
from traces.log_tail import get_last_pk, has_logs_between
from traces.models import ListSequence
from traces.records import MissionRow
from traces.selectors import (
    find_mission,
    get_analysis,
    get_live_cursor,
    list_changed_missions,
    list_logs,
    list_snapshots,
    list_spans,
)
from traces.wire import log_json, mission_json, snapshot_json, span_json

FRAME_RECORDS = 500
"""Records of one delta at most; more follow at once."""
FRAME_BYTES = 256 * 1024
"""A delta ends with the record that reaches this; WebSocket clients commonly refuse frames of 1 MiB."""


MOST_FINDINGS = 100
"""Of a mission in a delta, causes first; REST has all."""


class Delta(NamedTuple):
    """Changes in (after, cursor], in order."""

    after: int
    cursor: int
    text: str
    """The frame as JSON; empty when there is nothing to say."""
    is_left: bool = False
    """The mission has no records any more: they may have moved to one that its trace named later."""


class Resync(NamedTuple):
    """The viewer must read everything again and go on from here."""

    cursor: int
    floor: int
    """Cursors below this cannot be continued."""


class Gone(NamedTuple):
    """The mission is not there any more."""


Found = Delta | Resync | Gone
Reader = Callable[[int, int | None], Found]
"""(after, until) to the next changes in (after, until]; without `until` to the last there are."""


class _Change(NamedTuple):
    seq: int
    kind: str
    fields: dict[str, Any]


def release_connection() -> None:
    """Call after reading in a thread: gives a pooled connection back. SQLite's stays open, it costs more to open."""
    if connection.vendor != "sqlite":
        close_old_connections()


def read_mission_feed(project_id: int, mission_pk: int, mission_id: str, after: int, until: int | None = None) -> Found:
    """The next changes of a mission after a cursor."""
    place = get_live_cursor(project_id, mission_pk)
    if place is None:
        return Gone()
    last, floor = place
    if after < floor or after > last:
        return Resync(last, floor)
    if until is not None:
        last = min(last, until)
    if after >= last:
        return Delta(after, after, "")
    changes, horizon = _read_rows(mission_pk, mission_id, after, last)
    is_left = False
    mission = find_mission(project_id, mission_id)
    if mission is not None and after < mission.computed_seq <= horizon and mission.pk == mission_pk:
        changes = list(heapq.merge(changes, _read_computed(mission, after), key=_seq))
    elif mission is not None and mission.pk != mission_pk:
        is_left = True
    return _delta(after, horizon, changes)._replace(is_left=is_left)


def _read_rows(mission_pk: int, mission_id: str, after: int, last: int) -> tuple[list[_Change], int]:
    """Changed rows up to the horizon: the place up to which every kind of row was read."""
    streams: list[list[_Change]] = []
    horizon = last
    for kind, read, present in _SOURCES:
        rows = list(read(mission_pk, mission_id, after_seq=after, limit=FRAME_RECORDS))
        if len(rows) == FRAME_RECORDS:
            horizon = min(horizon, rows[-1].change_seq)
        streams.append([_Change(row.change_seq, kind, present(row)) for row in rows])
    return [change for change in heapq.merge(*streams, key=_seq) if change.seq <= horizon], horizon


def _read_computed(mission: MissionRow, after: int) -> list[_Change]:
    """The findings of the last recompute, whose numbers come right before the mission's own, then the mission."""
    seq = mission.computed_seq
    findings = get_analysis(mission.pk).get("findings", [])[:MOST_FINDINGS]
    changes = [_Change(seq - len(findings) + at, "finding", each | _as_text(each)) for at, each in enumerate(findings)]
    changes.append(_Change(seq, "mission", mission_json(mission)))
    return [change for change in changes if change.seq > after]


def _as_text(finding: dict[str, Any]) -> dict[str, str | None]:
    return {name: None if finding[name] is None else str(finding[name]) for name in ("opened_ns", "closed_ns")}


def _seq(change: _Change) -> int:
    return change.seq


_SOURCES: tuple[tuple[str, Callable[..., Iterable[Any]], Callable[[Any], dict[str, Any]]], ...] = (
    ("span", list_spans, span_json),
    ("llm_call", list_llm_calls, llm_call_json),
    ("tool_call", list_tool_calls, tool_call_json),
    ("log", list_logs, log_json),
    ("snapshot", list_snapshots, snapshot_json),
    ("step", list_changed_steps, changed_step_json),
)


def _delta(after: int, horizon: int, changes: Sequence[_Change]) -> Delta:
    """A frame of as many of the changes as fit; it reaches to `horizon` when all of them do."""
    parts: list[bytes] = []
    size = 0
    for at, change in enumerate(changes):
        parts.append(msgspec.json.encode({"type": change.kind, **change.fields, "change_seq": str(change.seq)}))
        size += len(parts[-1])
        is_last = at + 1 == len(changes)
        if not is_last and (size >= FRAME_BYTES or len(parts) >= FRAME_RECORDS) and changes[at + 1].seq > change.seq:
            horizon = change.seq
            break
    head = msgspec.json.encode({"type": "delta", "cursor": str(horizon)})
    text = head[:-1] + b',"records":[' + b",".join(parts) + b"]}"
    return Delta(after, horizon, text.decode())


def get_list_cursor(project_id: int) -> int:
    """The number of the project's last change of its list."""
    return ListSequence.objects.filter(project_id=project_id).values_list("last", flat=True).first() or 0


def read_list_feed(project_id: int, user_id: str | None, after: int, until: int | None = None) -> Found:
    """The next changes of a project's list, or of one user's, after a cursor.

    A mission that changed twice comes once, as it is now.
    """
    last = get_list_cursor(project_id)
    if after > last:
        return Resync(last, 0)
    if until is not None:
        last = min(last, until)
    if after >= last:
        return Delta(after, after, "")
    changed = list_changed_missions(project_id, after, FRAME_RECORDS, user_id)
    rows = [row for row in changed if row.list_seq <= last]
    horizon = rows[-1].list_seq if len(rows) == FRAME_RECORDS else last
    changes = [_Change(row.list_seq, "mission", mission_json(row)) for row in rows]
    return _delta(after, horizon, changes) if changes else Delta(after, horizon, "")


def read_logs_feed(project_id: int, after: int, until: int | None = None) -> Found:
    """Whether log records of the project have come: a frame without records, the page asks for them itself.

    The cursor is a key, and keys are not in the order of commits: `traces.log_tail` says how none is missed.
    """
    last = get_last_pk()
    if after > last:
        return Resync(last, 0)
    last = last if until is None else min(last, until)
    has_news = after < last and has_logs_between(project_id, after, last)
    return _delta(after, last, []) if has_news else Delta(after, last, "")


def read_errors_feed(project_id: int, after: int, until: int | None = None) -> Found:
    """Whether groups of the project's errors have changed: a frame without records, the page asks for them itself."""
    last = get_last_change(project_id)
    if after > last:
        return Resync(last, 0)
    last = last if until is None else min(last, until)
    return _delta(after, last, []) if after < last else Delta(after, after, "")
