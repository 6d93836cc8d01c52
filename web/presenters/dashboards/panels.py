"""A panel's answer as the page's script draws it (static/js/dashboards/figure.js). Pure."""

from collections.abc import Sequence
from typing import Any

from metrics.dashboards.panels import BARS, Panel, PanelQuery
from metrics.records import OTHER, MetricAnswer, MetricSeries
from web.presenters.dashboards.period import Period
from web.presenters.dashboards.values import format_value

MS = 1_000_000
UNNAMED = "not named"


def present_panel(
    panel: Panel,
    period: Period,
    answers: Sequence[MetricAnswer],
    totals: Sequence[MetricAnswer],
    before: Sequence[MetricAnswer],
) -> dict[str, Any]:
    """Its series in the order of the queries, each with its total over the period.

    With `before` each also has the period before, moved onto this one.
    """
    shift_ns = period.until_ns - period.since_ns
    series = []
    for index, (asked, answer) in enumerate(zip(panel.queries, answers, strict=True)):
        older = {_key(each): each for each in before[index].series} if before else {}
        whole = {_key(each): each.points[0][1] for each in totals[index].series}
        for each in answer.series:
            shown = _present(panel, asked, each, whole.get(_key(each)))
            if before:
                shown["previous"] = _points(older[_key(each)], panel, shift_ns) if _key(each) in older else []
            series.append(shown)
    return {
        "shape": panel.shape,
        "unit": panel.unit,
        "step_s": max((answer.step_s for answer in answers), default=period.step_s),
        "since_ms": period.since_ns // MS,
        "until_ms": period.until_ns // MS,
        "other_count": sum(answer.other_count for answer in answers),
        "series": series,
    }


def _present(panel: Panel, asked: PanelQuery, series: MetricSeries, total: float | None) -> dict[str, Any]:
    label = ", ".join(value or UNNAMED for value in series.labels.values()) or asked.label or asked.aggregation
    is_folded = series.labels.get(OTHER) == "true"
    return {
        "label": "all others" if is_folded else label,
        "status": OTHER if is_folded else label,
        "metric": asked.name,
        "labels": {} if is_folded else dict(asked.filters) | series.labels,
        "points": _points(series, panel, 0),
        "previous": None,
        "summary": format_value(total, panel.unit),
    }


def _points(series: MetricSeries, panel: Panel, shift_ns: int) -> list[tuple[int, float | None, str]]:
    """Moment in ms, value, and how it reads."""
    empty = 0.0 if panel.shape == BARS else None
    return [
        ((time_ns + shift_ns) // MS, empty if value is None else value, format_value(value, panel.unit))
        for time_ns, value in series.points
    ]


def _key(series: MetricSeries) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(series.labels.items()))
