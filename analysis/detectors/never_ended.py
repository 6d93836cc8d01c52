"""Spans that never ended although what they belong to did."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding
from analysis.algorithms.wording import counted, name_span

NAME = "never_ended"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them, in a mission that is otherwise over. Of steps `never_completed` speaks."""
    if facts.outcome.mission_status not in ("ok", "failed"):
        return
    lost = [
        row.index
        for row in facts.tree.rows
        if row.span is not None
        and row.span.end_ns is None
        and facts.outcome.statuses[row.index] == "gone"
        and row.span.pk >= 0
    ]
    spans = [span for row in lost if (span := facts.span_of(row)) is not None]
    if spans:
        title = f"{counted(len(spans), 'span')} never ended, the first: {name_span(spans[0])}."
        refs = [ref for row in lost for ref in facts.refs_of(row)]
        yield make_finding(NAME, "warning", title, refs, opened_ns=spans[0].start_ns, subject="spans")
