"""Model calls: tokens, money, time, failures."""

from metrics.dashboards.panels import BARS, Dashboard, Panel, PanelQuery, Tile, percentiles

CALLS, FIRST, TOKENS, COST = (
    "missionscope.llm.duration", "missionscope.llm.first_token", "missionscope.llm.tokens", "missionscope.llm.cost",
)  # fmt: skip
DASHBOARD = Dashboard(
    slug="llm",
    name="LLM",
    tiles=(
        Tile("calls", "Calls", PanelQuery(CALLS, "count"), is_better=""),
        Tile("failed", "Failed", PanelQuery(CALLS, "error_rate"), "ratio"),
        Tile("p50", "Latency p50", PanelQuery(CALLS, "p50"), "s"),
        Tile("p99", "Latency p99", PanelQuery(CALLS, "p99"), "s"),
        Tile("first", "First token p90", PanelQuery(FIRST, "p90"), "s"),
        Tile("in", "Tokens in", PanelQuery(TOKENS, "sum", filters=(("direction", "input"),)), "tokens"),
        Tile("out", "Tokens out", PanelQuery(TOKENS, "sum", filters=(("direction", "output"),)), "tokens"),
        Tile("cost", "Cost", PanelQuery(COST, "sum"), "USD"),
    ),
    panels=(
        Panel("tokens", "Tokens", (PanelQuery(TOKENS, "sum"),), "tokens", ("direction",), BARS),
        Panel("cost", "Cost by model", (PanelQuery(COST, "sum"),), "USD", ("model",), BARS),
        Panel("latency", "Latency", percentiles(CALLS), "s"),
        Panel("latency-model", "Latency p90 by model", (PanelQuery(CALLS, "p90"),), "s", ("model",)),
        Panel("latency-provider", "Latency p90 by provider", (PanelQuery(CALLS, "p90"),), "s", ("provider",)),
        Panel("latency-service", "Latency p90 by service", (PanelQuery(CALLS, "p90"),), "s", ("service",)),
        Panel("first", "Time to first token", percentiles(FIRST), "s"),
        Panel("first-model", "First token p90 by model", (PanelQuery(FIRST, "p90"),), "s", ("model",)),
        Panel("errors", "Failed calls by model", (PanelQuery(CALLS, "error_rate"),), "ratio", ("model",)),
        Panel("calls", "Calls by model", (PanelQuery(CALLS, "count"),), "", ("model",), BARS),
        Panel("providers", "Calls by provider", (PanelQuery(CALLS, "count"),), "", ("provider",), BARS),
        Panel("models", "Tokens by model", (PanelQuery(TOKENS, "sum"),), "tokens", ("model",), BARS),
        Panel("busy", "Calls by agent", (PanelQuery(CALLS, "count"),), "", ("agent",), BARS),
        Panel("agents", "Cost by agent", (PanelQuery(COST, "sum"),), "USD", ("agent",), BARS),
    ),
)
