"""The mission page, the data it draws, and its selection."""

import time
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from analysis.algorithms.critical_path import compute_critical_path
from analysis.selectors import read_graph
from llmlog import selectors as llmlog
from plans.selectors import read_plan
from traces import selectors as traces
from web.door import project_page
from web.mission_panes import read_number
from web.mission_plan import preview_steps
from web.mission_reads import get_mission, read_alerts, read_tree
from web.presenters.mission.columns import present_calls, present_span_columns
from web.presenters.mission.graph import present_graph
from web.presenters.mission.head import MODULES, STYLES, present_head, present_page, present_tabs
from web.presenters.mission.keys import parse_key, span_key
from web.presenters.mission.path import present_critical_path
from web.presenters.mission.previews import has_preview, present_preview
from web.presenters.mission.verdict import present_verdict

GRAPH_NODES, PLAN_NODES, MOST_GRAPH_NODES = (80, 300), (300, 1_000), 1_000
"""Nodes of a graph at a glance and in detail: of spans, of a plan."""
MOST_EXPANDED = 200
MOST_PREVIEWS = 60


def send_json(value: Any) -> HttpResponse:
    """JSON that no cache keeps."""
    return HttpResponse(orjson.dumps(value), content_type="application/json", headers={"Cache-Control": "no-store"})


@require_safe
@project_page()
def show_mission(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """The page."""
    mission = get_mission(project, mission_id)
    analysis, now_ns = traces.get_analysis(mission.pk), time.time_ns()
    verdict = present_verdict(mission, analysis, now_ns)
    context = {
        "head": present_head(mission, verdict, analysis, now_ns, read_alerts(project, mission)),
        "tabs": present_tabs(mission, analysis),
        "page": present_page(mission.id, project.slug, verdict.root if verdict else ""),
        "modules": MODULES,
        "styles": STYLES,
    }
    return render(request, "mission/page.html", context)


@require_safe
@project_page()
def show_head(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """The page's head again, for a mission that goes on."""
    mission = get_mission(project, mission_id)
    analysis, now_ns = traces.get_analysis(mission.pk), time.time_ns()
    verdict = present_verdict(mission, analysis, now_ns)
    head = present_head(mission, verdict, analysis, now_ns, read_alerts(project, mission))
    return render(request, "mission/_head.html", {"head": head})


@require_safe
@project_page()
def send_spans(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """All spans as columns, in tree order."""
    mission = get_mission(project, mission_id)
    tree, outcome = read_tree(mission)
    plan = read_plan(mission.pk)
    return send_json(present_span_columns(tree, outcome, now_ns=time.time_ns(), cursor=mission.change_seq, plan=plan))


@require_safe
@project_page()
def send_calls(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """First token, tokens and cost of the model calls: they come after the bars."""
    mission = get_mission(project, mission_id)
    return send_json({"calls": present_calls(llmlog.list_llm_calls(mission.pk, mission.id))})


@require_safe
@project_page()
def send_critical_path(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """What the mission waited for at every moment."""
    tree, outcome = read_tree(get_mission(project, mission_id))
    until_ns = time.time_ns() if outcome.mission_status in ("active", "waiting") else None
    return send_json(present_critical_path(compute_critical_path(tree, outcome, until_ns)))


@require_safe
@project_page()
def send_previews(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """The beginning of what some spans said or did, by key; those that have nothing to show are left out."""
    mission = get_mission(project, mission_id)
    keys = [key for text in request.GET.get("keys", "").split(",")[:MOST_PREVIEWS] if (key := parse_key(text))]
    rows = [row for row in traces.find_spans(project.project_pk, mission.pk, mission.id, keys) if has_preview(row)]
    records = traces.read_spans(project.project_pk, [row.pk for row in rows])
    found = {
        span_key(row.trace_id, row.span_id, row.side): present_preview(row, records[row.pk])
        for row in rows
        if row.pk in records
    }
    found |= preview_steps(mission, keys)
    return send_json({"previews": {key: text for key, text in found.items() if text}})


@require_safe
@project_page()
def send_graph(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """Agents, their work, and what led to what, now or `at_ns`; folded to `limit` nodes, else by `detail`."""
    mission = get_mission(project, mission_id)
    detail = min(max(read_number(request, "detail", 0), 0), 1)
    limit = min(max(read_number(request, "limit", GRAPH_NODES[detail]), 2), MOST_GRAPH_NODES)
    expanded = frozenset(request.GET.getlist("expand")[:MOST_EXPANDED])
    graph = read_graph(
        mission,
        read_number(request, "at_ns") if request.GET.get("at_ns") else None,
        limit,
        plan_limit=limit if "limit" in request.GET else PLAN_NODES[detail],
        expanded=expanded,
    )
    return send_json(present_graph(graph))
