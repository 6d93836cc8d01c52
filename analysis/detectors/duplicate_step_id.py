"""Ids that more than one step has."""

from collections import defaultdict
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.step_words import first_moment
from analysis.algorithms.wording import counted
from plans.records import PlanStep

NAME = "duplicate_step_id"
SHOWN = 5


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them. Iterations of a loop share their task's id: that alone is worth no warning."""
    by_id: dict[str, list[PlanStep]] = defaultdict(list)
    for step in facts.plan.steps:
        by_id[step.step_id].append(step)
    shared = [steps for steps in by_id.values() if len(steps) > 1]
    if not shared:
        return
    count = sum(map(len, shared))
    collide = [steps for steps in shared if len({step.agent_id for step in steps} - {""}) > 1]
    title = f"{counted(len(shared), 'step id is', 'step ids are')} shared by {count} steps; they are kept apart here."
    if collide:
        title += (
            f" {counted(len(collide), 'id')} stand{'s' if len(collide) == 1 else ''} for steps of different agents."
        )
    most = sorted(shared, key=len, reverse=True)[:SHOWN]
    detail = "; ".join(f"{steps[0].verb or steps[0].step_id} {len(steps)} times" for steps in most) + "."
    refs = [step_ref(step) for steps in most for step in steps]
    yield make_finding(NAME, "warning" if collide else "info", title, refs, opened_ns=first_moment(shared[0][1]),
                       detail=detail, subject="ids")  # fmt: skip
