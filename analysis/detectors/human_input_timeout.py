"""Questions that nobody answered in time: withdrawn, given up, or left with the mission."""

import re
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, log_ref_of, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.wording import clock, reason_of, sentence, shorten
from plans.records import NOWHERE

NAME = "human_input_timeout"
_TEXT = re.compile(
    r"human.?input.?timeout|(?:timed out|timeout|no (?:answer|response|reply)).{0,40}\b(?:user|human|person|approval)\b"
    r"|\b(?:user|human|person|approval)\b.{0,40}(?:timed out|timeout|did not (?:answer|respond|reply))",
    re.IGNORECASE,
)
READ_CHARACTERS = 400


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each question that was given up, else for each failure that says so."""
    is_over = facts.outcome.mission_status not in ("active", "waiting")
    told: set[int] = set()
    for question in facts.plan.questions:
        if question.status == "gone" or (question.status == "waiting" and is_over):
            step = facts.plan.steps[question.step] if question.step != NOWHERE else None
            told.add(question.step)
            asked = f", asked at {clock(question.asked_ns, facts.now_ns)}," if question.asked_ns is not None else ""
            ending = "was withdrawn without an answer" if question.status == "gone" else "was never answered"
            title = sentence(f"A question{asked} {ending}: {shorten(question.question) or 'it is not told'}")
            refs = [step_ref(step)] if step is not None else []
            yield make_finding(NAME, gravity(facts), title, [*refs, *map(log_ref_of, question.evidence)],
                               opened_ns=question.asked_ns)  # fmt: skip
    for failure in facts.failures:
        span = facts.span_of(failure.row)
        if span is None or -1 - span.pk in told:
            continue
        if _TEXT.search(span.error_type) or _TEXT.search(span.status_message[:READ_CHARACTERS]):
            when = f" at {clock(failure.moment_ns, facts.now_ns)}" if failure.moment_ns is not None else ""
            title = sentence(f"Nobody answered in time{when}: {reason_of(span)}")
            severity = gravity(facts) if failure.is_decisive else "warning"
            yield make_finding(NAME, severity, title, facts.refs_of(failure.row), opened_ns=failure.moment_ns)
