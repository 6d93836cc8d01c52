"""Tool runs."""

from metrics.dashboards.panels import BARS, Dashboard, Panel, PanelQuery, Tile, percentiles

RUNS = "missionscope.tool.duration"
DASHBOARD = Dashboard(
    slug="tools",
    name="Tools",
    tiles=(
        Tile("runs", "Runs", PanelQuery(RUNS, "count"), is_better=""),
        Tile("failed", "Failed", PanelQuery(RUNS, "error_rate"), "ratio"),
        Tile("p50", "Duration p50", PanelQuery(RUNS, "p50"), "s"),
        Tile("p90", "Duration p90", PanelQuery(RUNS, "p90"), "s"),
        Tile("p99", "Duration p99", PanelQuery(RUNS, "p99"), "s"),
    ),
    panels=(
        Panel("runs", "Runs by tool", (PanelQuery(RUNS, "count"),), "", ("tool",), BARS),
        Panel("errors", "Failed runs by tool", (PanelQuery(RUNS, "error_rate"),), "ratio", ("tool",)),
        Panel("p90", "Duration p90 by tool", (PanelQuery(RUNS, "p90"),), "s", ("tool",)),
        Panel("all", "Duration", percentiles(RUNS), "s"),
        Panel("time", "Time spent by tool", (PanelQuery(RUNS, "sum"),), "s", ("tool",), BARS),
        Panel("agents", "Runs by agent", (PanelQuery(RUNS, "count"),), "", ("agent",), BARS),
    ),
)
