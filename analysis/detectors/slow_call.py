"""Model calls and tool runs that took far longer than their like, or most of the mission."""

from collections.abc import Iterator
from statistics import median

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding
from analysis.algorithms.wording import SECOND_NS, lasting, name_span, sentence
from traces.records import SpanRow

NAME = "slow_call"
AT_LEAST_NS = 30 * SECOND_NS
ALIKE = 5
TIMES_MEDIAN = 5
SHOWN = 5
KINDS = frozenset({"LLM", "TOOL", "RETRIEVER", "EMBEDDING"})


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """At most SHOWN findings, the slowest first; only what took half a minute or more counts."""
    by_name: dict[tuple[str, str], list[tuple[int, int, SpanRow]]] = {}
    for row in facts.tree.rows:
        span = row.span
        if span is not None and span.span_kind in KINDS and (duration_ns := span.duration_ns) is not None:
            by_name.setdefault((span.span_kind, span.name), []).append((duration_ns, row.index, span))
    wall_ns = _wall_ns(facts)
    slow = []
    for group in by_name.values():
        usual_ns = median(duration_ns for duration_ns, _, _ in group) if len(group) >= ALIKE else None
        for duration_ns, at, span in group:
            if duration_ns < AT_LEAST_NS:
                continue
            if usual_ns is not None and duration_ns >= TIMES_MEDIAN * usual_ns:
                slow.append((duration_ns, at, span, f"usually {lasting(int(usual_ns))}"))
            elif 2 * duration_ns > wall_ns:
                slow.append((duration_ns, at, span, "more than half of the mission"))
    slow.sort(key=lambda each: (-each[0], each[1]))
    for duration_ns, at, span, compared in slow[:SHOWN]:
        title = sentence(f"{name_span(span)} took {lasting(duration_ns)}, {compared}")
        yield make_finding(NAME, "info", title, facts.refs_of(at), opened_ns=span.start_ns, closed_ns=span.end_ns)


def _wall_ns(facts: MissionFacts) -> int:
    spans = [row.span for row in facts.tree.rows if row.span is not None]
    starts = [span.start_ns for span in spans if span.start_ns is not None]
    ends = [span.end_ns for span in spans if span.end_ns is not None]
    return max(ends) - min(starts) if starts and ends else 0
