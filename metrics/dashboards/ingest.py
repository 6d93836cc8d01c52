"""How MissionScope itself keeps up with what is sent."""

from metrics.dashboards.panels import BARS, Dashboard, Panel, PanelQuery, Tile, percentiles

RECORDS, REQUESTS, LAG = "missionscope.ingest.records", "missionscope.ingest.duration", "missionscope.ingest.lag"
REFUSED = (("outcome", "rejected"),)
TAKEN = (("outcome", "accepted"),)
DASHBOARD = Dashboard(
    slug="ingest",
    name="Ingest health",
    tiles=(
        Tile("taken", "Records stored", PanelQuery(RECORDS, "sum", filters=TAKEN), is_better=""),
        Tile("rate", "Records per second", PanelQuery(RECORDS, "rate", filters=TAKEN), is_better=""),
        Tile("refused", "Records refused", PanelQuery(RECORDS, "sum", filters=REFUSED)),
        Tile("requests", "Requests", PanelQuery(REQUESTS, "count"), is_better=""),
        Tile("p99", "Answered p99", PanelQuery(REQUESTS, "p99"), "s"),
        Tile("lag", "Longest lag", PanelQuery(LAG, "max"), "s"),
    ),
    panels=(
        Panel("doors", "Records stored by door", (PanelQuery(RECORDS, "sum", filters=TAKEN),), "", ("door",), BARS),
        Panel(
            "refused", "Records refused by door", (PanelQuery(RECORDS, "sum", filters=REFUSED),), "", ("door",), BARS
        ),
        Panel(
            "answered",
            "Until the answer",
            percentiles(REQUESTS),
            "s",
            help="From the request's begin; 200 means stored.",
        ),
        Panel("by-door", "Until the answer p99 by door", (PanelQuery(REQUESTS, "p99"),), "s", ("door",)),
        Panel("status", "Answers", (PanelQuery(REQUESTS, "count"),), "", ("status",), BARS),
        Panel(
            "lag", "Behind what is stored", (PanelQuery(LAG, "max"),), "s", ("job",), help="Search, totals, metrics."
        ),
    ),
)
