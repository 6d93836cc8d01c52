"""Model calls for which no model was left: all excluded, over their limits, or down."""

import re
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, make_finding, step_ref
from analysis.algorithms.standing import is_over_badly
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import clock, counted, listed, reason_of, sentence, shorten

NAME = "model_unavailable"
MODEL_UNAVAILABLE = "model_unavailable"
"""The error type by which a sender says it."""
READ_CHARACTERS = 600
_TEXT = re.compile(
    r"\bno (?:suitable |available |healthy |other )?models? (?:is |are |was |were )?(?:available|left|found)"
    r"|\ball models (?:are|were) |\bmodels? (?:is|are) (?:temporarily )?(?:unavailable|blacklisted)|\bblacklisted\b"
    r"|model_not_available",
    re.IGNORECASE,
)


def says_unavailable(*texts: str) -> bool:
    """Whether one of these texts says that no model could be had."""
    return any(text == MODEL_UNAVAILABLE or _TEXT.search(text[:READ_CHARACTERS]) for text in texts if text)


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all calls and steps that say so."""
    rows = [
        failure.row
        for failure in facts.failures
        if (span := facts.span_of(failure.row)) is not None
        and span.pk >= 0
        and says_unavailable(span.error_type, span.status_message)
    ]
    steps = [
        step
        for step in facts.plan.steps
        if step.outcome == "failed" and says_unavailable(step.reason_code, step.reason, step.error)
    ]
    if not rows and not steps:
        return
    first = facts.span_of(rows[0]) if rows else None
    moment_ns = (
        (first.end_ns if first.end_ns is not None else first.start_ns) if first is not None else steps[0].ended_ns
    )
    reason = reason_of(first) if first is not None else shorten(steps[0].reason)
    count = counted(len(rows), "model call") if rows else counted(len(steps), "step")
    when = f", first at {clock(moment_ns, facts.now_ns)}" if moment_ns is not None else ""
    title = sentence(f"{count} found no model to answer{when}{': ' if reason else ''}{reason}")
    is_decisive = bool(steps) or any(each.is_decisive and each.row in rows for each in facts.failures)
    severity = "error" if is_decisive and is_over_badly(facts) else "warning"
    refs: list[Ref] = [ref for row in rows for ref in facts.refs_of(row)]
    detail = f"It failed {listed([name_step(step) for step in steps])}." if steps and rows else ""
    yield make_finding(NAME, severity, title, [*refs, *map(step_ref, steps)], opened_ns=moment_ns, detail=detail,
                       subject="calls")  # fmt: skip
