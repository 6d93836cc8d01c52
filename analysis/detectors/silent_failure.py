"""Steps whose outputs say that they failed while their status says that they completed."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import clock, counted, moment, shorten, tallied
from analysis.detectors.error_text_in_result import is_error_text_alone
from plans.records import PlanStep

NAME = "silent_failure"
SHOWN = 20


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them. Where nothing but a text tells of the failure, `error_text_in_result` does."""
    silent = [step for step in facts.plan.steps if step.is_silent and not is_error_text_alone(step)]
    if not silent:
        return
    silent.sort(key=lambda step: (step.ended_ns or 0, step.index))
    first_ns = silent[0].ended_ns
    when = f" from {clock(first_ns, facts.now_ns)} on" if first_ns is not None and len(silent) > 1 else ""
    when = when or (f" at {clock(first_ns, facts.now_ns)}" if first_ns is not None else "")
    title = (
        f"{counted(len(silent), 'step')} failed{when} and {'was' if len(silent) == 1 else 'were'} reported as "
        f"completed: {tallied([step.verb or name_step(step) for step in silent])}."
    )
    detail = " ".join(f"{_line(step)}." for step in silent[:SHOWN])
    yield make_finding(
        NAME, gravity(facts), title, [step_ref(step) for step in silent], opened_ns=first_ns, detail=detail,
        subject="steps",
    )  # fmt: skip


def _line(step: PlanStep) -> str:
    when = f" {moment(step.ended_ns)}" if step.ended_ns is not None else ""
    reason = step.reason_code or shorten(step.reason, 80).rstrip(".")
    return f"{name_step(step)}{when}{': ' if reason else ''}{reason}"
