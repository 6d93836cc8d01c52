"""Stacked deadlines: who gave up first, and what went on although nobody waited for it any more."""

import re
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, make_finding
from analysis.algorithms.wording import SECOND_NS, lasting, name_span, sentence
from traces.records import SpanRow

NAME = "timeout_layers"
_TEXT = re.compile(r"time.?out|timed out|deadline exceeded|ETIMEDOUT|ECONNABORTED", re.IGNORECASE)
READ_CHARACTERS = 400
LATE_NS = SECOND_NS
"""What ends so long after the one above it went on alone."""


def is_timeout(span: SpanRow) -> bool:
    """It failed because its time was over."""
    return bool(_TEXT.search(span.error_type) or _TEXT.search(span.status_message[:READ_CHARACTERS]))


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each topmost span that timed out with work below that timed out too or went on."""
    latest, late_row = _latest_below(facts)
    at = 0
    while at < len(facts.tree.rows):
        row = facts.tree.rows[at]
        span = row.span
        if span is None or span.end_ns is None or not facts.outcome.failures[at] or not is_timeout(span):
            at += 1
            continue
        inner = [
            each.span
            for each in facts.tree.rows[at + 1 : row.end]
            if each.span is not None and facts.outcome.failures[each.index] and is_timeout(each.span)
        ]
        is_late = latest[at] > span.end_ns + LATE_NS
        if inner or is_late:
            yield _finding(facts, at, span, inner, late_row[at] if is_late else None)
        at = row.end


def _latest_below(facts: MissionFacts) -> tuple[list[int], list[int]]:
    """By row: the last end below it, and whose it is."""
    rows = facts.tree.rows
    latest, whose = [-1] * len(rows), [-1] * len(rows)
    for row in reversed(rows):
        if row.parent < 0:
            continue
        own_ns = row.span.end_ns if row.span is not None and row.span.end_ns is not None else -1
        end_ns, at = max((own_ns, row.index), (latest[row.index], whose[row.index]))
        if end_ns > latest[row.parent]:
            latest[row.parent], whose[row.parent] = end_ns, at
    return latest, whose


def _finding(facts: MissionFacts, at: int, span: SpanRow, inner: list[SpanRow], late: int | None) -> Finding:
    layers = [span, *inner]
    first = min(layers, key=lambda each: each.end_ns if each.end_ns is not None else 1 << 80)
    words = f"{name_span(first)} gave up first{_after(first)}"
    others = [f"{name_span(each)}{_after(each)}" for each in layers if each is not first][:3]
    title = sentence(f"{words}, then {', '.join(others)}") if others else sentence(words)
    going = facts.span_of(late) if late is not None else None
    if going is not None and going.end_ns is not None and span.end_ns is not None:
        lasted = lasting(going.end_ns - span.end_ns)
        title += " " + sentence(f"{name_span(going)} went on for {lasted} after {name_span(span)} had given up")
    refs = facts.refs_of(at) + (facts.refs_of(late) if late is not None else [])
    return make_finding(NAME, "warning", title, refs, opened_ns=first.end_ns)


def _after(span: SpanRow) -> str:
    return f" after {lasting(span.duration_ns)}" if span.duration_ns is not None else ""
