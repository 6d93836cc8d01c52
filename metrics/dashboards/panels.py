"""What a dashboard is made of: panels, each a small form of queries. Plain values: people's own are no different."""

from typing import NamedTuple

AGGREGATIONS = (
    "count", "rate", "sum", "avg", "min", "max", "last", "p50", "p90", "p95", "p99", "error_rate",
)  # fmt: skip
UNITS = ("", "s", "tokens", "USD", "ratio", "bytes")
"""How values read: plain numbers, durations, tokens, money, shares of one, sizes."""
LINES, BARS = "lines", "bars"
SHAPES = (LINES, BARS)


class PanelQuery(NamedTuple):
    """One question of a panel."""

    name: str
    """Of the metric."""
    aggregation: str
    label: str = ""
    """How its series is called when it is not grouped."""
    filters: tuple[tuple[str, str], ...] = ()
    """Labels and the value each must have."""


class Panel(NamedTuple):
    """One chart."""

    key: str
    title: str
    queries: tuple[PanelQuery, ...]
    unit: str = ""
    group_by: tuple[str, ...] = ()
    shape: str = LINES
    help: str = ""
    is_wide: bool = False


class Tile(NamedTuple):
    """One number over the whole range, beside what it was in the period before."""

    key: str
    title: str
    query: PanelQuery
    unit: str = ""
    is_better: str = "less"
    """Which way is good news: `less`, `more`, or empty for neither."""


class Dashboard(NamedTuple):
    """One page of panels."""

    slug: str
    name: str
    panels: tuple[Panel, ...]
    tiles: tuple[Tile, ...] = ()
    help: str = ""
    pk: int | None = None
    """Of a dashboard that somebody saved."""
    revision: int = 0
    """Of a saved one: how often it was changed."""

    def find_panel(self, key: str) -> Panel | None:
        """The panel of that key."""
        return next((panel for panel in self.panels if panel.key == key), None)


def percentiles(name: str, *wanted: str) -> tuple[PanelQuery, ...]:
    """The usual lines of a distribution."""
    return tuple(PanelQuery(name, each, label=each) for each in wanted or ("p50", "p90", "p99"))
