"""Inputs that hold `[object Object]`: what was meant did not survive."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.step_words import first_moment, name_step
from analysis.algorithms.wording import counted

NAME = "object_object_input"
SHOWN = 20


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them."""
    lost = [
        (step, names) for step in facts.plan.steps if (names := [item.name for item in step.inputs if item.is_lost])
    ]
    if not lost:
        return
    title = (
        f"{counted(len(lost), 'step carries', 'steps carry')} the text [object Object] as an input: an object was "
        f"pasted as text and is lost."
    )
    detail = "; ".join(f"{name_step(step)}: {', '.join(names[:3])}" for step, names in lost[:SHOWN]) + "."
    yield make_finding(NAME, "warning", title, [step_ref(step) for step, _ in lost], opened_ns=first_moment(lost[0][0]),
                       detail=detail, subject="steps")  # fmt: skip
