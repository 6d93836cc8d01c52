"""The assistant SDK: conversations, tools, people in the loop."""

from metrics.dashboards.panels import BARS, Dashboard, Panel, PanelQuery, Tile, percentiles

METHODS = "missionscope.sdk.duration"
ASKED = (("method", "HumanInTheLoop.ask"),)
TOOLS = (("method", "Tool.execute"),)
CONVERSATIONS = (("method", "Assistant.startConversation"),)
MESSAGES = (("method", "Conversation.sendMessage"),)
DASHBOARD = Dashboard(
    slug="sdk",
    name="SDK",
    tiles=(
        Tile("conversations", "Conversations", PanelQuery(METHODS, "count", filters=CONVERSATIONS), is_better=""),
        Tile("messages", "Messages", PanelQuery(METHODS, "count", filters=MESSAGES), is_better=""),
        Tile("asked", "People asked", PanelQuery(METHODS, "count", filters=ASKED), is_better=""),
        Tile("wait", "Answer p90", PanelQuery(METHODS, "p90", filters=ASKED), "s"),
        Tile("tools", "Tool.execute failed", PanelQuery(METHODS, "error_rate", filters=TOOLS), "ratio"),
        Tile("failed", "Calls failed", PanelQuery(METHODS, "error_rate"), "ratio"),
    ),
    panels=(
        Panel("calls", "Calls by method", (PanelQuery(METHODS, "count"),), "", ("method",), BARS),
        Panel("p90", "Duration p90 by method", (PanelQuery(METHODS, "p90"),), "s", ("method",)),
        Panel("errors", "Failed calls by method", (PanelQuery(METHODS, "error_rate"),), "ratio", ("method",)),
        Panel("asked", "HumanInTheLoop.ask", tuple(
            each._replace(filters=ASKED) for each in percentiles(METHODS)
        ), "s", help="How long people take."),
        Panel("tools", "Tool.execute", tuple(each._replace(filters=TOOLS) for each in percentiles(METHODS)), "s"),
        Panel(
            "open", "Conversations open", (PanelQuery("assistant.conversations.active", "max"),), "", ("service",),
            help="Pushed by the SDK.",
        ),
        Panel("lasting", "Conversation duration", percentiles("assistant.conversation.duration"), "s"),
        Panel("answers", "Wait for people", percentiles("missionscope.human.wait"), "s"),
        Panel("messages", "Conversation.sendMessage", tuple(
            each._replace(filters=MESSAGES) for each in percentiles(METHODS)
        ), "s"),
    ),
)  # fmt: skip
