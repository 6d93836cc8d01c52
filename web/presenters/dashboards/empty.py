"""Why a panel is empty, and what fills it. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from metrics.dashboards.panels import Panel
from metrics.derive.catalogue import BY_NAME
from web.presenters.dashboards.period import Period
from web.presenters.formats import format_time

OWN = "missionscope.ingest."
FILLED_BY = {
    "missionscope.request.": "spans of kind SERVER.",
    "missionscope.message.": "spans of kind CONSUMER.",
    "missionscope.agent.": "spans of agents: gen_ai.operation.name is invoke_agent.",
    "missionscope.agents.": "spans and log records that name an agent.",
    "missionscope.llm.first_token": "model calls that tell the time to their first token.",
    "missionscope.llm.cost": "model calls with a reported cost, or of a model with a known price.",
    "missionscope.llm.": "spans of model calls: gen_ai.operation.name is chat.",
    "missionscope.tool.": "spans of tool runs: gen_ai.operation.name is execute_tool.",
    "missionscope.step.": "steps of plans, and spans of kind STEP.",
    "missionscope.human.": "questions to people that were answered.",
    "missionscope.sdk.": "spans named as the SDK's methods, such as Tool.execute.",
    "missionscope.frontend.page_load": "spans documentLoad of OpenTelemetry's instrumentation of pages.",
    "missionscope.frontend.interactions": "spans such as click of OpenTelemetry's instrumentation of pages.",
    "missionscope.frontend.errors": "log records browser.… of severity ERROR.",
    "missionscope.frontend.websocket": "log records browser.websocket.open and .close.",
    "missionscope.errors": "spans that failed, and log records of severity ERROR.",
    "missionscope.log.": "log records.",
    "missionscope.mission": "missions that are over.",
    "missionscope.missions.active": "missions.",
    OWN: "whatever is sent to MissionScope.",
}
"""By the beginning of a metric's name; the longest that fits."""


class Empty(NamedTuple):
    """What an empty panel says."""

    why: str
    fill: str


def present_empty(panel: Panel, period: Period, last_ns: Mapping[str, int]) -> Empty:
    """`last_ns`: of the panel's metrics that were ever measured, when they were last, about."""
    known = [last_ns[query.name] for query in panel.queries if query.name in last_ns]
    if not known:
        return Empty("Not measured yet.", _fill(panel))
    if any(query.filters for query in panel.queries) and max(known) >= period.since_ns:
        return Empty("None in this period.", "")
    if max(known) < period.since_ns:
        return Empty("Nothing was measured in this period.", f"Last: {format_time(max(known))}.")
    return Empty("Nothing was measured in this period.", _fill(panel))


def _fill(panel: Panel) -> str:
    name = panel.queries[0].name
    if name not in BY_NAME and not name.startswith(OWN):
        return f"Filled by the metric {name}, pushed over OTLP."
    return f"Filled by {FILLED_BY[max((each for each in FILLED_BY if name.startswith(each)), key=len)]}"
