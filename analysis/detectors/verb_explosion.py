"""A planner that invents verbs: each becomes another planner run, and the mission explodes into plans."""

from collections import Counter
from collections.abc import Iterator, Sequence

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.growth import find_growth
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import first_moment
from analysis.algorithms.verbs import CONTROL_VERBS, PLANNER_VERBS, find_novel_steps
from analysis.algorithms.wording import counted, tallied, times
from plans.records import PlanStep

NAME = "verb_explosion"
PLANS_AT_LEAST = 3
"""Steps of unknown verbs whose result was a plan. Fewer are a plan with levels."""
SHARE = 4
"""They are at least one in so many steps of the mission, with the steps of unknown verbs that never came back."""


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """At most one finding. Unknown verbs count only where some of them became plans."""
    steps = facts.plan.steps
    novel = find_novel_steps(facts.plan)
    expanded = [step for step in novel if step.is_replaced]
    if len(expanded) < PLANS_AT_LEAST or SHARE * len(novel) < len(steps):
        return
    verbs = Counter(step.verb for step in novel)
    title = (
        f"The planner invented verbs: {len(novel)} of {counted(len(steps), 'step')} use "
        f"{counted(len(verbs), 'verb')} that nothing is known to run; {len(expanded)} of them became another planner "
        f"run, and the mission exploded into {counted(sum(step.is_replaced for step in steps), 'plan')}"
    )
    growth = find_growth([ns for step in steps if (ns := first_moment(step)) is not None])
    title += f": {growth.words}." if growth is not None else "."
    opened = min((ns for step in expanded if (ns := first_moment(step)) is not None), default=None)
    yield make_finding(
        NAME, gravity(facts), title, [step_ref(step) for step in (*expanded, *novel)], opened_ns=opened,
        closed_ns=growth.last_ns if growth is not None else None, detail=_detail(steps, novel), subject="mission",
    )  # fmt: skip


def _detail(steps: Sequence[PlanStep], novel: Sequence[PlanStep]) -> str:
    depths = sorted(Counter(step.depth for step in steps).items())
    levels, counts = ("/".join(map(str, column)) for column in zip(*depths, strict=True))
    details = [
        f"Unknown: {tallied([step.verb for step in novel], 12)}.",
        f"Steps by planning depth {levels}: {counts}.",
    ]
    unknown = {step.verb for step in novel} | CONTROL_VERBS | PLANNER_VERBS
    known = Counter(step.verb for step in steps if step.is_replaced and step.verb not in unknown)
    if known:
        told = ", ".join(f"{verb} {'twice' if count == 2 else times(count)}" for verb, count in known.most_common(5))
        details.append(f"Known verbs came back as plans too: {told}.")
    return " ".join(details)
