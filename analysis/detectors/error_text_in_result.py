"""Steps that came back well with a text that is an error: no flag says so."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import clock, counted, sentence, shorten
from plans.building.verdicts import output_failure
from plans.records import PlanStep

NAME = "error_text_in_result"


def is_error_text_alone(step: PlanStep) -> bool:
    """It failed, and nothing tells of it but the text of an output."""
    failing = [output for output in step.results if output_failure(output)]
    return (
        bool(failing)
        and not step.error
        and all(_is_text(output.preview, output_failure(output)) for output in failing)
        and all(output.success is not False and not output.error for output in failing)
    )


def _is_text(preview: str, told: str) -> bool:
    return bool(preview) and preview == told and preview.lstrip().lower().startswith("error")


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them."""
    texts = [step for step in facts.plan.steps if step.is_silent and is_error_text_alone(step)]
    if not texts:
        return
    first = texts[0]
    when = f" at {clock(first.ended_ns, facts.now_ns)}" if first.ended_ns is not None else ""
    more = f" {counted(len(texts) - 1, 'more step')} did the same." if len(texts) > 1 else ""
    title = sentence(f"{name_step(first)} completed{when} with an error as its answer: {shorten(first.reason)}") + more
    yield make_finding(
        NAME, gravity(facts), title, [step_ref(step) for step in texts], opened_ns=first.ended_ns, subject="steps"
    )
