"""Answers that their callers reported as unusable: delivered, paid for, and failed in effect."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, log_ref, make_finding
from analysis.algorithms.standing import is_over_badly
from analysis.algorithms.wording import clock, counted, sentence, shorten
from llmlog.records import LlmCallRow

NAME = "logic_failure_reported"
ERROR_TYPE = "logic_failure"
"""The error type of a call that its sender marks itself."""


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them. A report and the marked call that it speaks of count once."""
    reported = {log.span_id for log in facts.reports}
    marked = [call for call in facts.llm_calls if _is_marked(facts, call) and call.span_id not in reported]
    count = len(facts.reports) + len(marked)
    if not count:
        return
    denied = [call for call in facts.llm_calls if call.pk in facts.denied]
    calls = [*denied, *marked]
    moments = [log.time_ns for log in facts.reports] + [call.end_ns for call in calls if call.end_ns is not None]
    reason = facts.reports[0].body if facts.reports else marked[0].error
    when = f", first at {clock(min(moments), facts.now_ns)}" if moments else ""
    said = f": {shorten(reason)}" if reason else ""
    title = sentence(f"{counted(count, 'answer was', 'answers were')} reported as unusable by the caller{when}{said}")
    refs: list[Ref] = [log_ref(log) for log in facts.reports]
    for call in calls:
        row = facts.row_of(call)
        refs += facts.refs_of(row) if row is not None else []
    decisive = {failure.row for failure in facts.failures if failure.is_decisive}
    is_grave = is_over_badly(facts) and any(facts.row_of(call) in decisive for call in calls)
    severity = "error" if is_grave else "warning"
    yield make_finding(NAME, severity, title, refs, opened_ns=min(moments, default=None), subject="answers")


def _is_marked(facts: MissionFacts, call: LlmCallRow) -> bool:
    row = facts.row_of(call)
    span = facts.span_of(row) if row is not None else None
    return span is not None and span.error_type == ERROR_TYPE
