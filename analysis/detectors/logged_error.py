"""Errors that only the logs tell of: no span reports a failure at that time."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, log_ref, make_finding
from analysis.algorithms.wording import clock, counted, sentence, shorten
from traces.records import LogRow

NAME = "logged_error"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding, for log records whose span does not say itself that it failed, and no step or agent rests on."""
    told = _told_by_plan(facts) | {log.pk for log in facts.reports}
    silent = [log for log in facts.error_logs if log.pk not in told and not _is_told(facts, log)]
    if not silent:
        return
    first = silent[0]
    count = counted(len(silent), "error") + (" was" if len(silent) == 1 else " were")
    service = f" by {first.service_name}" if first.service_name else ""
    which = "" if len(silent) == 1 else "the first "
    when = clock(first.time_ns, facts.now_ns)
    title = sentence(f"{count} logged{service} that no span tells of, {which}at {when}: {shorten(first.body)}")
    refs = [log_ref(log) for log in silent]
    yield make_finding(
        NAME, "warning", title, refs, opened_ns=first.time_ns, closed_ns=silent[-1].time_ns, subject="logs"
    )


def _told_by_plan(facts: MissionFacts) -> set[int]:
    """Keys of the records from which the plan knows its failed steps and its agents."""
    steps = {pk for step in facts.plan.steps if step.outcome == "failed" for pk in step.evidence}
    return steps | {pk for agent in facts.plan.agents for pk in agent.evidence}


def _is_told(facts: MissionFacts, log: LogRow) -> bool:
    """The log belongs to a span that failed, or holds the message of one."""
    if log.trace_id is not None and log.span_id is not None:
        row = facts.tree.find(log.trace_id, log.span_id)
        if row is not None and facts.outcome.statuses[row] == "failed":
            return True
    for failure in facts.failures[:100]:
        span = facts.span_of(failure.row)
        if span is not None and len(span.status_message) >= 8 and span.status_message[:200] in log.body:
            return True
    return False
