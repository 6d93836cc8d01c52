"""Steps that were cancelled because of one that failed."""

from collections import defaultdict
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import counted, listed, shorten
from plans.records import DATA, NOWHERE, SIGNAL, PlanStep

NAME = "cancel_cascade"
STEPS_AT_LEAST = 2


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each step at whose failure others were cancelled, and one for those that nothing explains."""
    steps = facts.plan.steps
    hanging: dict[int, list[int]] = defaultdict(list)
    for edge in facts.plan.edges:
        if edge.kind in (DATA, SIGNAL) and edge.source != NOWHERE and steps[edge.target].outcome == "gone":
            hanging[edge.source].append(edge.target)
    explained: set[int] = set()
    for step in steps:
        behind = _behind(step, hanging, explained) if step.outcome == "failed" else []
        if len(behind) >= STEPS_AT_LEAST:
            yield _finding(facts, step, [steps[at] for at in behind])
    alone = [step for step in steps if step.outcome == "gone" and step.index not in explained]
    if len(alone) >= STEPS_AT_LEAST:
        names = listed(list(map(name_step, alone)))
        title = f"{counted(len(alone), 'step')} were cancelled and no record says why: {names}."
        yield make_finding(NAME, "warning", title, map(step_ref, alone), opened_ns=alone[0].ended_ns, subject="alone")


def _behind(step: PlanStep, hanging: dict[int, list[int]], explained: set[int]) -> list[int]:
    """Cancelled steps behind one, each told once."""
    found: list[int] = []
    stack = [step.index]
    while stack:
        for at in hanging.get(stack.pop(), ()):
            if at not in explained:
                explained.add(at)
                found.append(at)
                stack.append(at)
    return sorted(found)


def _finding(facts: MissionFacts, step: PlanStep, cancelled: list[PlanStep]) -> Finding:
    reason = f" ({shorten(step.reason, 80)})" if step.reason else ""
    title = (
        f"{counted(len(cancelled), 'step')} were cancelled because {name_step(step)} failed{reason}: "
        f"{listed(list(map(name_step, cancelled)))}."
    )
    opened = min((each.ended_ns for each in cancelled if each.ended_ns is not None), default=None)
    return make_finding(NAME, gravity(facts), title, map(step_ref, (step, *cancelled)), opened_ns=opened)
