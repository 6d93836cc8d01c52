"""How the steps of a mission grew in number: quiet at first, then many. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from analysis.algorithms.wording import SECOND_NS, counted

MOST_PIECES = 12
BURST = 5
"""Steps in one piece of time that are a burst."""


class Growth(NamedTuple):
    """The part of a mission in which its steps came."""

    words: str
    last_ns: int


def find_growth(times_ns: Sequence[int]) -> Growth | None:
    """Words for the growth: `1 step in the first 30 s, then 70 in 36 s (by 10 s: 22, 14, 15, 19)`.

    None where there was no burst.
    """
    if not times_ns:
        return None
    ordered = sorted(times_ns)
    first_ns, last_ns = ordered[0], ordered[-1]
    width_ns = _width(last_ns - first_ns)
    pieces = [0] * ((last_ns - first_ns) // width_ns + 1)
    for time_ns in ordered:
        pieces[(time_ns - first_ns) // width_ns] += 1
    began = next((at for at, count in enumerate(pieces) if count >= BURST), None)
    if began is None:
        return None
    before = sum(pieces[:began])
    burst_ns = ordered[before]
    took = f"{_seconds(last_ns - burst_ns)} s (by {_seconds(width_ns)} s: {', '.join(map(str, pieces[began:]))})"
    if not before:
        return Growth(f"{counted(len(ordered), 'step')} in {took}", last_ns)
    calm = f"{counted(before, 'step')} in the first {_seconds(began * width_ns)} s"
    return Growth(f"{calm}, then {len(ordered) - before} in {took}", last_ns)


def _width(span_ns: int) -> int:
    """The length of a piece: a round one, so that there are few."""
    width = 1
    for step in (1, 10, 60, 600, 3_600, 21_600, 86_400):
        width = step
        if span_ns < MOST_PIECES * step * SECOND_NS:
            break
    return max(width * SECOND_NS, span_ns // MOST_PIECES if span_ns >= MOST_PIECES * width * SECOND_NS else 0)


def _seconds(duration_ns: int) -> int:
    return (duration_ns + SECOND_NS // 2) // SECOND_NS
