"""The React client, as its pages tell: loading, errors, WebSockets, what people do."""

from metrics.dashboards.panels import BARS, Dashboard, Panel, PanelQuery, Tile, percentiles

LOADS, ERRORS, SOCKETS, DONE = (
    "missionscope.frontend.page_load", "missionscope.frontend.errors", "missionscope.frontend.websocket",
    "missionscope.frontend.interactions",
)  # fmt: skip
LOST = (("state", "lost"),)
DASHBOARD = Dashboard(
    slug="frontend",
    name="Frontend",
    tiles=(
        Tile("loads", "Pages loaded", PanelQuery(LOADS, "count"), is_better=""),
        Tile("p50", "Page load p50", PanelQuery(LOADS, "p50"), "s"),
        Tile("p90", "Page load p90", PanelQuery(LOADS, "p90"), "s"),
        Tile("errors", "JavaScript errors", PanelQuery(ERRORS, "sum")),
        Tile("sockets", "WebSockets lost", PanelQuery(SOCKETS, "sum", filters=LOST)),
        Tile("done", "Clicks and submits", PanelQuery(DONE, "sum"), is_better=""),
    ),
    panels=(
        Panel("loads", "Page load", percentiles(LOADS), "s", help="Spans documentLoad."),
        Panel("errors", "JavaScript errors", (PanelQuery(ERRORS, "sum"),), "", ("service",), BARS),
        Panel("sockets", "WebSocket changes", (PanelQuery(SOCKETS, "sum"),), "", ("state",), BARS),
        Panel(
            "lost", "WebSockets lost by service", (PanelQuery(SOCKETS, "sum", filters=LOST),), "", ("service",), BARS,
            help="Not by leaving the page.",
        ),
        Panel(
            "render", "Component rendering p90", (PanelQuery("react.component.render.duration", "p90"),), "s",
            ("component",), help="Pushed by pages.",
        ),
        Panel("done", "What people do", (PanelQuery(DONE, "sum"),), "", ("type",), BARS),
    ),
)  # fmt: skip
