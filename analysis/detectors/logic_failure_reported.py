"""Answers that their callers reported as unusable: delivered, paid for, and failed in effect."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, log_ref, make_finding
from analysis.algorithms.wording import clock, counted, sentence, shorten

NAME = "logic_failure_reported"
EVENTS = frozenset({"stage7.brain.logic_failure", "missionscope.logic_failure"})
"""Log records that report one."""
ERROR_TYPE = "logic_failure"
"""The error type of a call that its sender marks itself."""


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them."""
    logs = [log for log in facts.error_logs if log.event_name in EVENTS]
    rows = [row.index for row in facts.tree.rows if row.span is not None and row.span.error_type == ERROR_TYPE]
    # A report stands at the span of the answer it speaks of.
    about = {(log.trace_id, log.span_id) for log in logs}
    told = [row for row in rows if facts.tree.rows[row].key[:2] not in about]
    count = len(logs) + len(told)
    if not count:
        return
    refs: list[Ref] = [log_ref(log) for log in logs]
    for log in logs:
        at = facts.tree.find(log.trace_id, log.span_id) if log.trace_id and log.span_id else None
        refs += facts.refs_of(at) if at is not None else []
    refs += [ref for row in told for ref in facts.refs_of(row)]
    spans = [span for row in told if (span := facts.span_of(row)) is not None]
    moments = [log.time_ns for log in logs] + [ns for span in spans if (ns := span.end_ns) is not None]
    reason = shorten(logs[0].body if logs else spans[0].status_message)
    when = f", first at {clock(min(moments), facts.now_ns)}" if moments else ""
    title = sentence(
        f"{counted(count, 'answer was', 'answers were')} reported as unusable by the caller{when}: {reason}"
    )
    yield make_finding(NAME, "warning", title, refs, opened_ns=min(moments, default=None), subject="answers")
