"""Folding of planned work: iterations become one node, and what is more than fits stays below the step it came from."""

from collections import Counter
from collections.abc import Sequence, Set
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from analysis.algorithms.graph_folding import fold_work
from analysis.algorithms.graph_model import Work
from plans.records import NOWHERE

ITERATIONS = 3
"""So many steps of one task below one step are iterations and become one node."""
_Key = tuple[object, ...]


class Folds(NamedTuple):
    """Where each piece of work is shown, by position."""

    firsts: list[int]
    """The first piece of work that it is equal to: they are one node with a count."""
    shown: list[int]
    """The first of the node that it is shown in: its own, else that of the nearest step above that is shown."""
    groups: list[str]
    """Id of the fold it would be in, were that not expanded; or empty."""


def fold_plan(work: Sequence[Work], limit: int, expanded: Set[str]) -> Folds:
    """At most `limit` nodes. Plans of the upper levels are shown first, of one level those in which something failed,
    then small ones; what was `expanded` comes before others."""
    firsts, groups = _fold_iterations(work, expanded)
    firsts = _fold_many_roots(work, firsts, limit)
    shown = list(firsts)
    if sum(first == at for at, first in enumerate(firsts)) > limit:
        visible = _choose(work, firsts, limit, expanded)
        for at, first in enumerate(firsts):
            shown[at] = first if first in visible else shown[work[first].caller]
    return Folds(firsts, shown, groups)


def _iteration_keys(work: Sequence[Work]) -> list[_Key | None]:
    """By position: the task that it is an iteration of, by its id or by its scope and verb; None for others."""
    by_id = Counter((each.caller, each.step_id) for each in work if each.step != NOWHERE)
    by_scope = Counter((each.caller, each.scope_id, each.label) for each in work if each.scope_id)
    keys: list[_Key | None] = []
    for each in work:
        key: _Key | None = None
        if each.step != NOWHERE and by_id[each.caller, each.step_id] >= ITERATIONS:
            key = ("id", each.step_id)
        elif each.scope_id and by_scope[each.caller, each.scope_id, each.label] >= ITERATIONS:
            key = ("scope", each.scope_id, each.label)
        keys.append(key)
    return keys


def _fold_iterations(work: Sequence[Work], expanded: Set[str]) -> tuple[list[int], list[str]]:
    """Equal iterations and what is equal below them; failures stay apart."""
    keys = _iteration_keys(work)
    firsts: list[int] = []
    groups = [""] * len(work)
    is_inside: list[bool] = []
    seen: dict[_Key, int] = {}
    for at, each in enumerate(work):
        caller = firsts[each.caller] if each.caller >= 0 else -1
        inside = each.caller >= 0 and is_inside[each.caller]
        key = keys[at] or (("below", each.kind, each.label) if inside else None)
        first = at
        if key is not None:
            first = seen.setdefault((caller, each.lane, each.effective_status == "failed", *key), at)
            if keys[at] is not None and f"fold:{work[first].id}" in expanded:
                groups[at], first = f"fold:{work[first].id}", at
        firsts.append(first)
        is_inside.append(inside or (keys[at] is not None and not groups[at]))
    return firsts, groups


def _fold_many_roots(work: Sequence[Work], firsts: list[int], limit: int) -> list[int]:
    """When not even the work that nothing led to fits, equal ones of it are folded."""
    roots = [at for at, first in enumerate(firsts) if first == at and work[at].caller < 0]
    if len(roots) <= limit:
        return firsts
    place = fold_work([work[at] for at in roots], limit)
    joined = {at: roots[place[k]] for k, at in enumerate(roots)}
    return [joined.get(first, first) for first in firsts]


def _choose(work: Sequence[Work], firsts: Sequence[int], limit: int, expanded: Set[str]) -> set[int]:
    """The firsts of the nodes that are shown: plan by plan, the whole of each, while there is room."""
    children: dict[int, list[int]] = {}
    failed = [each.effective_status == "failed" for each in work]
    for at in range(len(work) - 1, -1, -1):
        above = firsts[work[at].caller] if work[at].caller >= 0 else -1
        if firsts[at] == at:
            children.setdefault(above, []).append(at)
        if above >= 0 and failed[at]:
            failed[above] = True
    room = limit - len(children[-1])
    visible = set(children[-1])
    plans = [_rank(1, at, work, failed, children, expanded) for at in children[-1] if at in children]
    heapify(plans)
    while plans and room > 0:
        *_, size, depth, owner = heappop(plans)
        if size > room:
            continue
        room -= size
        visible.update(children[owner])
        for at in children[owner]:
            if at in children:
                heappush(plans, _rank(depth + 1, at, work, failed, children, expanded))
    return visible


def _rank(
    depth: int,
    owner: int,
    work: Sequence[Work],
    failed: Sequence[bool],
    children: dict[int, list[int]],
    expanded: Set[str],
) -> tuple[bool, int, bool, int, int, int]:
    size = len(children[owner])
    return work[owner].id not in expanded, depth, not failed[owner], size, depth, owner
