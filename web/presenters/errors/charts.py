"""Events over time as bars."""

from collections.abc import Sequence
from typing import NamedTuple

from web.presenters.formats import format_count, format_time


class Bar(NamedTuple):
    """One part of the time, in the units of its drawing."""

    x: float
    y: float
    width: float
    height: float
    title: str


class Chart(NamedTuple):
    """Bars in a frame of `width` by `height`."""

    bars: list[Bar]
    width: int
    height: int
    words: str
    """What it shows, for those who do not see it."""
    most: int
    """Events of the tallest bar."""
    start: str
    end: str


def present_chart(counts: Sequence[int], *, since_ns: int, until_ns: int, step: float, height: int) -> Chart:
    """The chart: the tallest bar fills it."""
    most, total = max(counts, default=0), sum(counts)
    width_ns = max(1, (until_ns - since_ns) // max(1, len(counts)))
    bars = [
        _bar(index, count, most, since_ns + index * width_ns, step=step, height=height)
        for index, count in enumerate(counts)
    ]
    start, end = format_time(since_ns)[:16], format_time(until_ns)[:16]
    words = f"{format_count(total)} events from {start} to {end} UTC, at most {format_count(most)} at a time"
    return Chart(bars, round(len(counts) * step), height, words, most, start, end)


def _bar(index: int, count: int, most: int, start_ns: int, *, step: float, height: int) -> Bar:
    tall = max(2.0, round(count * height / most, 1)) if count else 1.0
    title = f"{format_time(start_ns)[:19]} UTC: {format_count(count)} events"
    return Bar(round(index * step, 2), height - tall, step - 1, tall if count else 0, title)
