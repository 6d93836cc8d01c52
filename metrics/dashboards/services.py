"""Services and what they run on, as their OpenTelemetry SDKs and a Collector tell: names of its conventions."""

from metrics.dashboards.panels import BARS, Dashboard, Panel, PanelQuery, Tile, percentiles

REQUESTS, CPU, MEMORY = "http.server.request.duration", "process.cpu.utilization", "process.memory.usage"
ANSWERED, WORKED = "missionscope.request.duration", "missionscope.message.duration"
MESSAGES, QUEUED, CONNECTIONS = "messaging.process.duration", "rabbitmq.message.current", "db.client.connection.count"
DASHBOARD = Dashboard(
    slug="services",
    name="Services",
    tiles=(
        Tile("requests", "Requests", PanelQuery(REQUESTS, "count"), is_better=""),
        Tile("p99", "Requests p99", PanelQuery(REQUESTS, "p99"), "s"),
        Tile("errors", "Requests failed", PanelQuery(REQUESTS, "error_rate"), "ratio"),
        Tile("cpu", "CPU, most", PanelQuery(CPU, "max"), "ratio"),
        Tile("memory", "Memory, most", PanelQuery(MEMORY, "max"), "bytes"),
        Tile("queued", "Queued, most", PanelQuery(QUEUED, "max")),
    ),
    panels=(
        Panel("rate", "Requests per second", (PanelQuery(REQUESTS, "rate"),), "", ("service",), BARS),
        Panel("p90", "Requests p90 by route", (PanelQuery(REQUESTS, "p90"),), "s", ("http.route",)),
        Panel("p99", "Requests p99 by service", (PanelQuery(REQUESTS, "p99"),), "s", ("service",)),
        Panel("errors", "Requests failed by route", (PanelQuery(REQUESTS, "error_rate"),), "ratio", ("http.route",)),
        Panel(
            "endpoints", "Requests per second by endpoint", (PanelQuery(ANSWERED, "rate"),), "", ("endpoint",), BARS,
            help="Of spans of kind SERVER.",
        ),
        Panel(
            "endpoints-p90", "Requests p90 by endpoint", (PanelQuery(ANSWERED, "p90"),), "s", ("endpoint",),
            help="Of spans of kind SERVER.",
        ),
        Panel(
            "endpoints-p99", "Requests p99 by endpoint", (PanelQuery(ANSWERED, "p99"),), "s", ("endpoint",),
            help="Of spans of kind SERVER.",
        ),
        Panel(
            "endpoints-errors", "Requests failed by endpoint", (PanelQuery(ANSWERED, "error_rate"),), "ratio",
            ("endpoint",), help="Of spans of kind SERVER.",
        ),
        Panel("open", "Requests in progress", (PanelQuery("http.server.active_requests", "max"),), "", ("service",)),
        Panel("sockets", "WebSockets open", (PanelQuery("websocket.connections.active", "max"),), "", ("service",)),
        Panel("cpu", "CPU", (PanelQuery(CPU, "avg"),), "ratio", ("service",), help="Of a processor, on average."),
        Panel("memory", "Memory", (PanelQuery(MEMORY, "max"),), "bytes", ("service",)),
        Panel("pool", "Database connections", (PanelQuery(CONNECTIONS, "max"),), "", ("service",)),
        Panel("queued", "Messages queued", (PanelQuery(QUEUED, "max"),), "", ("rabbitmq.queue.name",)),
        Panel("messages", "Message processing", percentiles(MESSAGES), "s"),
        Panel(
            "worked", "Work on messages p90", (PanelQuery(WORKED, "p90"),), "s", ("operation",),
            help="Of spans of kind CONSUMER.",
        ),
        Panel("uptime", "Uptime", (PanelQuery("process.uptime", "max"),), "s", ("service",)),
    ),
    help="Pushed over OTLP, except what is measured of spans.",
)  # fmt: skip
