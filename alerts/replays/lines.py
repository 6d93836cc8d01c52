"""Numbers of groups, window after window, and the times in which something held of them."""

from collections.abc import Callable
from typing import NamedTuple

from alerts.measures.asking import Asked, Interval, Line
from alerts.records import Evidence
from core.nanotime import NS_PER_SECOND
from metrics.records import MetricQuery
from metrics.selectors import query

MOST_LINES = 20
Filters = tuple[tuple[str, str], ...]
Judge = Callable[[Line, int], str | None]
"""The sentence about a window of a line (by place) in which it holds; None where it does not."""


class Period(NamedTuple):
    """The time that is looked at."""

    since_ns: int
    until_ns: int


class Lines(NamedTuple):
    """The groups with most."""

    lines: list[Line]
    step_s: int
    """Length of a window."""
    unit: str

    def of(self, line: Line) -> Line:
        """The line of the same group here; one of nothing when there is none."""
        nothing: list[tuple[int, float | None]] = [(end_ns, None) for end_ns, _ in line.points]
        return next((each for each in self.lines if each.labels == line.labels), Line(line.labels, nothing))


def read_lines(asked: Asked, period: Period, metric: str, aggregation: str, filters: Filters, window_s: int) -> Lines:
    """What was measured in the period."""
    question = MetricQuery(
        name=metric,
        aggregation=aggregation,
        since_ns=period.since_ns,
        until_ns=period.until_ns,
        group_by=asked.group_by,
        filters=filters,
        step_s=window_s,
        limit=MOST_LINES,
    )
    answer = query(asked.project_id, question, now_ns=period.until_ns)
    step_ns = answer.step_s * NS_PER_SECOND
    lines = [
        Line(series.labels, [(begin_ns + step_ns, value) for begin_ns, value in series.points])
        for series in answer.series
        if set(series.labels) == set(asked.group_by)
    ]
    return Lines(lines, answer.step_s, answer.series[0].unit if answer.series else "")


def find_intervals(lines: Lines, judge: Judge, metric: str) -> list[Interval]:
    """Times in which it holds window after window, each told by its first window."""
    found: list[Interval] = []
    for line in lines.lines:
        running: Interval | None = None
        for place, (end_ns, _) in enumerate(line.points):
            told = judge(line, place)
            if told is None and running is not None:
                found.append(running._replace(until_ns=end_ns))
                running = None
            elif told is not None and running is None:
                running = Interval(line.labels, told, end_ns, None, Evidence(metric=metric, until_ns=str(end_ns)))
        if running is not None:
            found.append(running)
    return found
