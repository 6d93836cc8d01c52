"""Steps that wait for a step whose work went on in a plan that does not give what they wait for."""

from collections.abc import Iterator

from analysis.algorithms.blockage import REPLACED
from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import first_moment, name_step
from analysis.algorithms.wording import counted, listed

NAME = "dependency_on_replaced"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each such step; whoever waits for it waits for ever, and nothing says so."""
    blockage = facts.blockage
    for source, why in blockage.causes.items():
        if why != REPLACED:
            continue
        step = facts.plan.steps[source]
        held = [facts.plan.steps[at] for at in blockage.holds[source] if at < blockage.count]
        edge = blockage.edges[source]
        wanted = f"output {edge.output_name} of " if edge.output_name and edge.output_name[0] != "_" else ""
        title = (
            f"{listed([name_step(each) for each in held])} {'waits' if len(held) == 1 else 'wait'} for {wanted}"
            f"{name_step(step)}, which was replaced by a plan and never completes itself."
        )
        opened = min((ns for each in held if (ns := first_moment(each)) is not None), default=None)
        detail = f"{counted(len(held), 'step')} can never begin unless somebody ties them anew."
        yield make_finding(NAME, gravity(facts), title, [step_ref(each) for each in (step, *held)], opened_ns=opened,
                           detail=detail)  # fmt: skip
