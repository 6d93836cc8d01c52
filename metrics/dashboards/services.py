"""Services and what they run on, as their OpenTelemetry SDKs and a Collector tell: names of its conventions."""

from metrics.dashboards.panels import BARS, Dashboard, Panel, PanelQuery, Tile, percentiles

REQUESTS, CPU, MEMORY = "http.server.request.duration", "process.cpu.utilization", "process.memory.usage"
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
        Panel("open", "Requests in progress", (PanelQuery("http.server.active_requests", "max"),), "", ("service",)),
        Panel("sockets", "WebSockets open", (PanelQuery("websocket.connections.active", "max"),), "", ("service",)),
        Panel("cpu", "CPU", (PanelQuery(CPU, "avg"),), "ratio", ("service",), help="Of a processor, on average."),
        Panel("memory", "Memory", (PanelQuery(MEMORY, "max"),), "bytes", ("service",)),
        Panel("pool", "Database connections", (PanelQuery(CONNECTIONS, "max"),), "", ("service",)),
        Panel("queued", "Messages queued", (PanelQuery(QUEUED, "max"),), "", ("rabbitmq.queue.name",)),
        Panel("messages", "Message processing", percentiles(MESSAGES), "s"),
        Panel("uptime", "Uptime", (PanelQuery("process.uptime", "max"),), "s", ("service",)),
    ),
    help="Pushed over OTLP.",
)
