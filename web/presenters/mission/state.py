"""The state pane: an agent's state at a moment as a flat tree, what changed, and who wrote a key."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from analysis.algorithms.pointer import Json, equal_json
from analysis.algorithms.state import KeyChange, PatchFailure
from traces.records import SnapshotRow
from web.presenters.formats import format_time
from web.presenters.mission.keys import span_key
from web.presenters.mission.texts import Text, one_line, present_value

MOST_ROWS = 4_000
"""Rows of one state that are shown; the rest is counted and reached by opening a key."""
OPEN_DEPTH = 1
INLINE_CHARACTERS = 120


class StateRow(NamedTuple):
    """One key of the state."""

    path: str
    """JSON pointer."""
    name: str
    depth: int
    kind: str
    """map, list, text, number, bool or null."""
    preview: str
    child_count: int
    """-1 for a value without children."""
    change: str
    """added, changed, removed, inside (something below changed), or empty."""
    before: str
    """The beginning of the value it had before; empty without a change."""


class Moment(NamedTuple):
    """A snapshot or patch."""

    pk: int
    key: str
    time_ns: int
    clock: str
    time: str
    kind: str
    source: str
    is_current: bool
    is_other: bool
    """The moment compared with."""


class Writing(NamedTuple):
    """One time a key was written."""

    key: str
    clock: str
    time: str
    time_ns: int
    source: str
    word: str
    old: Text | None
    new: Text | None


class _Work(NamedTuple):
    path: str
    name: str
    depth: int
    value: Json
    before: Json
    has_value: bool
    had_value: bool


def flatten_state(value: Json, before: Json, *, compare: bool) -> tuple[list[StateRow], int]:
    """Rows of a state in order, marked against `before` when `compare`; and how many rows were left out."""
    rows: list[StateRow] = []
    left_out = 0
    stack = [_Work("", "state", 0, value, before, True, compare)]
    while stack:
        work = stack.pop()
        if len(rows) >= MOST_ROWS:
            left_out += 1
            continue
        change = _change(work) if compare else ""
        rows.append(_row(work, change))
        stack.extend(reversed(_below(work, compare=compare and change not in ("added", "removed"))))
    return rows[1:] if rows and rows[0].child_count >= 0 else rows, left_out


def _row(work: _Work, change: str) -> StateRow:
    shown = work.value if work.has_value else work.before
    count = len(shown) if isinstance(shown, dict | list) else -1
    return StateRow(
        path=work.path,
        name=work.name,
        depth=max(0, work.depth - 1),
        kind=_kind(shown),
        preview=one_line(shown, INLINE_CHARACTERS) if count < 0 else "",
        child_count=count,
        change=change,
        before=one_line(work.before, INLINE_CHARACTERS) if change == "changed" else "",
    )


def _change(work: _Work) -> str:
    if not work.had_value:
        return "added"
    if not work.has_value:
        return "removed"
    if equal_json(work.value, work.before):
        return ""
    both_hold = isinstance(work.value, dict | list) and type(work.value) is type(work.before)
    return "inside" if both_hold else "changed"


def _below(work: _Work, *, compare: bool) -> list[_Work]:
    now = _children(work.value) if work.has_value else {}
    then = _children(work.before) if work.had_value and (compare or not work.has_value) else {}
    names = [*now, *(name for name in then if name not in now)]
    found = []
    for name in names:
        pointer = f"{work.path}/{str(name).replace('~', '~0').replace('/', '~1')}"
        had = name in then if compare else work.had_value
        found.append(_Work(pointer, name, work.depth + 1, now.get(name), then.get(name), name in now, had))
    return found


def _children(value: Json) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(at): item for at, item in enumerate(value)}
    return {}


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "bool"
    kinds: Sequence[tuple[type, str]] = (
        (dict, "map"),
        (list, "list"),
        (str, "text"),
        (int, "number"),
        (float, "number"),
    )
    return next((word for kind, word in kinds if isinstance(value, kind)), "null")


def present_moments(rows: Sequence[SnapshotRow], current_pk: int | None, other_pk: int | None) -> list[Moment]:
    """Snapshots and patches in order of time."""
    return [
        Moment(
            row.pk,
            span_key(row.trace_id, row.span_id) if row.trace_id and row.span_id else "",
            row.time_ns,
            format_time(row.time_ns)[11:23],
            format_time(row.time_ns),
            row.kind,
            row.source,
            row.pk == current_pk,
            row.pk == other_pk,
        )
        for row in rows
    ]


def present_history(changes: Sequence[KeyChange], rows: Mapping[int, SnapshotRow]) -> list[Writing]:
    """Who wrote a key, newest first."""
    return [_writing(change, rows[change.change_id]) for change in reversed(changes)]


def _writing(change: KeyChange, row: SnapshotRow) -> Writing:
    word = "set" if not change.existed else "changed" if change.exists else "removed"
    return Writing(
        span_key(row.trace_id, row.span_id) if row.trace_id and row.span_id else "",
        format_time(change.time_ns)[11:23],
        format_time(change.time_ns),
        change.time_ns,
        row.source,
        word,
        present_value(change.old) if change.existed else None,
        present_value(change.new) if change.exists else None,
    )


def present_patch_failures(failures: Sequence[PatchFailure]) -> list[str]:
    """Sentences about patches that did not fit."""
    return [f"Patch {failure.change_id}, operation {failure.operation}: {failure.reason}" for failure in failures]
