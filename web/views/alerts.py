"""What fires now, what fired, one of them; and keeping one quiet."""

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.records import ProjectAccess
from alerts import actions
from alerts.selectors import find_firing
from alerts.standing import count_loud
from alerts.timekeeping import read_now
from core.errors import InvalidInput, NotFound
from web.alert_reads import read_firing, read_history_page, read_history_rows, read_menus, read_open
from web.door import project_page
from web.presenters.alerts.history import read_history, read_key
from web.presenters.alerts.silences import QUIET_FOR, matchers_of

HOUR_S = 3600


@require_safe
@project_page()
def show_firing(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """What is open; for htmx the list alone."""
    is_swap = "HX-Request" in request.headers
    context = {"tab": "firing", **read_open(project, request.GET.get("show", ""))}
    return fresh(render(request, "alerts/_firing.html" if is_swap else "alerts/firing.html", context))


@require_safe
@project_page()
def send_standing(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The count beside "Alerts", as JSON."""
    loud = count_loud(project.project_pk)
    return fresh(JsonResponse({"total": loud.total, "shown": loud.shown, "severity": loud.severity}))


@require_safe
@project_page()
def show_history(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The past; for htmx what a filter changes, or, with `before`, the next rows."""
    query, before, now_ns = read_history(request.GET), read_key(request.GET.get("before", "")), time.time_ns()
    is_swap = "HX-Request" in request.headers
    if is_swap and before is not None:
        rows = read_history_rows(project, query, before_pk=before, now_ns=now_ns)
        return fresh(render(request, "alerts/_history_rows.html", rows))
    context = {"tab": "history", **read_history_page(project, query, before_pk=before, now_ns=now_ns)}
    if is_swap:
        return fresh(render(request, "alerts/_history.html", context))
    return fresh(render(request, "alerts/history.html", {**context, **read_menus(project, query)}))


@require_safe
@project_page()
def show_one(request: HttpRequest, project: ProjectAccess, firing_pk: int) -> HttpResponse:
    """One firing with all that it rests on, and who was told; for htmx its contents alone."""
    row = find_firing(project.project_pk, firing_pk)
    if row is None:
        raise NotFound("There is no such alert in this project.")
    is_swap = "HX-Request" in request.headers
    context = {"tab": "firing", **read_firing(project, row, read_now())}
    return fresh(render(request, "alerts/_one.html" if is_swap else "alerts/one.html", context))


@require_POST
@project_page("member")
def silence_one(request: HttpRequest, project: ProjectAccess, firing_pk: int) -> HttpResponse:
    """Keep a firing quiet for some hours: whatever its rule says of the same labels."""
    row = find_firing(project.project_pk, firing_pk)
    if row is None:
        raise NotFound("There is no such alert in this project.")
    hours = request.POST.get("hours", "")
    if hours not in QUIET_FOR:
        raise InvalidInput("A silence lasts 1, 4 or 24 hours here; others are made on the page of silences.")
    form = {
        "matchers": matchers_of(row),
        "lasts_s": int(hours) * HOUR_S,
        "comment": f"Silenced for {QUIET_FOR[hours]}: {row.title}"[:1000],
    }
    actions.create_silence(project.project_pk, form, by=get_user(request))
    messages.success(request, f"Quiet for {QUIET_FOR[hours]}.")
    return HttpResponseRedirect(f"/alerts/{firing_pk}/" if request.POST.get("back") == "one" else "/alerts/")


def fresh(response: HttpResponse) -> HttpResponse:
    """Never from a cache: it tells how things stand."""
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    response["Cache-Control"] = "no-store"
    return response


def get_user(request: HttpRequest) -> User:
    """Who asks, as the one who is written down."""
    return User.objects.get(username=request.user.get_username())
