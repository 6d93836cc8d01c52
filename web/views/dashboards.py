"""Dashboards: their pages, the answers of their panels, the missions behind a point."""

import time

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from core.errors import FieldError, InvalidInput, NotFound
from metrics.dashboards import DASHBOARDS
from metrics.dashboards.panels import Dashboard
from metrics.saved import find_saved, list_saved
from metrics.selectors import find_around, find_unit, list_missions_behind
from web.dashboard_reads import read_panel, read_tiles
from web.door import project_page
from web.presenters.dashboards.behind import present_behind
from web.presenters.dashboards.page import present_page
from web.presenters.dashboards.period import read_period

MOST_BEHIND = 50


@require_safe
@project_page()
def show_first(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The first dashboard."""
    return HttpResponseRedirect("/dashboards/overview/")


@require_safe
@project_page()
def show_dashboard(request: HttpRequest, project: ProjectAccess, slug: str) -> HttpResponse:
    """The page: its panels load by themselves."""
    dashboard = _get(project, slug)
    period = read_period(request.GET.dict(), time.time_ns())
    context = present_page(dashboard, list_saved(project.project_pk), period, request.GET.dict())
    context["can_edit"] = project.allows("member")
    return _fresh(render(request, "dashboards/page.html", context))


@require_safe
@project_page()
def send_tiles(request: HttpRequest, project: ProjectAccess, slug: str) -> HttpResponse:
    """The row of numbers."""
    period = read_period(request.GET.dict(), time.time_ns())
    tiles = read_tiles(project, _get(project, slug).tiles, period)
    return _fresh(render(request, "dashboards/_tiles.html", {"tiles": tiles}))


@require_safe
@project_page()
def send_panel(request: HttpRequest, project: ProjectAccess, slug: str, key: str) -> HttpResponse:
    """What one panel draws, as JSON."""
    panel = _get(project, slug).find_panel(key)
    if panel is None:
        raise NotFound
    period = read_period(request.GET.dict(), time.time_ns())
    answer = read_panel(
        project,
        panel,
        period,
        group_by=request.GET.get("group", "")[:200],
        is_compared=request.GET.get("compare") == "1",
    )
    return _fresh(JsonResponse(answer))


@require_safe
@project_page()
def show_behind(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The missions behind a point: those with what was measured there."""
    period = read_period(request.GET.dict(), time.time_ns())
    name, labels = request.GET.get("metric", ""), _read_labels(request.GET.getlist("label"))
    found = list_missions_behind(project.project_pk, name, labels, period.since_ns, period.until_ns, MOST_BEHIND)
    around = None if found else find_around(project.project_pk, name, labels, period.since_ns, period.until_ns)
    context = present_behind(name, labels, find_unit(project.project_pk, name), period, found, around)
    return _fresh(render(request, "dashboards/_behind.html", context))


def _get(project: ProjectAccess, slug: str) -> Dashboard:
    dashboard = DASHBOARDS.get(slug) or find_saved(project.project_pk, slug)
    if dashboard is None:
        raise NotFound
    return dashboard


def _read_labels(texts: list[str]) -> dict[str, str]:
    labels = dict(text.split("=", 1) for text in texts if "=" in text)
    if len(labels) != len(texts):
        raise InvalidInput(errors=(FieldError("label", "must be NAME=VALUE, each name once"),))
    return labels


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
