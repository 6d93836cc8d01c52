"""Steps that wait for each other."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.step_words import first_moment, name_step
from analysis.algorithms.wording import listed

NAME = "dependency_cycle"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each circle of open steps: none of them can ever begin."""
    for circle in facts.blockage.circles:
        steps = [facts.plan.steps[at] for at in circle]
        if not steps:
            continue
        names = listed([name_step(step) for step in steps], 6)
        title = f"{names} wait for each other in a circle: none of them can begin."
        if len(steps) == 1:
            title = f"{names} waits for itself: it can never begin."
        opened = min((ns for step in steps if (ns := first_moment(step)) is not None), default=None)
        yield make_finding(NAME, "error", title, map(step_ref, steps), opened_ns=opened)
