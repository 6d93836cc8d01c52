"""What is new in a model call's prompt, compared with the call before it in the same conversation of its agent."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Protocol

import msgspec

LOOK_BACK = 8
"""Calls of an agent that are tried as the one before: an agent may lead several conversations side by side."""
MATCHED_MESSAGES = 2_000
"""Above this many differing messages they are compared as bags, without their order."""
_NO_TIME = 1 << 80


class Prompt(Protocol):
    """What is compared: a model call, or a turn of an agent."""

    @property
    def pk(self) -> int: ...
    @property
    def trace_id(self) -> str: ...
    @property
    def agent_name(self) -> str: ...
    @property
    def start_ns(self) -> int | None: ...
    @property
    def message_hashes(self) -> tuple[bytes, ...]:
        """One for each message it was given, in order."""


class ContextChange(msgspec.Struct, frozen=True):
    """One call's messages against those of the call before."""

    call: int
    """pk of the call."""
    previous: int | None
    """pk of the call it is compared with; None for the first of a conversation."""
    added: tuple[int, ...]
    """Positions in this call of messages that the call before did not have; all of them for the first call."""
    removed: tuple[int, ...]
    """Positions in the call before of messages that are gone."""
    unchanged_count: int
    is_compacted: bool
    """The history was cut or summarised: at least two messages, and a quarter of them, are gone and it got shorter."""

    @property
    def new_message_count(self) -> int:
        """How many messages are new."""
        return len(self.added)


def compute_context_changes(calls: Sequence[Prompt]) -> dict[int, ContextChange]:
    """The change of each call by its pk. Calls of one agent are taken in order of start; the input order is free."""
    by_agent: dict[tuple[str, str], list[Prompt]] = {}
    for call in sorted(calls, key=lambda call: (_NO_TIME if call.start_ns is None else call.start_ns, call.pk)):
        by_agent.setdefault((call.agent_name, "" if call.agent_name else call.trace_id), []).append(call)
    changes = {}
    for group in by_agent.values():
        for at, call in enumerate(group):
            changes[call.pk] = compare_context(call, _previous(call, group[max(0, at - LOOK_BACK) : at]))
    return changes


def compare_context(call: Prompt, previous: Prompt | None) -> ContextChange:
    """What `call` adds to and leaves out of the messages of `previous`. Without a message in common it begins anew."""
    new = call.message_hashes
    if previous is None:
        return ContextChange(call.pk, None, tuple(range(len(new))), (), 0, False)
    old = previous.message_hashes
    added, removed = _difference(old, new)
    if old and new and len(added) == len(new):
        return ContextChange(call.pk, None, added, (), 0, False)
    is_compacted = len(removed) >= 2 and 4 * len(removed) >= len(old) and len(new) < len(old)
    return ContextChange(call.pk, previous.pk, added, removed, len(new) - len(added), is_compacted)


def _previous(call: Prompt, earlier: Sequence[Prompt]) -> Prompt | None:
    """The latest earlier call that the prompt continues; without any, the latest (its history may be compacted)."""
    if not earlier:
        return None
    best, best_length = earlier[-1], _common_start(earlier[-1].message_hashes, call.message_hashes)
    for candidate in reversed(earlier[:-1]):
        length = _common_start(candidate.message_hashes, call.message_hashes)
        if length > best_length and length > 1:
            best, best_length = candidate, length
    return best


def _common_start(old: Sequence[bytes], new: Sequence[bytes]) -> int:
    for at, (mine, other) in enumerate(zip(old, new, strict=False)):
        if mine != other:
            return at
    return min(len(old), len(new))


def _difference(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(positions in new that are added, positions in old that are removed), keeping the longest common parts."""
    start = _common_start(old, new)
    end = _common_start(old[start:][::-1], new[start:][::-1])
    old_middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
    if not old_middle or not new_middle:
        return tuple(range(start, start + len(new_middle))), tuple(range(start, start + len(old_middle)))
    if len(old_middle) + len(new_middle) > MATCHED_MESSAGES:
        return _beyond(new_middle, old_middle, start), _beyond(old_middle, new_middle, start)
    added: list[int] = []
    removed: list[int] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, old_middle, new_middle, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            removed.extend(range(start + old_from, start + old_to))
            added.extend(range(start + new_from, start + new_to))
    return tuple(added), tuple(removed)


def _beyond(these: Sequence[bytes], others: Sequence[bytes], offset: int) -> tuple[int, ...]:
    """Positions of `these` that have no partner of the same content among `others`."""
    left = Counter(others)
    found = []
    for at, each in enumerate(these, offset):
        if left[each] > 0:
            left[each] -= 1
        else:
            found.append(at)
    return tuple(found)
