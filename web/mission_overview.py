"""What the selection shows while nothing is selected."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from analysis.algorithms.critical_path import compute_critical_path
from analysis.algorithms.spending import compute_spending
from llmlog import selectors as llmlog
from web.door import project_page
from web.mission_reads import get_mission, read_tree
from web.presenters.mission.overview import present_overview


@require_safe
@project_page()
def show_overview(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """Where the time, the tokens and the money of the mission went."""
    mission = get_mission(project, mission_id)
    tree, outcome = read_tree(mission)
    until_ns = time.time_ns() if outcome.mission_status in ("active", "waiting") else None
    path = compute_critical_path(tree, outcome, until_ns)
    spans = [row.span for row in tree.rows if row.span is not None]
    calls = llmlog.list_calls_of_spans({mission.pk: spans})[mission.pk]
    overview = present_overview(tree, path, compute_spending(tree, path, calls.llm, calls.tools))
    response = render(request, "mission/_overview.html", {"overview": overview})
    response["Cache-Control"] = "no-store"
    return response
