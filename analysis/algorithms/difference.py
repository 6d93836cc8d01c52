"""What differs between two states: changed paths with the old and the new value."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from analysis.algorithms.pointer import Json, equal_json, join_pointer

MAX_CHANGES = 5_000


class StateChange(msgspec.Struct, frozen=True):
    """One path that differs."""

    path: str
    """JSON pointer: into the new state, or into the old one for what was removed."""
    kind: str
    """added, removed or changed."""
    old: Json
    """None when added."""
    new: Json
    """None when removed."""


class StateDifference(msgspec.Struct, frozen=True):
    """The changes from one state to another."""

    changes: tuple[StateChange, ...]
    is_cut: bool
    """There are more than were asked for."""


class _Pair(NamedTuple):
    keys: tuple[str | int, ...]
    kind: str
    old: Json
    new: Json


def diff_states(old: Json, new: Json, limit: int = MAX_CHANGES) -> StateDifference:
    """The paths that differ, in order of the new state; objects by key, lists after their common start and end."""
    changes: list[StateChange] = []
    stack = [_Pair((), "changed", old, new)]
    while stack:
        pair = stack.pop()
        inner = _inner_pairs(pair) if pair.kind == "changed" else None
        if inner is not None:
            stack.extend(reversed(inner))
        elif pair.kind != "changed" or not equal_json(pair.old, pair.new):
            if len(changes) == limit:
                return StateDifference(tuple(changes), True)
            changes.append(StateChange(join_pointer(pair.keys), pair.kind, pair.old, pair.new))
    return StateDifference(tuple(changes), False)


def _inner_pairs(pair: _Pair) -> list[_Pair] | None:
    """The pairs below two objects or two lists; None for anything else."""
    old, new = pair.old, pair.new
    if isinstance(old, dict) and isinstance(new, dict):
        return list(_object_pairs(pair.keys, old, new))
    if isinstance(old, list) and isinstance(new, list):
        return list(_list_pairs(pair.keys, old, new))
    return None


def _object_pairs(keys: tuple[str | int, ...], old: dict[str, Json], new: dict[str, Json]) -> Iterator[_Pair]:
    for key, value in new.items():
        if key in old:
            yield _Pair((*keys, key), "changed", old[key], value)
        else:
            yield _Pair((*keys, key), "added", None, value)
    for key, value in old.items():
        if key not in new:
            yield _Pair((*keys, key), "removed", value, None)


def _list_pairs(keys: tuple[str | int, ...], old: list[Json], new: list[Json]) -> Iterator[_Pair]:
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and equal_json(old[start], new[start]):
        start += 1
    end = 0
    while end < shorter - start and equal_json(old[-1 - end], new[-1 - end]):
        end += 1
    old_end, new_end = len(old) - end, len(new) - end
    for at in range(start, min(old_end, new_end)):
        yield _Pair((*keys, at), "changed", old[at], new[at])
    for at in range(old_end, new_end):
        yield _Pair((*keys, at), "added", None, new[at])
    for at in range(new_end, old_end):
        yield _Pair((*keys, at), "removed", old[at], None)
