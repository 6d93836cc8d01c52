"""Indexes over a mission's steps: every tie is found in the time of a look-up, whatever shape a plan has."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from plans.building.drafts import Draft
from plans.building.parents import MadePlan
from plans.building.verdicts import StepVerdict
from plans.records import NOWHERE


class Places:
    """Steps under a name: an id, an output. Steps are added in order."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, int | None, str | None], list[int]] = defaultdict(list)

    def add(self, name: str, at: int, draft: Draft) -> None:
        """One more step under the name."""
        for parent in (draft.parent, None):
            for agent_id in (draft.agent_id, None):
                self._places[name, parent, agent_id].append(at)

    def closest(self, name: str, at: int, draft: Draft, *, is_earlier: bool = False) -> int:
        """Of several: one of the same plan, then of the same agent, then the last that was made before, else the first
        made after; never the step itself. NOWHERE when there is none."""
        for parent in (draft.parent, None):
            for agent_id in (draft.agent_id, None):
                before, after = _beside(self._places.get((name, parent, agent_id), ()), at)
                found = before if before != NOWHERE or is_earlier else after
                if found != NOWHERE:
                    return found
        return NOWHERE

    def nearest(self, name: str, at: int) -> int:
        """The one with the fewest steps between."""
        before, after = _beside(self._places.get((name, None, None), ()), at)
        if NOWHERE in (before, after):
            return max(before, after)
        return before if at - before <= after - at else after


def _beside(places: Sequence[int], at: int) -> tuple[int, int]:
    """The last of them before a step and the first after it."""
    place = bisect_left(places, at)
    following = place + (place < len(places) and places[place] == at)
    return places[place - 1] if place else NOWHERE, places[following] if following < len(places) else NOWHERE


class Declared(NamedTuple):
    """Tasks of one plan that declare an output."""

    made: list[int]
    """The first two steps that such tasks became: one of them is not the step that asks."""
    never: list[int]
    """The first such task that became none."""


class PlanIndex:
    """The tasks of a plan by what other tasks call them."""

    def __init__(self, plan: MadePlan) -> None:
        self.plan = plan
        self._by_number: dict[int, int] = {}
        self._by_id: dict[str, int] = {}
        self._declared: dict[str, Declared] = {}
        for at, task in enumerate(plan.tasks):
            if task.number is not None:
                self._by_number.setdefault(task.number, at)
            if task.id:
                self._by_id.setdefault(task.id, at)
            for output in task.outputs:
                self._declare(output.name, at)

    def _declare(self, name: str, at: int) -> None:
        found = self._declared.setdefault(name, Declared([], []))
        made = self.plan.made[at]
        if made == NOWHERE and not found.never:
            found.never.append(at)
        elif made != NOWHERE and len(found.made) < 2 and made not in found.made:
            found.made.append(made)

    def find(self, number: int | None, task_id: str) -> int:
        """The first task with that number or id, or NOWHERE."""
        numbered = NOWHERE if number is None else self._by_number.get(number, NOWHERE)
        known = self._by_id.get(task_id, NOWHERE)
        return max(numbered, known) if NOWHERE in (numbered, known) else min(numbered, known)

    def declaring(self, name: str) -> Declared:
        """Tasks that declare the output."""
        return self._declared.get(name) or Declared([], [])


class Deliveries:
    """Which outputs are there: a step whose work went on in a plan delivers what the steps of that plan do."""

    def __init__(
        self, drafts: Sequence[Draft], verdicts: Sequence[StepVerdict], children: dict[int, list[int]]
    ) -> None:
        self._first, self._size = [0] * len(drafts), [1] * len(drafts)
        order = self._walk(drafts, verdicts, children)
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, at in enumerate(order):
            self._first[at] = place
            if verdicts[at].outcome == "ok":
                names = {output.name for output in drafts[at].results if not output.is_null and not output.tasks}
                for name in names:
                    self._places[name].append(place)

    def _walk(
        self, drafts: Sequence[Draft], verdicts: Sequence[StepVerdict], children: dict[int, list[int]]
    ) -> list[int]:
        """All steps, those that deliver for another right after it."""
        stands_in = [draft.parent != NOWHERE and verdicts[draft.parent].is_replaced for draft in drafts]
        order: list[int] = []
        stack = [at for at in range(len(drafts)) if not stands_in[at]]
        while stack:
            at = stack.pop()
            order.append(at)
            if verdicts[at].is_replaced:
                stack.extend(children[at])
        for at in reversed(order):
            if stands_in[at]:
                self._size[drafts[at].parent] += self._size[at]
        return order

    def has(self, source: int, output_name: str) -> bool:
        """The step, or one that its work went on in, has returned the output."""
        places = self._places.get(output_name, ())
        place = bisect_left(places, self._first[source])
        return place < len(places) and places[place] < self._first[source] + self._size[source]
