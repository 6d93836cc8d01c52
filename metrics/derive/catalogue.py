"""The derived metrics, each with its labels. docs/derived-metrics.md lists them. No Django here."""

from typing import NamedTuple

HISTOGRAM, SUM, GAUGE = "histogram", "sum", "gauge"


class Metric(NamedTuple):
    """A derived metric."""

    name: str
    kind: str
    """histogram (a distribution with failures counted), sum (an amount), gauge (how many at a time)."""
    unit: str
    description: str
    labels: tuple[str, ...] = ()
    """Beside the service, which a series has as a field of its own."""


REQUEST = Metric(
    "missionscope.request.duration",
    HISTOGRAM,
    "s",
    "How long services took to answer: SERVER spans.",
    ("endpoint", "status"),
)
MESSAGE = Metric(
    "missionscope.message.duration",
    HISTOGRAM,
    "s",
    "How long services took to work on messages of queues: CONSUMER spans.",
    ("operation",),
)
AGENT = Metric("missionscope.agent.duration", HISTOGRAM, "s", "How long agents worked: AGENT spans.", ("agent",))
LLM = Metric("missionscope.llm.duration", HISTOGRAM, "s", "How long model calls took.", ("model", "provider", "agent"))
FIRST_TOKEN = Metric(
    "missionscope.llm.first_token",
    HISTOGRAM,
    "s",
    "How long model calls took to their first token.",
    ("model", "provider", "agent"),
)
TOKENS = Metric(
    "missionscope.llm.tokens",
    SUM,
    "{token}",
    "Tokens of model calls. Input includes cache_read, output includes reasoning.",
    ("model", "provider", "agent", "direction"),
)
COST = Metric("missionscope.llm.cost", SUM, "USD", "What model calls cost.", ("model", "provider", "agent"))
TOOL = Metric("missionscope.tool.duration", HISTOGRAM, "s", "How long tool runs took.", ("tool", "agent"))
STEP = Metric("missionscope.step.duration", HISTOGRAM, "s", "From a step's begin to its end.", ("agent_class", "verb"))
QUEUE_WAIT = Metric(
    "missionscope.step.queue_wait", HISTOGRAM, "s", "From a step's creation to its begin.", ("agent_class", "verb")
)
HUMAN_WAIT = Metric(
    "missionscope.human.wait", HISTOGRAM, "s", "From a question to a person to its answer.", ("answer_type",)
)
SDK = Metric("missionscope.sdk.duration", HISTOGRAM, "s", "How long the SDK's methods took.", ("method",))
PAGE_LOAD = Metric(
    "missionscope.frontend.page_load", HISTOGRAM, "s", "How long pages took to load: spans `documentLoad`."
)
INTERACTIONS = Metric(
    "missionscope.frontend.interactions", SUM, "{event}", "What people did in pages: clicks, submits.", ("type",)
)
PAGE_ERRORS = Metric(
    "missionscope.frontend.errors", SUM, "{error}", "Errors in pages: log records `browser.…` of severity ERROR."
)
WEBSOCKET = Metric(
    "missionscope.frontend.websocket",
    SUM,
    "{change}",
    "Changes of pages' WebSockets: log records `browser.websocket.STATE`, or how they ended: `closed`, `lost`.",
    ("state",),
)
ACTIVE_MISSIONS = Metric(
    "missionscope.missions.active", GAUGE, "{mission}", "Missions between their first and their last record."
)
ACTIVE_AGENTS = Metric(
    "missionscope.agents.active", GAUGE, "{agent}", "Agents, each in its mission, whose spans ended or that logged."
)
MISSION = Metric("missionscope.mission.duration", HISTOGRAM, "s", "From a mission's begin to its end.", ("status",))
MISSIONS_ENDED = Metric("missionscope.missions.ended", SUM, "{mission}", "Missions that are over.", ("status",))
MISSION_COST = Metric("missionscope.mission.cost", HISTOGRAM, "USD", "What missions that are over cost.", ("status",))
LOG_RECORDS = Metric("missionscope.log.records", SUM, "{record}", "Log records.", ("severity",))
ERRORS = Metric("missionscope.errors", SUM, "{error}", "Failures, each once: where it began.", ("source",))

METRICS = (
    REQUEST, MESSAGE, AGENT, LLM, FIRST_TOKEN, TOKENS, COST, TOOL, STEP, QUEUE_WAIT, HUMAN_WAIT, SDK, PAGE_LOAD,
    INTERACTIONS, PAGE_ERRORS, WEBSOCKET, ACTIVE_MISSIONS, ACTIVE_AGENTS, MISSION, MISSIONS_ENDED, MISSION_COST,
    LOG_RECORDS, ERRORS,
)  # fmt: skip
BY_NAME = {metric.name: metric for metric in METRICS}
OF_INTERVALS = frozenset({ACTIVE_MISSIONS.name})
"""Computed from the rows of missions, by marks of their own."""
OF_RECORDS = frozenset(BY_NAME) - OF_INTERVALS
