"""What an agent's state was at a moment, what changed between two, and who last wrote a key.

The history: bases (the whole state) and RFC 6902 patches. A patch that does not fit is skipped and reported.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from analysis.algorithms.patch import Document, PatchError
from analysis.algorithms.pointer import Json, PathError, clone, equal_json, get_value, parse_pointer

BASE, PATCH = "base", "patch"


class StateEntry(NamedTuple):
    """One snapshot or patch of one agent, with its value."""

    time_ns: int
    change_id: int
    """Identity of the record; orders entries of one time."""
    kind: str
    """base or patch."""
    value: Json


class PatchFailure(msgspec.Struct, frozen=True):
    """An entry that could not be applied. The state is as if it had not come."""

    change_id: int
    operation: int
    """Number of the operation that failed; 0 for an entry that is no patch at all."""
    reason: str


class StateAt(msgspec.Struct, frozen=True):
    """The state at a moment and what it was made of."""

    state: Json
    """None when there was no entry yet."""
    made_of: tuple[int, ...]
    """Change ids: the base and the patches applied to it, in order."""
    failures: tuple[PatchFailure, ...]
    has_base: bool
    """False when patches were applied to an empty state because no base had come."""


class KeyChange(msgspec.Struct, frozen=True):
    """One time a key's value became another."""

    change_id: int
    time_ns: int
    kind: str
    """base or patch."""
    existed: bool
    """Whether the key was there before."""
    exists: bool
    """Whether it is there after."""
    old: Json
    new: Json


def order_entries(entries: Sequence[StateEntry]) -> list[StateEntry]:
    """By time, then change id: the order in which they took effect, whatever order they arrived in."""
    return sorted(entries, key=lambda entry: (entry.time_ns, entry.change_id))


def state_at(entries: Sequence[StateEntry], at_ns: int | None = None) -> StateAt:
    """The state after the last entry not later than `at_ns` (None: the latest). Any order; values are not changed."""
    past = [entry for entry in order_entries(entries) if at_ns is None or entry.time_ns <= at_ns]
    first = max((at for at, entry in enumerate(past) if entry.kind == BASE), default=None)
    chosen = past if first is None else past[first:]
    if not chosen:
        return StateAt(None, (), (), False)
    document = Document({})
    made_of: list[int] = []
    failures: list[PatchFailure] = []
    for entry in chosen:
        document, failure = _advance(document, entry)
        if failure is None:
            made_of.append(entry.change_id)
        else:
            failures.append(failure)
    return StateAt(document.value, tuple(made_of), tuple(failures), first is not None)


def key_history(entries: Sequence[StateEntry], pointer: str, at_ns: int | None = None) -> tuple[KeyChange, ...]:
    """Every entry that changed the value under `pointer`, oldest first. Values are copies.

    Raises PathError when `pointer` is not a JSON pointer. An entry that writes the value it found is no change.
    """
    keys = parse_pointer(pointer)
    document = Document({})
    exists, value = _look(document, keys)
    changes: list[KeyChange] = []
    for entry in order_entries(entries):
        if at_ns is not None and entry.time_ns > at_ns:
            break
        document, failure = _advance(document, entry)
        if failure is not None or not _may_touch(entry, keys):
            continue
        exists_now, found = _look(document, keys)
        if exists_now == exists and equal_json(found, value):
            continue
        kept = clone(found)
        changes.append(KeyChange(entry.change_id, entry.time_ns, entry.kind, exists, exists_now, value, kept))
        exists, value = exists_now, kept
    return tuple(changes)


def blame_key(entries: Sequence[StateEntry], pointer: str, at_ns: int | None = None) -> KeyChange | None:
    """The entry that last changed the value under `pointer`; None when none ever did."""
    history = key_history(entries, pointer, at_ns)
    return history[-1] if history else None


def suggest_keyframes(entries: Sequence[StateEntry], every: int = 100) -> tuple[int, ...]:
    """Change ids after which to keep the whole state, so that no moment needs more than `every` patches."""
    if every < 1:
        raise ValueError("every must be at least 1")
    frames: list[int] = []
    count = 0
    for entry in order_entries(entries):
        count = 0 if entry.kind == BASE else count + 1
        if count == every:
            frames.append(entry.change_id)
            count = 0
    return tuple(frames)


def _advance(document: Document, entry: StateEntry) -> tuple[Document, PatchFailure | None]:
    if entry.kind == BASE:
        return Document(entry.value), None
    if entry.kind != PATCH:
        return document, PatchFailure(entry.change_id, 0, f"neither base nor patch: {entry.kind[:40]}")
    try:
        document.apply(entry.value)
    except PatchError as error:
        return document, PatchFailure(entry.change_id, error.operation, error.reason)
    return document, None


def _look(document: Document, keys: tuple[str, ...]) -> tuple[bool, Json]:
    try:
        return True, get_value(document.value, keys)
    except PathError:
        return False, None


def _may_touch(entry: StateEntry, keys: tuple[str, ...]) -> bool:
    """Whether an entry can have changed the value under `keys`; looks at paths only, for speed."""
    return entry.kind == BASE or any(_overlaps(written, keys) for written in _written(entry.value))


def _written(operations: Json) -> Iterator[tuple[str, ...]]:
    for operation in operations:
        if operation["op"] == "test":
            continue
        yield parse_pointer(operation["path"])
        if operation["op"] == "move":
            yield parse_pointer(operation["from"])


def _overlaps(written: tuple[str, ...], keys: tuple[str, ...]) -> bool:
    """Written at, above or below the key; or beside it in a list, where later positions shift."""
    shared = min(len(written), len(keys))
    if written[:shared] == keys[:shared]:
        return True
    above = written[:-1]
    return keys[: len(above)] == above and _is_position(written[-1])


def _is_position(key: str) -> bool:
    return key == "-" or key.isdigit()
