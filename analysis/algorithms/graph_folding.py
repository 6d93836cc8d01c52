"""Folding of work so that a graph stays readable: iterations become one node with a count, failures stay apart."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from analysis.algorithms.graph_model import Work
from analysis.algorithms.graph_work import LEAF_KINDS

_NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{16,32}\b|\d+")
_Key = tuple[object, ...]
_OTHERS = ("others",)


def fold_work(work: Sequence[Work], limit: int) -> list[int]:
    """For each piece of work the position of the first one it is folded with; at most `limit` different ones.

    Tried in turn: as it is; equal calls of one caller; equal iterations and all in them; calls by kind; work by lane
    and kind; and at last the rest into one.
    """
    for keys in (_apart, _equal_calls, _iterations, _calls_by_kind, _by_lane):
        folded = _first_of_each(keys(work))
        if len(set(folded)) <= limit:
            return folded
    return _with_rest(work, folded, limit)


def _apart(work: Sequence[Work]) -> list[_Key]:
    return [(at,) for at in range(len(work))]


def _first_of_each(keys: Sequence[_Key]) -> list[int]:
    first: dict[_Key, int] = {}
    return [first.setdefault(key, at) for at, key in enumerate(keys)]


def _below_callers(work: Sequence[Work], own_key: Callable[[int, Work], _Key]) -> list[_Key]:
    """Keys that say in which class of caller work lies: numbers stand for classes, so depth costs nothing."""
    classes: dict[_Key, int] = {}
    numbers: list[int] = []
    keys: list[_Key] = []
    for at, each in enumerate(work):
        caller = numbers[each.caller] if each.caller >= 0 else -1
        key = (caller, *own_key(at, each))
        numbers.append(classes.setdefault(key, len(classes)))
        keys.append(key)
    return keys


def _equal_calls(work: Sequence[Work]) -> list[_Key]:
    def key(at: int, each: Work) -> _Key:
        if each.kind in LEAF_KINDS or each.kind in ("span", "ghost"):
            return _kind_key(each, each.label)
        return (at,)

    return _below_callers(work, key)


def _iterations(work: Sequence[Work]) -> list[_Key]:
    return _below_callers(
        work, lambda _, each: _kind_key(each, "" if each.kind == "ghost" else _numberless(each.label))
    )


def _calls_by_kind(work: Sequence[Work]) -> list[_Key]:
    return _below_callers(
        work,
        lambda _, each: _kind_key(
            each, "" if each.kind in LEAF_KINDS or each.kind == "ghost" else _numberless(each.label)
        ),
    )


def _by_lane(work: Sequence[Work]) -> list[_Key]:
    return [_kind_key(each, "") for each in work]


def _kind_key(each: Work, label: str) -> _Key:
    return each.kind, each.lane, label, each.effective_status == "failed"


def _numberless(label: str) -> str:
    return _NUMBERS.sub("#", label)


def _with_rest(work: Sequence[Work], folded: Sequence[int], limit: int) -> list[int]:
    """Failures first, then the largest folds; what is left becomes one."""
    sizes = Counter(folded)
    ranked = sorted(sizes, key=lambda first: (work[first].effective_status != "failed", -sizes[first], first))
    kept = set(ranked[: limit - 1])
    rest = min((first for first in sizes if first not in kept), default=-1)
    return [first if first in kept else rest for first in folded]
