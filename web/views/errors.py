"""The pages about errors: the list, one group with one of its events, and what members decide."""

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.records import ProjectAccess
from core.errors import InvalidInput, MissionScopeError, NotFound
from faults import actions
from faults.selectors import find_group
from web.door import project_page
from web.error_detail import read_detail
from web.error_list import read_menus, read_results, read_rows
from web.presenters.errors.query import read_query

DAY_NS = 24 * 3600 * 1_000_000_000
IGNORED_FOR = {"1h": DAY_NS // 24, "1d": DAY_NS, "7d": 7 * DAY_NS, "30d": 30 * DAY_NS}
IGNORED_EVENTS = {"10": 10, "100": 100, "1000": 1000}
LONGEST_KEY = 18


@require_safe
@project_page()
def show_errors(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The page; for htmx what a filter changes, or, with `cursor`, the next rows."""
    query = read_query(request.GET)
    now_ns, cursor = time.time_ns(), request.GET.get("cursor", "")
    is_swap = "HX-Request" in request.headers
    if is_swap and cursor:
        response = render(request, "errors/_rows.html", read_rows(project, query, cursor=cursor, now_ns=now_ns))
    else:
        context = read_results(project, query, cursor=cursor, now_ns=now_ns)
        if not is_swap:
            context["menus"] = read_menus(project, query)
        response = render(request, "errors/_results.html" if is_swap else "errors/list.html", context)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@project_page()
def show_error(request: HttpRequest, project: ProjectAccess, group_pk: int) -> HttpResponse:
    """A group with its newest event, or with the one that `event` names; for htmx without the page around it."""
    group = find_group(project.project_pk, group_pk)
    if group is None:
        raise NotFound("There is no such error in this project.")
    text = request.GET.get("event", "")
    if text and not (text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY):
        raise NotFound("There is no such event of this error.")
    context = read_detail(project, group, int(text) if text else None)
    is_swap = "HX-Request" in request.headers
    response = render(request, "errors/_detail.html" if is_swap else "errors/detail.html", context)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@project_page("member")
def change_error(request: HttpRequest, project: ProjectAccess, group_pk: int) -> HttpResponse:
    """Resolve, ignore, open again or assign a group."""
    by = User.objects.get(username=request.user.get_username())
    decision, project_pk = request.POST.get("decision", ""), project.project_pk
    try:
        words = _decide(decision, request, project_pk, group_pk, by)
    except NotFound:
        raise
    except MissionScopeError as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, words)
    return HttpResponseRedirect(f"/errors/{group_pk}/")


def _decide(decision: str, request: HttpRequest, project_pk: int, group_pk: int, by: User) -> str:
    if decision in ("resolve", "resolve-next"):
        actions.resolve(project_pk, group_pk, by=by, in_next_release=decision == "resolve-next")
        return "The error is resolved."
    if decision == "reopen":
        actions.reopen(project_pk, group_pk, by=by)
        return "The error is open again."
    if decision == "ignore":
        for_ns = IGNORED_FOR.get(request.POST.get("time", ""))
        for_events = IGNORED_EVENTS.get(request.POST.get("events", ""))
        actions.ignore(project_pk, group_pk, by=by, for_ns=for_ns, for_events=for_events)
        return "The error is ignored."
    if decision == "assign":
        name = request.POST.get("assignee", "")
        actions.assign(project_pk, group_pk, name, by=by)
        return f"The error is assigned to {name}." if name else "Nobody has the error."
    raise InvalidInput("There is no such decision.")
