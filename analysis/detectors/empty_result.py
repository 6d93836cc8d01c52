"""Steps that completed with nothing although something was expected of them."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import clock, counted, listed
from plans.records import DATA, PlanStep

NAME = "empty_result"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them. A step that declares no output, and whose outputs nobody takes, may be empty."""
    taken = {edge.source for edge in facts.plan.edges if edge.kind == DATA and not edge.is_inferred}
    empty = [step for step in facts.plan.steps if _is_empty(step) and (step.outputs or step.index in taken)]
    if not empty:
        return
    first_ns = empty[0].ended_ns
    when = f", the first at {clock(first_ns, facts.now_ns)}" if first_ns is not None else ""
    title = (
        f"{counted(len(empty), 'step')} completed with an empty result{when}: {listed(list(map(name_step, empty)))}."
    )
    without = {step.index for step in empty}
    hungry = sum(1 for edge in facts.plan.edges if edge.kind == DATA and edge.source in without)
    detail = f"{counted(hungry, 'input hangs', 'inputs hang')} on them." if hungry else ""
    severity = gravity(facts) if hungry else "warning"
    yield make_finding(NAME, severity, title, [step_ref(step) for step in empty], opened_ns=first_ns, detail=detail,
                       subject="steps")  # fmt: skip


def _is_empty(step: PlanStep) -> bool:
    return (
        step.outcome == "ok"
        and step.has_results
        and not step.is_replaced
        and all(output.is_empty and not output.tasks for output in step.results)
    )
