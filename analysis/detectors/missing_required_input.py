"""Steps that failed because an input they need was not there."""

import re
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, log_ref_of, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import clock, sentence, shorten
from plans.records import NOWHERE, PlanStep

NAME = "missing_required_input"
CODES = frozenset({"missing_input", "missing_required_input", "input_validation_error"})
_CODE = re.compile(r"V00\d")
_TEXT = re.compile(
    r"\bmissing (?:a |the )?(?:required )?(?:input|parameter|argument)s?\b|\brequired (?:input|parameter|argument)s?\b"
    r".{0,80}\b(?:missing|not (?:provided|found|given|set))|\b(?:input|parameter|argument)\b.{0,60}\bis required\b",
    re.IGNORECASE,
)
READ_CHARACTERS = 400


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each failed step that says so, and for each plan in which the validator found it."""
    for step in facts.plan.steps:
        if step.outcome == "failed" and _says_so(step):
            when = f" at {clock(step.ended_ns, facts.now_ns)}" if step.ended_ns is not None else ""
            bare = [item.name for item in step.inputs if not (item.size or item.output_name or item.source)]
            detail = f"Without a value: {', '.join(bare[:5])}." if bare else ""
            title = sentence(f"{name_step(step)} failed{when} for want of an input: {shorten(step.reason)}")
            yield make_finding(NAME, gravity(facts), title, [step_ref(step)], opened_ns=step.ended_ns, detail=detail)
    for plan in facts.plan.revisions:
        errors = [text for text in plan.errors if any(code in text for code in CODES) or _TEXT.search(text)]
        if errors:
            owner = facts.plan.steps[plan.step] if plan.step != NOWHERE else None
            whose = f" of {name_step(owner)}" if owner is not None else ""
            title = sentence(f"The {plan.stage} plan{whose} lacks an input: {shorten(errors[0])}")
            refs = [step_ref(owner)] if owner is not None else []
            yield make_finding(NAME, "warning", title, [log_ref_of(plan.evidence), *refs], opened_ns=plan.time_ns)


def _says_so(step: PlanStep) -> bool:
    code = step.reason_code
    return code in CODES or _CODE.match(code) is not None or _TEXT.search(step.reason[:READ_CHARACTERS]) is not None
