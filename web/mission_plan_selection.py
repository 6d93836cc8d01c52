"""The selection of what a plan intends: a step, an agent, or something that nobody has."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.records import ProjectAccess
from core.errors import NotFound
from plans.building.rows import PLAN_TRACE, step_row_key
from plans.contents import StepContent, content_of
from plans.records import PlanAgent, PlanStep
from plans.selectors import read_plan
from plans.wire import agent_json, step_json
from telemetry.conventions.tools import read_tool_io
from telemetry.stage7.executions import read_execution
from traces import selectors as traces
from traces.records import MissionRow, SpanRow
from web.mission_reads import read_tree
from web.presenters.mission.plan_map import PlanMap
from web.presenters.mission.plan_people import present_agent, present_ghost
from web.presenters.mission.step_inputs import Values, read_sent
from web.presenters.mission.step_panel import present_step
from web.presenters.mission.texts import indent_json
from web.presenters.paths import mission_path

MOST_RECORDS = 60
"""Records of one step that are opened for its values; the last ones where there are more."""
MOST_LINES = 200
"""Records of one step or agent that its history lists."""
MOST_SENT = 5
"""Runs whose inputs are read."""


def show_plan_row(request: HttpRequest, project: ProjectAccess, mission: MissionRow, key: str) -> HttpResponse:
    """Everything about a row that is no span."""
    map_ = PlanMap(read_plan(mission.pk))
    step, agent, ghost = map_.step_at(key), map_.agent_at(key), map_.ghost_at(key)
    links = {
        "spans_base": f"{mission_path(mission.id)}spans/",
        "raw_path": f"{PLAN_TRACE}/{key}/raw",
        "key": f"{PLAN_TRACE}.{key}",
    }
    if step is not None:
        return render(request, "mission/_step.html", {**_step_context(project, mission, map_, step), **links})
    if agent is not None:
        logs = traces.find_log_rows(agent.evidence[-MOST_LINES:], mission.pk, mission.id)
        goal = read_content(project.project_pk, agent).inputs.get("goal")
        return render(request, "mission/_agent.html", {"agent": present_agent(map_, agent, logs, goal), **links})
    if ghost is not None:
        return render(request, "mission/_ghost.html", {"ghost": present_ghost(map_, ghost), **links})
    return render(request, "mission/_panel_missing.html", {"trace_id": PLAN_TRACE, "span_id": key, "is_planned": True})


def _step_context(project: ProjectAccess, mission: MissionRow, map_: PlanMap, step: PlanStep) -> dict[str, Any]:
    spans = find_runs(mission, step)
    logs = traces.find_log_rows(step.evidence[-MOST_LINES:], mission.pk, mission.id)
    content = read_content(project.project_pk, step)
    sent = read_sent_inputs(project.project_pk, spans)
    return {"step": present_step(map_, step, content, sent, spans, logs)}


def read_content(project_id: int, subject: PlanStep | PlanAgent) -> StepContent:
    """What a step or an agent was given and what it returned, whole."""
    pks = subject.evidence[-MOST_RECORDS:]
    records = traces.read_logs(project_id, pks)
    return content_of(records[pk] for pk in pks if pk in records)


def find_runs(mission: MissionRow, step: PlanStep) -> list[SpanRow]:
    """Model calls and tool runs below a step, but not below the steps that its plan made."""
    tree, _ = read_tree(mission)
    first = tree.index.get(step_row_key(step))
    if first is None:
        return []
    found: list[SpanRow] = []
    at, end = first + 1, tree.rows[first].end
    while at < end:
        row = tree.rows[at]
        if row.span is not None and row.span.pk < 0:
            at = row.end
            continue
        if row.span is not None and row.span.span_kind in ("LLM", "TOOL"):
            found.append(row.span)
        at += 1
    return found


def read_sent_inputs(project_id: int, spans: Sequence[SpanRow]) -> list[Values]:
    """The inputs that the last tool runs under a step got; what a plugin is known to have got counts most."""
    runs = [span.pk for span in spans if span.span_kind == "TOOL"][-MOST_SENT:]
    records = traces.read_spans(project_id, runs) if runs else {}
    found: list[Values] = []
    for record in (records[pk] for pk in runs if pk in records):
        execution = read_execution(record.attributes)
        if execution is not None and any(row.is_sent for row in execution.inputs):
            found.append({row.name: row.sent for row in execution.inputs if row.is_sent})
        else:
            found += read_sent([read_tool_io(record.attributes, record.events).arguments])
    return found


def send_plan_row(mission: MissionRow, key: str) -> HttpResponse:
    """A step or an agent as JSON, as REST has it."""
    plan = read_plan(mission.pk)
    map_ = PlanMap(plan)
    found: PlanStep | PlanAgent | None = map_.step_at(key) or map_.agent_at(key)
    if found is None:
        raise NotFound("There is no such step or agent in this mission.")
    shown = step_json(plan, found) if isinstance(found, PlanStep) else agent_json(found, found.name)
    return HttpResponse(indent_json(shown), content_type="text/plain; charset=utf-8")
