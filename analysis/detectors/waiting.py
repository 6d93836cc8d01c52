"""Work that waits for a person or a queue. Waiting is no stall."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding
from analysis.algorithms.wording import clock, name_span, sentence

NAME = "waiting"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each open wait, while the mission as a whole waits."""
    if facts.outcome.mission_status != "waiting":
        return
    for row in facts.outcome.open_leaves:
        span = facts.span_of(row)
        if span is None or span.start_ns is None or span.pk < 0:
            continue  # Of a plan's own steps `human_input_pending` and `stall` speak.
        whom = {"HUMAN": "a person", "QUEUE": "a queue"}.get(span.span_kind, "someone")
        since = clock(span.start_ns, facts.now_ns)
        agent = f"agent {facts.agents[row]} is " if facts.agents[row] else ""
        title = sentence(f"{agent}waiting for {whom} since {since}: {name_span(span)}")
        yield make_finding(NAME, "warning", title, facts.refs_of(row), opened_ns=span.start_ns)
