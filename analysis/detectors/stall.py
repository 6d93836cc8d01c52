"""Work that is open while nothing happens: stalled, or abandoned when that has lasted for a day."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding
from analysis.algorithms.wording import clock, counted, lasting, name_span

NAME = "stall"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """At most one finding; since the last activity."""
    since_ns = facts.outcome.last_activity_ns
    if since_ns is None:
        return
    if facts.outcome.is_stalled:
        yield _stalled(facts, since_ns)
    elif facts.outcome.mission_status == "gone":
        yield from _abandoned(facts, since_ns)


def _stalled(facts: MissionFacts, since_ns: int) -> Finding:
    leaves = [row for row in facts.outcome.open_leaves if facts.outcome.statuses[row] == "active"]
    spans = [span for row in leaves if (span := facts.span_of(row)) is not None]
    title = (
        f"Stalled since {clock(since_ns, facts.now_ns)}: nothing has happened for {lasting(facts.now_ns - since_ns)}"
    )
    if spans:
        latest = max(spans, key=lambda span: (span.start_ns or 0, span.span_id))
        verb = "has not answered" if latest.span_kind == "LLM" else "has not ended"
        title += f" and {name_span(latest)}, begun {clock(latest.start_ns or 0, facts.now_ns)}, {verb}"
        if len(spans) > 1:
            title += f" ({len(spans) - 1} more open)"
    refs = [ref for row in reversed(leaves) for ref in facts.refs_of(row)]
    return make_finding(NAME, "error", title + ".", refs, opened_ns=since_ns, subject="mission")


def _abandoned(facts: MissionFacts, since_ns: int) -> Iterator[Finding]:
    left = [
        (row.index, row.span)
        for row in facts.tree.rows
        if row.span is not None and facts.outcome.statuses[row.index] == "gone" and row.span.end_ns is None
    ]
    refs = [ref for row, _ in reversed(left) for ref in facts.refs_of(row)]
    when = clock(since_ns, facts.now_ns)
    if left:
        name = name_span(left[-1][1])
        more = f" and {counted(len(left) - 1, 'more span')}" if len(left) > 1 else ""
        title = f"Abandoned: nothing has happened since {when}, and {name}{more} never ended."
    else:
        cancelled = [row for row in facts.tree.roots if facts.outcome.statuses[row] == "gone"]
        refs = [ref for row in cancelled for ref in facts.refs_of(row)]
        title = f"Cancelled: the mission was stopped before {when}."
    yield make_finding(NAME, "error" if left else "warning", title, refs, opened_ns=since_ns, subject="mission")
