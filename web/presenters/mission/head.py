"""The head of the mission page: name, status, totals, verdict."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
import orjson

from plans.summary import PlanSummary
from traces.records import MissionRow
from traces.wire import mission_segment
from web.presenters.formats import format_ago, format_cost, format_count, format_duration, format_time, format_tokens
from web.presenters.mission.alerts import MissionAlerts
from web.presenters.mission.verdict import Verdict
from web.presenters.paths import mission_path

PANES = ("timeline", "graph", "plan", "questions", "conversation", "tools", "state", "logs", "errors", "findings")
LABELS = {
    "timeline": "Timeline",
    "graph": "Graph",
    "plan": "Plan",
    "questions": "Questions",
    "conversation": "Conversation",
    "tools": "Tools",
    "state": "State",
    "logs": "Logs",
    "errors": "Errors",
    "findings": "Findings",
}
MODULES = (
    "address_bar", "divider", "dom", "fetching", "graph/as_of", "graph/drawing", "graph/frame", "graph/graph",
    "graph/kin", "graph/layout", "graph/moment", "graph/node_words", "graph/plan_edges", "graph/plan_layout",
    "graph/view", "graph/why", "labels", "lib/address", "lib/clock", "lib/evidence", "lib/flags", "lib/kinds",
    "lib/moments", "lib/path", "lib/previews", "lib/scale", "lib/table", "lib/tree", "lib/walk", "lib/window", "live",
    "marks", "overview", "page", "panel", "panes/html_pane", "panes/list", "panes/logs_pane", "panes/plan_pane",
    "panes/state_pane", "panes/tools",
    "playback", "spans", "state", "tabs", "theme", "timeline/bars", "timeline/minimap", "timeline/names",
    "timeline/playhead", "timeline/pointer", "timeline/previews", "timeline/ruler", "timeline/stage",
    "timeline/then", "timeline/timeline", "timeline/tooltip",
)  # fmt: skip
"""The page's own modules: named in its head, so that they are fetched side by side."""
STYLES = (
    "frame", "head", "verdict", "bar", "skeleton", "timeline", "timeline-rows", "graph", "graph-nodes", "graph-plan",
    "lists", "texts", "conversation", "messages", "brain", "tools", "logs", "findings", "panel", "overview",
    "attributes", "state", "step", "plan", "questions", "alerts",
)  # fmt: skip
"""The page's own styles, one file for a component."""
LISTS = frozenset({"plan", "questions", "conversation", "tools", "logs", "errors", "findings"})
OPTIONAL = frozenset({"plan", "questions"})
"""Panes whose tab is not there while there is nothing in them."""


class Fact(NamedTuple):
    """One total."""

    label: str
    value: str
    css: str
    title: str


class MissionHead(NamedTuple):
    """What `_head.html` shows."""

    id: str
    name: str
    status: str
    status_word: str
    """Empty: the status itself."""
    is_inferred: bool
    totals: list[Fact]
    verdict: Verdict | None
    asks: str
    """`2 questions open, oldest 14 m`; empty without an open one."""
    alerts: MissionAlerts | None
    counts_json: str
    """Count of each pane as text, for the tabs."""
    cursor: str
    """The mission's last number when this was read."""
    api_path: str


class MissionTab(NamedTuple):
    """A tab and the shell of its pane."""

    name: str
    label: str
    count_text: str
    href: str
    shell: str
    tools_template: str
    agents: Sequence[str]
    has_list: bool
    is_hidden: bool
    """There is nothing in it, and most missions never have it."""


def present_head(
    mission: MissionRow,
    verdict: Verdict | None,
    analysis: Mapping[str, Any],
    now_ns: int,
    alerts: MissionAlerts | None = None,
) -> MissionHead:
    """The head of a mission."""
    counts = present_counts(mission, analysis)
    return MissionHead(
        id=mission.id,
        name=mission.name or mission.id,
        status=mission.status,
        status_word=verdict.status_word if verdict else "",
        is_inferred=mission.is_inferred,
        totals=_totals(mission),
        verdict=verdict,
        asks=_asks(plan_numbers(analysis), now_ns),
        alerts=alerts,
        counts_json=orjson.dumps(counts).decode(),
        cursor=str(mission.change_seq),
        api_path=f"/api/v1{mission_path(mission.id)}",
    )


def present_counts(mission: MissionRow, analysis: Mapping[str, Any]) -> dict[str, str]:
    """The number beside each tab; empty where there is nothing to count."""
    planned = plan_numbers(analysis)
    numbers = {
        "plan": mission.step_count or planned.plan_count,
        "questions": planned.question_count,
        "conversation": _count_calls(mission, analysis) + count_turns(analysis),
        "tools": mission.tool_call_count,
        "state": mission.snapshot_count,
        "logs": mission.log_count,
        "errors": mission.error_count,
        "findings": count_findings(analysis),
    }
    return {name: format_tokens(number) if number else "" for name, number in numbers.items()}


def present_tabs(mission: MissionRow, analysis: Mapping[str, Any]) -> list[MissionTab]:
    """All panes in their order."""
    counts = present_counts(mission, analysis)
    return [
        MissionTab(
            name=name,
            label=LABELS[name],
            count_text=counts.get(name, ""),
            href=f"?{urlencode({'pane': name})}",
            shell="mission/_shell_list.html" if name in LISTS else "mission/_shell_state.html",
            tools_template=f"mission/_tools_{name}.html",
            agents=mission.agents,
            has_list=name in LISTS or name == "state",
            is_hidden=name in OPTIONAL and not counts[name],
        )
        for name in PANES
    ]


def present_page(mission_id: str, project_slug: str, root: str) -> dict[str, Any]:
    """What the page's script needs to know: panes, addresses, and the span to begin with, or none.

    All addresses name the project.
    """
    base = mission_path(mission_id).rstrip("/")
    suffix = "?" + urlencode({"project": project_slug})
    return {
        "mission": mission_id,
        "project": project_slug,
        "panes": list(PANES),
        "root": root,
        "urls": {
            "spans": f"{base}/data/spans{suffix}",
            "calls": f"{base}/data/calls{suffix}",
            "previews": f"{base}/data/previews{suffix}",
            "graph": f"{base}/data/graph{suffix}",
            "criticalPath": f"{base}/data/critical-path{suffix}",
            "head": f"{base}/panes/head{suffix}",
            "overview": f"{base}/panes/overview{suffix}",
            "span": f"{base}/spans",
            "log": f"{base}/logs",
            "panes": {name: f"{base}/panes/{name}" for name in PANES if name in LISTS or name == "state"},
            "socket": f"/ws/missions/{mission_segment(mission_id)}/{suffix}",
        },
    }


def _totals(mission: MissionRow) -> list[Fact]:
    facts: list[Fact] = []

    def add(label: str, value: str, css: str = "", title: str = "") -> None:
        facts.append(Fact(label, value, css, title))

    if mission.agents:
        add(_plural(len(mission.agents), "agent"), format_count(len(mission.agents)), "", ", ".join(mission.agents))
    if mission.step_count:
        done, count = format_count(mission.step_done_count), format_count(mission.step_count)
        add(_plural(mission.step_count, "step"), f"{done}/{count}", "", f"{done} of {count} steps are over")
    if mission.span_count or not mission.step_count:
        add(_plural(mission.span_count, "span"), format_count(mission.span_count))
    if mission.llm_call_count:
        add(_plural(mission.llm_call_count, "LLM call"), format_count(mission.llm_call_count))
    if mission.error_count:
        add(_plural(mission.error_count, "error"), format_count(mission.error_count), "is-failed")
    if mission.input_tokens is not None or mission.output_tokens is not None:
        total = (mission.input_tokens or 0) + (mission.output_tokens or 0)
        split = f"{format_count(mission.input_tokens)} in, {format_count(mission.output_tokens)} out"
        add("tokens", format_tokens(total), "", split)
    if mission.cost_usd is not None:
        add("", format_cost(mission.cost_usd), "ms-total-strong", "cost")
    if mission.duration_ns is not None:
        start, end = format_time(mission.start_ns), format_time(mission.end_ns)
        add("", format_duration(mission.duration_ns), "ms-total-strong", f"{start} to {end}")
    return facts


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def plan_numbers(analysis: Mapping[str, Any]) -> PlanSummary:
    """The numbers of the plan as of the last recompute; all zero without a plan."""
    try:
        return msgspec.convert(analysis.get("plan") or {}, PlanSummary)
    except msgspec.ValidationError:
        return PlanSummary()


def _asks(planned: PlanSummary, now_ns: int) -> str:
    if not planned.open_count:
        return ""
    words = f"{format_count(planned.open_count)} {_plural(planned.open_count, 'question')} open"
    if planned.oldest_open_ns is None:
        return words
    ago = format_ago(int(planned.oldest_open_ns), now_ns)
    return f"{words}, asked {ago}" if planned.open_count == 1 else f"{words}, oldest {ago.removesuffix(' ago')}"


def count_findings(analysis: Mapping[str, Any]) -> int:
    """How many findings the last recompute left."""
    findings = analysis.get("findings")
    return len(findings) if isinstance(findings, list) else 0


def _count_calls(mission: MissionRow, analysis: Mapping[str, Any]) -> int:
    """Model calls as the conversation shows them: one for all attempts at it."""
    count = analysis.get("call_count")
    return count if isinstance(count, int) else mission.llm_call_count


def count_turns(analysis: Mapping[str, Any]) -> int:
    """How many turns of agents the last recompute found."""
    count = analysis.get("turn_count")
    return count if isinstance(count, int) else 0
