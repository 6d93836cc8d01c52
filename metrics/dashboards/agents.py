"""Agents, their steps, and whom they wait for."""

from metrics.dashboards.panels import BARS, Dashboard, Panel, PanelQuery, Tile, percentiles

STEPS, QUEUE, HUMAN = "missionscope.step.duration", "missionscope.step.queue_wait", "missionscope.human.wait"
DASHBOARD = Dashboard(
    slug="agents",
    name="Agents",
    tiles=(
        Tile("agents", "Agents at work", PanelQuery("missionscope.agents.active", "max"), is_better=""),
        Tile("steps", "Steps ended", PanelQuery(STEPS, "count"), is_better=""),
        Tile("failed", "Steps failed", PanelQuery(STEPS, "error_rate"), "ratio"),
        Tile("p90", "Step p90", PanelQuery(STEPS, "p90"), "s"),
        Tile("queue", "Queue wait p90", PanelQuery(QUEUE, "p90"), "s"),
        Tile("human", "Wait for people p90", PanelQuery(HUMAN, "p90"), "s"),
    ),
    panels=(
        Panel("active", "At work", (
            PanelQuery("missionscope.agents.active", "max", "agents"),
            PanelQuery("missionscope.missions.active", "max", "missions"),
        ), help="The most at one time."),
        Panel("agents", "Agent duration p90", (PanelQuery("missionscope.agent.duration", "p90"),), "s", ("agent",)),
        Panel("verbs", "Steps by verb", (PanelQuery(STEPS, "count"),), "", ("verb",), BARS),
        Panel("errors", "Failed steps by verb", (PanelQuery(STEPS, "error_rate"),), "ratio", ("verb",)),
        Panel("classes", "Failed steps by agent class", (PanelQuery(STEPS, "error_rate"),), "ratio", ("agent_class",)),
        Panel("p90", "Step duration p90 by verb", (PanelQuery(STEPS, "p90"),), "s", ("verb",)),
        Panel("queue", "Queue wait", percentiles(QUEUE), "s", help="From a step's creation to its start."),
        Panel("human", "Wait for people", percentiles(HUMAN), "s", help="From a question to its answer."),
        Panel("missions", "Mission duration", percentiles("missionscope.mission.duration"), "s"),
    ),
)  # fmt: skip
