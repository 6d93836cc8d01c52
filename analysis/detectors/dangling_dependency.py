"""Steps that hang on what nobody has: an id that no step has, an output that no step declares."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, ghost_ref, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import first_moment, is_open_step, name_step
from analysis.algorithms.wording import counted, listed, shorten
from plans.records import DATA, NOWHERE, Ghost, PlanStep

NAME = "dangling_dependency"
_WORDS = {
    "unknown_step": "on step {label}, which nobody has",
    "undeclared_output": "on output {label}, which no step declares",
    "never_created": "on {label}, which was planned and never became a step",
}


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each thing that is missing, with the steps that wait for it."""
    data = [edge for edge in facts.plan.edges if edge.kind == DATA]
    lost = sum(edge.ghost != NOWHERE for edge in data)
    resolved = f"Of {counted(len(data), 'reference')} to outputs in the plan {lost} cannot be resolved."
    hanging: dict[int, dict[int, PlanStep]] = defaultdict(dict)
    for edge in facts.plan.edges:
        if edge.ghost != NOWHERE:
            hanging[edge.ghost][edge.target] = facts.plan.steps[edge.target]
    for at, steps in hanging.items():
        yield _finding(facts, facts.plan.ghosts[at], list(steps.values()), resolved)


def _finding(facts: MissionFacts, ghost: Ghost, steps: Sequence[PlanStep], resolved: str) -> Finding:
    names = listed([name_step(step) for step in steps])
    on = _WORDS.get(ghost.why, "on {label}, which is not there").format(label=shorten(ghost.label, 80))
    title = f"{names} {'hangs' if len(steps) == 1 else 'hang'} {on}."
    details: list[str] = []
    nearest = facts.plan.steps[ghost.nearest] if ghost.nearest != NOWHERE else None
    if nearest is not None:
        details.append(f"The nearest step that declares an output of that name is {name_step(nearest)}.")
    waiting = [step for step in steps if is_open_step(step)]
    if waiting:
        details.append(f"{counted(len(waiting), 'step waits', 'steps wait')} for it without an end.")
    details.append(resolved)
    refs = [ghost_ref(ghost), *map(step_ref, steps)] + ([step_ref(nearest)] if nearest is not None else [])
    opened = min((ns for step in steps if (ns := first_moment(step)) is not None), default=None)
    severity = gravity(facts) if waiting else "warning"
    return make_finding(NAME, severity, title, refs, opened_ns=opened, detail=" ".join(details))
