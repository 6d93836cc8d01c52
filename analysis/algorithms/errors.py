"""What is one error of a mission: where a failure began. No Django here.

A failure goes up through the spans around it and is told by log records on its way. It counts once: at the span that
failed by its own record and holds no other that did. A log record tells of an error of its own where no span around it
failed. The same spans and records in any order give the same errors.
"""

from collections.abc import Iterable
from itertools import accumulate

from analysis.algorithms.tree import ROOT, MissionTree
from telemetry.meaning import WAITS_FOR_A_PERSON
from traces.records import ErrorLogs, SpanRow

SIDES = (0, 1)


def find_error_spans(tree: MissionTree) -> list[SpanRow]:
    """The spans that failed and hold none that did, in order of the tree."""
    before = [0, *accumulate(has_failed(row.span) for row in tree.rows)]
    return [
        row.span
        for row in tree.rows
        if row.span is not None and has_failed(row.span) and before[row.end] == before[row.index + 1]
    ]


def find_error_logs(tree: MissionTree, logs: Iterable[ErrorLogs]) -> list[ErrorLogs]:
    """Those with no failed span around them."""
    is_within = [False] * len(tree.rows)
    for row in tree.rows:
        is_within[row.index] = has_failed(row.span) or (row.parent != ROOT and is_within[row.parent])
    return [log for log in logs if not any(is_within[row] for row in _rows_of(tree, log))]


def has_failed(span: SpanRow | None) -> bool:
    """Whether it ended and says itself that it failed. What a plan tells without a span does not."""
    if span is None or span.pk < 0 or span.end_ns is None:
        return False
    return span.status_code == "ERROR" or span.error_type not in ("", WAITS_FOR_A_PERSON)


def _rows_of(tree: MissionTree, log: ErrorLogs) -> list[int]:
    keys = ((log.trace_id, log.span_id, side) for side in SIDES)
    return [tree.index[key] for key in keys if key in tree.index]
