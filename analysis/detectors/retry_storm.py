"""Attempts that failed one after the other, of one name below one parent; steps that asked a model again and again."""

from collections import Counter
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding, step_ref
from analysis.algorithms.step_words import name_step
from analysis.algorithms.tree import ROOT
from analysis.algorithms.wording import clock, counted, lasting, name_span, reason_of, sentence, shorten
from plans.records import PlanStep
from traces.records import SpanRow

NAME = "retry_storm"
FAILURES_IN_A_ROW = 3
CALLS_AT_LEAST = 3
"""To models, by one failed step."""
SHOWN = 10


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each row of failures, and one for steps.

    A warning when it went well in the end or was passed over.
    """
    yield from _of_steps(facts)
    parents = {facts.tree.rows[failure.row].parent for failure in facts.failures}
    for parent in sorted(parents):
        yield from _among(facts, parent)


def _of_steps(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all failed steps with more than one call, if one of them has many.

    Calls are those that spans show or, where more, that the logs in a step's result show.
    """
    seen = Counter(call.step_id for call in facts.llm_calls if call.step_id)
    calls = {step.index: max(step.model_calls, seen[step.step_id]) for step in facts.plan.steps}
    failed = [step for step in facts.plan.steps if step.outcome == "failed" and calls[step.index] > 1]
    failed.sort(key=lambda step: (-calls[step.index], step.index))
    if not failed or calls[failed[0].index] < CALLS_AT_LEAST:
        return
    told = ", ".join(f"{name_step(step)} {calls[step.index]}" for step in failed[:SHOWN])
    title = (
        f"{counted(len(failed), 'failed step')} asked the model more than once: {told}; the steps of the mission made "
        f"{counted(sum(calls.values()), 'model call')} in all."
    )
    by_error = Counter(_signature(step) for step in failed)
    detail = "By error: " + ", ".join(f"{error} ({count})" for error, count in by_error.most_common(5)) + "."
    yield make_finding(NAME, "warning", title, [step_ref(step) for step in failed], opened_ns=failed[0].created_ns,
                       closed_ns=failed[0].ended_ns, detail=detail, subject="steps")  # fmt: skip


def _signature(step: PlanStep) -> str:
    return step.reason_code or shorten(step.reason, 60) or "no reason given"


def _among(facts: MissionFacts, parent: int) -> Iterator[Finding]:
    """Failures in a row of one name among the children of a row; other names in between do not break it."""
    runs: dict[tuple[str, str, str], list[int]] = {}
    for row in facts.tree.children(parent):
        span = facts.span_of(row)
        if span is None:
            continue
        name = (span.span_kind, span.name, span.agent_name)
        if facts.outcome.statuses[row] == "failed":
            runs.setdefault(name, []).append(row)
        elif name in runs:
            yield from _finding(facts, parent, runs.pop(name), ended_well=facts.outcome.statuses[row] == "ok")
    for rows in runs.values():
        yield from _finding(facts, parent, rows, ended_well=False)


def _finding(facts: MissionFacts, parent: int, rows: list[int], *, ended_well: bool) -> Iterator[Finding]:
    spans = [span for row in rows if (span := facts.span_of(row)) is not None]
    if len(spans) < FAILURES_IN_A_ROW:
        return
    began_ns, ended_ns = spans[0].start_ns, spans[-1].end_ns
    took = f" in {lasting(ended_ns - began_ns)}" if began_ns is not None and ended_ns is not None else ""
    when = f" from {clock(began_ns, facts.now_ns)}" if began_ns is not None else ""
    what = f"{name_span(spans[0])} failed {len(spans)} times in a row{when}{took}"
    reason = _common_reason(spans)
    title = sentence(f"{what}{': ' if reason else ''}{reason}")
    if ended_well:
        title += " The next attempt went well."
    elif facts.outcome.mission_status == "ok":
        title += " No later attempt went well; the mission went on without it."
    lasts = not ended_well and facts.outcome.mission_status in ("failed", "gone") and _decided(facts, parent, rows)
    refs = [ref for row in rows for ref in facts.refs_of(row)]
    severity = "error" if lasts else "warning"
    opened_ns = spans[0].end_ns if spans[0].end_ns is not None else began_ns
    yield make_finding(NAME, severity, title, refs, opened_ns=opened_ns, closed_ns=ended_ns)


def _decided(facts: MissionFacts, parent: int, rows: list[int]) -> bool:
    return not facts.outcome.settled[rows[-1]] and (parent == ROOT or facts.outcome.statuses[parent] == "failed")


def _common_reason(spans: list[SpanRow]) -> str:
    """What the last one said, and in how many ways the others differ."""
    reasons = {reason_of(span) for span in spans}
    last = reason_of(spans[-1])
    return last if len(reasons) == 1 or not last else f"{last} (last of {len(reasons)} different errors)"
