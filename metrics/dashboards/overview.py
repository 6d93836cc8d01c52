"""How all is going."""

from metrics.dashboards.panels import BARS, Dashboard, Panel, PanelQuery, Tile, percentiles

DASHBOARD = Dashboard(
    slug="overview",
    name="Overview",
    tiles=(
        Tile("missions", "Missions ended", PanelQuery("missionscope.missions.ended", "sum"), is_better=""),
        Tile("failed", "Missions failed", PanelQuery("missionscope.mission.duration", "error_rate"), "ratio"),
        Tile("mission-p90", "Mission p90", PanelQuery("missionscope.mission.duration", "p90"), "s"),
        Tile("llm-p90", "Model call p90", PanelQuery("missionscope.llm.duration", "p90"), "s"),
        Tile("llm-errors", "Model calls failed", PanelQuery("missionscope.llm.duration", "error_rate"), "ratio"),
        Tile("tool-errors", "Tool runs failed", PanelQuery("missionscope.tool.duration", "error_rate"), "ratio"),
        Tile("tokens", "Tokens", PanelQuery("missionscope.llm.tokens", "sum"), "tokens"),
        Tile("cost", "Cost", PanelQuery("missionscope.llm.cost", "sum"), "USD"),
    ),
    panels=(
        Panel(
            "ended", "Missions ended", (PanelQuery("missionscope.missions.ended", "sum"),),
            group_by=("status",), shape=BARS, help="By how they ended.",
        ),
        Panel("active", "Missions and agents at work", (
            PanelQuery("missionscope.missions.active", "max", "missions"),
            PanelQuery("missionscope.agents.active", "max", "agents"),
        ), help="The most at one time."),
        Panel("mission", "Mission duration", percentiles("missionscope.mission.duration"), "s"),
        Panel("llm", "Model call latency", percentiles("missionscope.llm.duration"), "s"),
        Panel(
            "tool-errors", "Tool runs that failed", (PanelQuery("missionscope.tool.duration", "error_rate"),), "ratio",
            group_by=("tool",),
        ),
        Panel(
            "cost", "Cost", (PanelQuery("missionscope.llm.cost", "sum"),), "USD", group_by=("model",), shape=BARS,
        ),
        Panel(
            "requests", "Requests p99", (PanelQuery("missionscope.request.duration", "p99"),), "s",
            group_by=("service",), help="Of spans of kind SERVER.",
        ),
        Panel(
            "request-errors", "Requests that failed", (PanelQuery("missionscope.request.duration", "error_rate"),),
            "ratio", group_by=("service",),
        ),
        Panel(
            "errors", "Errors", (PanelQuery("missionscope.errors", "sum"),), group_by=("service",), shape=BARS,
        ),
        Panel("tokens", "Tokens", (PanelQuery("missionscope.llm.tokens", "sum"),), "tokens", ("direction",), BARS),
        Panel(
            "steps", "Steps that failed", (PanelQuery("missionscope.step.duration", "error_rate"),), "ratio",
            group_by=("verb",),
        ),
        Panel(
            "logs", "Log records", (PanelQuery("missionscope.log.records", "sum"),), group_by=("severity",),
            shape=BARS,
        ),
    ),
)  # fmt: skip
