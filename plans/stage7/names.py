"""Ids for the steps of a plan: stage7's own, made unique where steps share one."""

import re
from collections.abc import Iterator, Sequence

from plans.records import Plan, PlanStep

_MARKED = re.compile(r"(.+)~\d{1,9}~*", re.DOTALL)


class StepNames:
    """The first occurrence of a step has its own id, the second `<id>~2` and so on; more `~` where that is taken.

    Where spans of several agents name steps of one id, those of the later agents are counted on.
    """

    def __init__(self, plan: Plan) -> None:
        self._steps = plan.steps
        taken = {step.step_id for step in plan.steps}
        self._names: list[str] = []
        for step, number in zip(plan.steps, _number(plan.steps), strict=True):
            name = step.step_id if number == 1 else f"{step.step_id}~{number}"
            while number > 1 and name in taken:
                name += "~"
            taken.add(name)
            self._names.append(name)
        self._places = {name: place for place, name in enumerate(self._names)}

    def of(self, index: int) -> str:
        """The id of the step at this index."""
        return self._names[index]

    def find(self, name: str) -> PlanStep | None:
        """The step with this id."""
        place = self._places.get(name)
        return None if place is None else self._steps[place]

    def has(self, name: str) -> bool:
        """Is it a step's id?"""
        return name in self._places


def _number(steps: Sequence[PlanStep]) -> Iterator[int]:
    """For each step its occurrence, or the next free number of its id where another has that one."""
    last: dict[str, int] = {}
    for step in steps:
        last[step.step_id] = max(step.occurrence, last.get(step.step_id, 0))
    used: set[tuple[str, int]] = set()
    for step in steps:
        number = step.occurrence
        if (step.step_id, number) in used:
            number = last[step.step_id] = last[step.step_id] + 1
        used.add((step.step_id, number))
        yield number


def list_step_ids(name: str) -> list[str]:
    """The sender's ids of steps that may be called so: the text itself, and what comes before a mark."""
    marked = _MARKED.fullmatch(name)
    return [name] if marked is None else [name, marked[1]]
