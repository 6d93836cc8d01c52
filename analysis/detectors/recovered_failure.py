"""Failures that a later attempt made good."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding
from analysis.algorithms.outcome import RETRIED
from analysis.algorithms.wording import name_span, times

NAME = "recovered_failure"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each name that failed and then went well."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for failure in facts.failures:
        span = facts.span_of(failure.row)
        if span is not None and facts.outcome.recoveries[failure.row] == RETRIED:
            groups.setdefault((span.span_kind, span.name, facts.agents[failure.row]), []).append(failure.row)
    for rows in groups.values():
        span, good = facts.span_of(rows[0]), facts.outcome.recovered_by[rows[-1]]
        if span is None:
            continue
        name = name_span(span)
        title = f"{name[0].upper()}{name[1:]} failed {times(len(rows))} and then went well."
        refs = [ref for row in (*rows[:10], good) for ref in facts.refs_of(row)]
        yield make_finding(NAME, "info", title, refs, opened_ns=span.end_ns or span.start_ns)
