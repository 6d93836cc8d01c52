"""Answers that say: too many requests, over quota, overloaded."""

import re
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, log_ref, make_finding
from analysis.algorithms.wording import clock, counted, name_span, sentence, times

NAME = "rate_limit"
_TEXT = re.compile(
    r"\b429\b|rate.?limit|too many requests|throttl|resource.?exhausted|quota.{0,20}exceed|exceed.{0,30}quota"
    r"|insufficient_quota|overloaded|\b529\b",
    re.IGNORECASE,
)
READ_CHARACTERS = 600


def says_rate_limit(*texts: str) -> bool:
    """Whether one of these texts, in its first characters, speaks of a rate limit."""
    return any(_TEXT.search(text[:READ_CHARACTERS]) for text in texts if text)


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each span name that was limited; one for logs when no span shows it."""
    groups: dict[tuple[str, str], list[int]] = {}
    for failure in facts.failures:
        span = facts.span_of(failure.row)
        if span is None:
            continue
        call = facts.llm_by_key.get(facts.tree.rows[failure.row].key)
        if says_rate_limit(span.error_type, span.status_message, call.error if call is not None else ""):
            groups.setdefault((span.span_kind, span.name), []).append(failure.row)
    for rows in groups.values():
        yield _finding(facts, rows)
    logs = [] if groups else [log for log in facts.error_logs if says_rate_limit(log.body)]
    if logs:
        when = clock(logs[0].time_ns, facts.now_ns)
        title = f"{counted(len(logs), 'log record')} from {when} on say that a rate limit was hit."
        refs = [log_ref(log) for log in logs]
        yield make_finding(NAME, "warning", title, refs, opened_ns=logs[0].time_ns, closed_ns=logs[-1].time_ns)


def _finding(facts: MissionFacts, rows: list[int]) -> Finding:
    first, last = facts.span_of(rows[0]), facts.span_of(rows[-1])
    assert first is not None, "groups hold rows of spans"
    assert last is not None, "groups hold rows of spans"
    moment_ns = first.end_ns if first.end_ns is not None else first.start_ns
    when = f", first at {clock(moment_ns, facts.now_ns)}" if moment_ns is not None else ""
    decisive = {failure.row for failure in facts.failures if failure.is_decisive}
    gave_up = any(row in decisive for row in rows)
    ending = "; no later attempt went well" if gave_up else "; the mission went on"
    title = sentence(f"{name_span(first)} was refused {times(len(rows))} by a rate limit{when}{ending}")
    failed = gave_up and facts.outcome.mission_status in ("failed", "gone")
    refs: list[Ref] = [ref for row in rows for ref in facts.refs_of(row)]
    severity = "error" if failed else "warning"
    return make_finding(NAME, severity, title, refs, opened_ns=moment_ns, closed_ns=last.end_ns)
