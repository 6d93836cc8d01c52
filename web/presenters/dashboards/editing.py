"""The form of a panel: what it offers, and the panel it stands for. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.http import QueryDict

from core.errors import FieldError, InvalidInput, MissionScopeError
from metrics.dashboards.panels import AGGREGATIONS, BARS, LINES, UNITS, Dashboard, Panel, PanelQuery
from metrics.records import MetricInfo

SHAPE_WORDS = {LINES: "Lines", BARS: "Stacked bars"}
UNIT_WORDS = {
    "": "Numbers",
    "s": "Durations (seconds)",
    "tokens": "Tokens",
    "USD": "Money (USD)",
    "ratio": "Shares (0 to 1)",
    "bytes": "Sizes (bytes)",
}
AGGREGATION_WORDS = {
    "count": "Count", "rate": "Rate per second", "sum": "Sum", "avg": "Average", "min": "Least", "max": "Most",
    "last": "Newest", "p50": "p50", "p90": "p90", "p95": "p95", "p99": "p99", "error_rate": "Share that failed",
}  # fmt: skip


def present_editing(
    dashboard: Dashboard, metrics: Sequence[MetricInfo], asked: QueryDict, error: MissionScopeError | None
) -> dict[str, Any]:
    """Context of dashboards/edit.html: what was sent, when it was refused, else the panel that is chosen."""
    chosen = dashboard.find_panel(asked.get("panel", ""))
    return {
        "dashboard": dashboard,
        "chosen": chosen,
        "form": {name: asked.get(name, "") for name in FIELDS} if error else _fill(chosen),
        "panels": [_present_row(panel) for panel in dashboard.panels],
        "metrics": metrics,
        "labels": sorted({label for metric in metrics for label in metric.labels}),
        "aggregations": [(each, AGGREGATION_WORDS[each]) for each in AGGREGATIONS],
        "units": [(each, UNIT_WORDS[each]) for each in UNITS],
        "shapes": list(SHAPE_WORDS.items()),
        "error": error,
    }


class PanelRow(NamedTuple):
    """A panel in the table."""

    key: str
    title: str
    metric: str
    shows: str
    group_by: tuple[str, ...]


def _present_row(panel: Panel) -> PanelRow:
    query = panel.queries[0]
    return PanelRow(panel.key, panel.title, query.name, AGGREGATION_WORDS[query.aggregation], panel.group_by)


FIELDS = ("title", "metric", "aggregation", "group_by", "filter", "unit", "shape")


def read_panel_form(sent: QueryDict) -> Panel:
    """The panel a form stands for. Raises InvalidInput."""
    query = PanelQuery(
        name=sent.get("metric", "").strip(),
        aggregation=sent.get("aggregation", ""),
        filters=_read_filters(sent.get("filter", "")),
    )
    return Panel(
        key=sent.get("panel", ""),
        title=sent.get("title", "").strip(),
        queries=(query,),
        unit=sent.get("unit", ""),
        group_by=tuple(part.strip() for part in sent.get("group_by", "").split(",") if part.strip()),
        shape=sent.get("shape", ""),
    )


def read_revision(sent: QueryDict) -> int:
    """Which state of the dashboard the form was made from. Raises InvalidInput."""
    text = sent.get("revision", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput(errors=(FieldError("revision", "must be a number"),))
    return int(text)


def _read_filters(text: str) -> tuple[tuple[str, str], ...]:
    """`model=gpt-4o, agent=writer`."""
    pairs = [part.strip() for part in text.split(",") if part.strip()]
    if any("=" not in pair for pair in pairs):
        raise InvalidInput(errors=(FieldError("filter", "must be LABEL=VALUE, separated by commas"),))
    return tuple((name.strip(), value.strip()) for name, _, value in (pair.partition("=") for pair in pairs))


def _fill(panel: Panel | None) -> dict[str, str]:
    if panel is None:
        return dict.fromkeys(FIELDS, "") | {"aggregation": "count", "shape": LINES}
    query = panel.queries[0]
    return {
        "title": panel.title,
        "metric": query.name,
        "aggregation": query.aggregation,
        "group_by": ", ".join(panel.group_by),
        "filter": ", ".join(f"{name}={value}" for name, value in query.filters),
        "unit": panel.unit,
        "shape": panel.shape,
    }
