"""Which failure came first and which followed from it: ranking of failures with cascades put aside."""

import msgspec

from analysis.algorithms.outcome import RETRIED, MissionOutcome
from analysis.algorithms.tree import ROOT, MissionTree

_NO_TIME = 1 << 80
_MESSAGE_LENGTH = 8
"""A shorter error message is no evidence that two spans report the same error."""


class Failure(msgspec.Struct, frozen=True):
    """A span that failed of itself: no failure below it explains it."""

    row: int
    moment_ns: int | None
    """When it failed: its end, else its start."""
    is_decisive: bool
    """Nothing recovered from it: it, and what is above it, failed."""
    follows: int | None
    """Row of the decisive failure that came before it began; None for a cause."""
    above: tuple[int, ...]
    """Rows above it that failed with it, nearest first."""


def rank_failures(tree: MissionTree, outcome: MissionOutcome) -> tuple[Failure, ...]:
    """All failures of their own: causes first, then what followed, then what was recovered from; by time in each."""
    moments = _moments(tree)
    origins = _origins(tree, outcome, moments)
    decisive = _same_error_below(tree, outcome, moments, origins)
    found: list[Failure] = []
    rows = sorted({origin for origin in origins if origin != ROOT} | decisive, key=lambda at: (moments[at], at))
    first: int | None = None
    for at in rows:
        is_decisive = not outcome.settled[at] or at in decisive
        follows = None
        if is_decisive and first is None:
            first = at
        elif is_decisive and first is not None and _starts(tree, at) >= moments[first]:
            follows = first
        moment_ns = None if moments[at] == _NO_TIME else moments[at]
        found.append(Failure(at, moment_ns, is_decisive, follows, _failed_above(tree, outcome, at)))
    return tuple(sorted(found, key=lambda each: (not each.is_decisive, each.follows is not None)))


def find_last_failure_below(tree: MissionTree, outcome: MissionOutcome, row: int) -> int | None:
    """The row of the last failure below a row that no later attempt made good; None without one."""
    latest: tuple[int, int] | None = None
    at = row + 1
    while at < tree.rows[row].end:
        if outcome.recoveries[at] == RETRIED:
            at = tree.rows[at].end
            continue
        span = tree.rows[at].span
        moment_ns = None if span is None else span.end_ns if span.end_ns is not None else span.start_ns
        if outcome.failures[at] and moment_ns is not None and (latest is None or (moment_ns, at) > latest):
            latest = moment_ns, at
        at += 1
    return None if latest is None else latest[1]


def _moments(tree: MissionTree) -> list[int]:
    moments = []
    for row in tree.rows:
        moment_ns = None
        if row.span is not None:
            moment_ns = row.span.end_ns if row.span.end_ns is not None else row.span.start_ns
        moments.append(_NO_TIME if moment_ns is None else moment_ns)
    return moments


def _starts(tree: MissionTree, at: int) -> int:
    span = tree.rows[at].span
    return -1 if span is None or span.start_ns is None else span.start_ns


def _origins(tree: MissionTree, outcome: MissionOutcome, moments: list[int]) -> list[int]:
    """For every failed row the row it comes from: the earliest below it that was not recovered, else itself."""
    origins = [ROOT] * len(tree.rows)
    below: list[int] = [ROOT] * len(tree.rows)
    for row in reversed(tree.rows):
        at = row.index
        if outcome.statuses[at] != "failed":
            continue
        if below[at] != ROOT:
            origins[at] = below[at]
        elif outcome.failures[at]:
            origins[at] = at
        if row.parent != ROOT and origins[at] != ROOT and not outcome.recoveries[at]:
            known = below[row.parent]
            if known == ROOT or (moments[origins[at]], origins[at]) < (moments[known], known):
                below[row.parent] = origins[at]
    return origins


def _same_error_below(tree: MissionTree, outcome: MissionOutcome, moments: list[int], origins: list[int]) -> set[int]:
    """Where a span that failed for good repeats the message of a failure below it, that one is the cause.

    Takes the last such failure; looks once below each topmost failed span, so the whole is linear.
    """
    causes: set[int] = set()
    at = 0
    while at < len(tree.rows):
        row = tree.rows[at]
        if outcome.statuses[at] != "failed":
            at += 1
            continue
        span = row.span
        if origins[at] == at and span is not None and len(span.status_message) >= _MESSAGE_LENGTH:
            cause = max(
                (each for each in range(at + 1, row.end) if _repeats(tree, outcome, each, span.status_message)),
                key=lambda each: (moments[each], each),
                default=None,
            )
            if cause is not None and not outcome.settled[at]:
                origins[at] = ROOT
                causes.add(cause)
        at = row.end
    return causes


def _repeats(tree: MissionTree, outcome: MissionOutcome, at: int, message: str) -> bool:
    span = tree.rows[at].span
    if span is None or not outcome.failures[at] or len(span.status_message) < _MESSAGE_LENGTH:
        return False
    return span.status_message in message or message in span.status_message


def _failed_above(tree: MissionTree, outcome: MissionOutcome, at: int) -> tuple[int, ...]:
    above: list[int] = []
    parent = tree.rows[at].parent
    while parent != ROOT and len(above) < 50:
        if outcome.statuses[parent] == "failed":
            above.append(parent)
        parent = tree.rows[parent].parent
    return tuple(above)
