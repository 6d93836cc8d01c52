"""Steps that take an output which the step they name did not return, though it completed."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import listed
from plans.records import DATA, NOWHERE, PlanEdge

NAME = "output_name_mismatch"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each output that was asked for by another name; only where results are told and it did not do."""
    steps = facts.plan.steps
    for edge in facts.plan.edges:
        if edge.kind != DATA or edge.is_satisfied or edge.is_inferred or edge.source == NOWHERE or not edge.output_name:
            continue
        source, target = steps[edge.source], steps[edge.target]
        returned = {output.name for output in source.results}
        is_done = source.outcome == "ok" and not source.is_replaced and source.has_results
        if is_done and returned - {""} and edge.output_name not in returned and target.outcome != "ok":
            yield _finding(facts, edge, sorted(returned - {""}))


def _finding(facts: MissionFacts, edge: PlanEdge, returned: list[str]) -> Finding:
    source, target = facts.plan.steps[edge.source], facts.plan.steps[edge.target]
    title = (
        f"{name_step(target)} takes output {edge.output_name} of {name_step(source)}, which returned "
        f"{listed(returned)} instead."
    )
    refs = [step_ref(target), step_ref(source)]
    return make_finding(NAME, gravity(facts), title, refs, opened_ns=source.ended_ns,
                        subject=f"{target.key}:{source.key}:{edge.output_name}")  # fmt: skip
