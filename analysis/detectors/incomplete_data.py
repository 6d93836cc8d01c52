"""What the picture lacks: parents that have not arrived, clocks that differ, circles, spans without a start."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, key_ref, make_finding, span_ref
from analysis.algorithms.tree import CYCLE_CUT, MISSING_PARENT, SELF_PARENT, STARTS_BEFORE_PARENT, TreeNote
from analysis.algorithms.wording import counted, lasting

NAME = "incomplete_data"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each kind of lack."""
    by_code: dict[str, list[TreeNote]] = {}
    for note in facts.tree.notes:
        by_code.setdefault(note.code, []).append(note)
    yield from _missing_parents(facts, by_code.get(MISSING_PARENT, []))
    circles = by_code.get(CYCLE_CUT, []) + by_code.get(SELF_PARENT, [])
    if circles:
        title = f"{counted(len(circles), 'span')} could not be placed: parents that point in a circle."
        yield _about(facts, circles, "warning", title, "circles")
    early = by_code.get(STARTS_BEFORE_PARENT, [])
    if early:
        most = lasting(max(note.amount for note in early))
        title = (
            f"{counted(len(early), 'span starts', 'spans start')} before the parent, by up to {most}: clocks differ."
        )
        yield _about(facts, early, "info", title, "clocks")
    yield from _without_start(facts)
    yield from _repaired(facts)


def _missing_parents(facts: MissionFacts, notes: list[TreeNote]) -> Iterator[Finding]:
    if not notes:
        return
    behind = sum(note.amount for note in notes)
    title = (
        f"{counted(len(notes), 'parent has', 'parents have')} not arrived: "
        f"{counted(behind, 'span names', 'spans name')} them as where they belong."
    )
    if len(notes) == 1:
        title = f"1 parent has not arrived: {counted(behind, 'span names', 'spans name')} it as where they belong."
    if behind == 1:
        title = "1 parent has not arrived: 1 span names it as where it belongs."
    yield _about(facts, notes, "warning", title, "parents")


def _without_start(facts: MissionFacts) -> Iterator[Finding]:
    spans = [row.span for row in facts.tree.rows if row.span is not None and row.span.start_ns is None]
    if spans:
        title = f"{counted(len(spans), 'span has', 'spans have')} no start time."
        refs = (span_ref(span) for span in spans[:100])
        yield make_finding(NAME, "info", title, refs, opened_ns=None, subject="starts")


def _repaired(facts: MissionFacts) -> Iterator[Finding]:
    spans = [row.span for row in facts.tree.rows if row.span is not None and row.span.warnings]
    if spans:
        title = f"{counted(len(spans), 'span was', 'spans were')} repaired on arrival."
        refs = (span_ref(span) for span in spans[:100])
        yield make_finding(NAME, "info", title, refs, opened_ns=None, subject="repairs")


def _about(facts: MissionFacts, notes: list[TreeNote], severity: str, title: str, subject: str) -> Finding:
    rows = [facts.tree.rows[note.row] for note in notes[:100]]
    starts = [start_ns for row in rows if row.span is not None and (start_ns := row.span.start_ns) is not None]
    refs = (key_ref(*row.key) for row in rows)
    return make_finding(NAME, severity, title, refs, opened_ns=min(starts, default=None), subject=subject)
