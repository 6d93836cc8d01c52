"""Inputs that only speak of another step's output: nothing ties them, so nothing fills them."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.step_words import first_moment, name_step
from analysis.algorithms.wording import counted
from plans.records import MENTION, PlanEdge

NAME = "undeclared_placeholder"
SHOWN = 20


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all mentions of a step that no dependency stands beside."""
    tied = {(edge.source, edge.target) for edge in facts.plan.edges if edge.kind != MENTION}
    spoken = [edge for edge in facts.plan.edges if edge.kind == MENTION and (edge.source, edge.target) not in tied]
    if not spoken:
        return
    steps = facts.plan.steps
    in_words = sum(1 for edge in spoken if not edge.output_name)
    how = [f"{in_words} in words such as 'output from step 1'"] if in_words else []
    how += [f"{len(spoken) - in_words} by an output's name"] if in_words < len(spoken) else []
    title = (
        f"{counted(len(spoken), 'input speaks', 'inputs speak')} of another step's output without being tied to it "
        f"({', '.join(how)}): nothing fills them and nothing waits for them."
    )
    targets = dict.fromkeys(edge.target for edge in spoken)
    detail = "; ".join(_line(facts, edge) for edge in spoken[:SHOWN]) + "."
    refs = [step_ref(steps[at]) for at in targets]
    opened = first_moment(steps[spoken[0].target])
    yield make_finding(NAME, "warning", title, refs, opened_ns=opened, detail=detail, subject="steps")


def _line(facts: MissionFacts, edge: PlanEdge) -> str:
    source, target = facts.plan.steps[edge.source], facts.plan.steps[edge.target]
    name = f" ({edge.output_name})" if edge.output_name else ""
    return f"{edge.input_name} of {name_step(target)} means {name_step(source)}{name}"
