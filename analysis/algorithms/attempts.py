"""Which model calls were tried again, and which calls are one logical call seen from outside and from inside. Pure.

A sender that names its logical calls (`call_id`) tells the attempts at each. Where it does not, an attempt belongs to
the call whose answer has its id; and a call is tried again by the same agent, model and prompt right after a failure.
"""

from collections.abc import Mapping, Sequence

import msgspec

from llmlog.records import LlmCallRow

MOST_SHOWN = 1_000
"""Attempts of one call that are listed: the latest."""
_NO_TIME = 1 << 80


class Attempts(msgspec.Struct, frozen=True):
    """How the calls of one mission hang together, by their keys."""

    before: dict[int, int]
    """An attempt to the one before it."""
    numbers: dict[int, int]
    """Which attempt each call is, from 1."""
    outer: dict[int, int]
    """A logical call whose attempts are here to the last of them: these are counted, not the call."""
    replays: dict[int, int]
    """A call that was answered with the answer of an earlier one, to that one."""

    def count(self, pk: int) -> int:
        """Which attempt a call is; of a logical call how many it took."""
        return self.numbers[self.outer.get(pk, pk)]

    def chain(self, pk: int) -> tuple[int, ...]:
        """The attempts up to a call, itself last; of a logical call all at it. The latest MOST_SHOWN."""
        found = [self.outer.get(pk, pk)]
        while found[-1] in self.before and len(found) < MOST_SHOWN:
            found.append(self.before[found[-1]])
        return tuple(reversed(found))

    def inner(self) -> frozenset[int]:
        """The attempts at logical calls that are here themselves."""
        found: set[int] = set()
        for last in self.outer.values():
            at: int | None = last
            while at is not None and at not in found:
                found.add(at)
                at = self.before.get(at)
        return frozenset(found)


def find_attempts(calls: Sequence[LlmCallRow]) -> Attempts:
    """How these calls hang together. Linear but for sorting; any order of the calls gives the same."""
    ordered = sorted(calls, key=_order)
    before = _retried(ordered)
    last_of_call = _join_by_call_id(ordered, before)
    answered = _attempts_by_answer(ordered)
    outer: dict[int, int] = {}
    for call in ordered:
        if not call.is_attempt:
            last = last_of_call.get(call.call_id) or _attempt_within(call, answered.get(call.response_id, ()))
            if last is not None:
                outer[call.pk] = last.pk
    numbers: dict[int, int] = {}
    for call in ordered:
        numbers[call.pk] = numbers[before[call.pk]] + 1 if call.pk in before else 1
    return Attempts(before, numbers, outer, _replays(ordered))


def _order(call: LlmCallRow) -> tuple[int, int]:
    return _NO_TIME if call.start_ns is None else call.start_ns, call.pk


def _retried(ordered: Sequence[LlmCallRow]) -> dict[int, int]:
    found: dict[int, int] = {}
    latest: dict[tuple[object, ...], LlmCallRow] = {}
    for call in ordered:
        asked = (call.agent_name, call.request_model, call.operation, call.is_attempt, call.message_hashes)
        before = latest.get(asked) if call.message_hashes else None
        if before is not None and _gave_way(before, call):
            found[call.pk] = before.pk
        latest[asked] = call
    return found


def _gave_way(before: LlmCallRow, call: LlmCallRow) -> bool:
    """Failed, and over before the other began."""
    if before.status != "failed" or before.end_ns is None or call.start_ns is None:
        return False
    return before.end_ns <= call.start_ns


def _join_by_call_id(ordered: Sequence[LlmCallRow], before: dict[int, int]) -> Mapping[str, LlmCallRow]:
    """Puts the attempts of each named call into one chain, whatever else was said; gives the last of each."""
    last: dict[str, LlmCallRow] = {}
    for call in ordered:
        if call.is_attempt and call.call_id:
            before.pop(call.pk, None)
            if call.call_id in last:
                before[call.pk] = last[call.call_id].pk
            last[call.call_id] = call
    return last


def _attempts_by_answer(ordered: Sequence[LlmCallRow]) -> dict[str, list[LlmCallRow]]:
    found: dict[str, list[LlmCallRow]] = {}
    for call in ordered:
        if call.is_attempt and call.response_id:
            found.setdefault(call.response_id, []).append(call)
    return found


def _attempt_within(call: LlmCallRow, attempts: Sequence[LlmCallRow]) -> LlmCallRow | None:
    """The attempt with this call's answer that was made while the call ran; the others answered somebody else."""
    if call.start_ns is None:
        return None
    ends_ns = _NO_TIME if call.end_ns is None else call.end_ns
    return next(
        (each for each in attempts if each.start_ns is not None and call.start_ns <= each.start_ns <= ends_ns), None
    )


def _replays(ordered: Sequence[LlmCallRow]) -> dict[int, int]:
    first: dict[str, LlmCallRow] = {}
    replays: dict[int, int] = {}
    for call in ordered:
        if call.is_attempt or not call.response_id:
            continue
        before = first.setdefault(call.response_id, call)
        if before is not call and _is_over(before, call):
            replays[call.pk] = before.pk
    return replays


def _is_over(before: LlmCallRow, call: LlmCallRow) -> bool:
    return before.end_ns is not None and call.start_ns is not None and before.end_ns <= call.start_ns
