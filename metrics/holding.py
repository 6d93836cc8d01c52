"""What levels are in the minutes in which nothing was measured of them. No Django here.

A pushed gauge stays at its last value for some minutes, as in Prometheus: its sender may push less often than a minute,
or miss one. A derived gauge is known in every minute that has been computed: where it has no row it is 0.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from core.nanotime import NS_PER_SECOND
from metrics.cells import Cell
from metrics.levels import MINUTE_NS, MINUTE_S
from metrics.steps import Buckets

HELD_MINUTES = 5
SETTLED_NS = 45 * NS_PER_SECOND
"""So long after its end a minute has been computed."""
HELD = frozenset({"sum", "avg", "min", "max", "last"})
"""Aggregations that tell levels. What was not measured is not counted."""
Rows = Sequence[tuple[Any, ...]]
"""Of one series, as `metrics.current.read_current` gives them, by time."""


def find_reach_ns(aggregation: str, buckets: Buckets) -> int:
    """How far before the first bucket a value may be that is held in it. Only minutes tell when it was measured."""
    is_held = aggregation in HELD and buckets.level_s == MINUTE_S and buckets.count > 1
    return HELD_MINUTES * MINUTE_NS if is_held else 0


def hold_values(cells: dict[int, Cell], rows: Rows, buckets: Buckets, now_ns: int) -> None:
    """Give buckets without a measurement of a series the last value before them, for HELD_MINUTES at most."""
    step_ns = buckets.step_s * NS_PER_SECOND
    known = [(row[1], row[6]) for row in rows if row[6] is not None]
    until_ns = min(buckets.until_ns, now_ns)
    for (bucket_ns, value), (next_ns, _) in pairwise([*known, (until_ns, 0.0)]):
        end_ns = min(next_ns, until_ns, bucket_ns + (HELD_MINUTES + 1) * MINUTE_NS)
        for minute_ns in range(bucket_ns + MINUTE_NS, end_ns, MINUTE_NS):
            place = (minute_ns - buckets.since_ns) // step_ns
            if place >= 0 and place not in cells:
                cells[place] = _level(value, bucket_ns)


def fill_idle(cells: dict[int, Cell], first_ns: int, buckets: Buckets, now_ns: int) -> None:
    """Count the minutes of a derived gauge that have no row as 0: from its first one to the last that was computed."""
    step_ns = buckets.step_s * NS_PER_SECOND
    since_ns = max(buckets.since_ns, first_ns - first_ns % MINUTE_NS)
    until_ns = min(buckets.until_ns, now_ns - SETTLED_NS)
    for place in range(max(0, (since_ns - buckets.since_ns) // step_ns), buckets.count):
        begin_ns = buckets.since_ns + place * step_ns
        minutes = (min(begin_ns + step_ns, until_ns) - max(begin_ns, since_ns)) // MINUTE_NS
        cell = cells.get(place)
        if minutes <= (cell.count if cell is not None else 0):
            continue
        if cell is None:
            cell = cells[place] = Cell()
            cell.take_last(0.0, begin_ns)
        cell.count = minutes
        cell.take_sum(0.0)
        cell.take_extremes(0.0, 0.0)


def _level(value: float, time_ns: int) -> Cell:
    cell = Cell(count=1)
    cell.take_sum(value)
    cell.take_extremes(value, value)
    cell.take_last(value, time_ns)
    return cell
