"""Silences and inhibitions: who is kept quiet, why and until when."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.records import ProjectAccess
from alerts import actions
from alerts.quiet_selectors import list_inhibitions, list_silences
from alerts.rule_selectors import list_rules
from alerts.selectors import find_firing
from alerts.timekeeping import read_now
from core.errors import AccessDenied, Conflict, InvalidInput, MissionScopeError
from web.door import project_page
from web.presenters.alerts.form_errors import name_fields
from web.presenters.alerts.history import read_key
from web.presenters.alerts.silences import (
    INHIBITION_LABELS,
    LASTS,
    OP_WORDS,
    SILENCE_LABELS,
    MatcherField,
    fill_lines,
    matchers_of,
    present_inhibition,
    present_silences,
    read_inhibition_form,
    read_lines,
    read_silence_form,
)
from web.views.alerts import get_user


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@project_page()
def show_silences(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """What is silenced, and the form to silence more; `firing` fills it with that firing's labels."""
    error: MissionScopeError | None = None
    if request.method == "POST":
        _require_member(project)
        try:
            actions.create_silence(project.project_pk, read_silence_form(request.POST), by=get_user(request))
        except (InvalidInput, Conflict) as refused:
            error = refused
        else:
            messages.success(request, "Nobody is told of what matches.")
            return HttpResponseRedirect(request.path)
    return _show(request, project, {"error": error})


@require_POST
@project_page("member")
def end_silence(request: HttpRequest, project: ProjectAccess, silence_pk: int) -> HttpResponse:
    """End a silence now."""
    try:
        actions.end_silence(project.project_pk, silence_pk, by=get_user(request))
    except Conflict as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, "The silence is over.")
    return HttpResponseRedirect("/alerts/silences/")


@require_POST
@project_page("member")
def make_inhibition(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """A new inhibition."""
    try:
        actions.create_inhibition(project.project_pk, read_inhibition_form(request.POST), by=get_user(request))
    except (InvalidInput, Conflict) as refused:
        return _show(request, project, {"inhibition_error": refused})
    messages.success(request, "Nobody is told of the target while the source fires.")
    return HttpResponseRedirect("/alerts/silences/")


@require_POST
@project_page("member")
def remove_inhibition(request: HttpRequest, project: ProjectAccess, inhibition_pk: int) -> HttpResponse:
    """Remove an inhibition."""
    actions.delete_inhibition(project.project_pk, inhibition_pk, by=get_user(request))
    messages.success(request, "The inhibition is removed.")
    return HttpResponseRedirect("/alerts/silences/")


def _show(request: HttpRequest, project: ProjectAccess, refused: dict[str, Any]) -> HttpResponse:
    can_change, with_expired = project.allows("member"), request.GET.get("expired") == "1"
    rows = list_silences(project.project_pk, read_now(), with_expired=with_expired)
    error = refused.get("error") or refused.get("inhibition_error")
    context = {
        "tab": "silences",
        "silences": present_silences(rows, can_change=can_change),
        "inhibitions": [present_inhibition(row) for row in list_inhibitions(project.project_pk)],
        "rules": [rule.name for rule in list_rules(project.project_pk)] if can_change else [],
        "lines": fill_lines(_lines(request, project)),
        "source_lines": fill_lines(read_lines(request.POST, "source-"))[:2],
        "target_lines": fill_lines(read_lines(request.POST, "target-"))[:2],
        "lasts": LASTS,
        "ops": list(OP_WORDS.items()),
        "with_expired": with_expired,
        "can_change": can_change,
        "form": request.POST,
        "error": name_fields(refused.get("error"), SILENCE_LABELS),
        "inhibition_error": name_fields(refused.get("inhibition_error"), INHIBITION_LABELS),
    }
    return render(request, "alerts/silences.html", context, status=error.status if error else 200)


def _lines(request: HttpRequest, project: ProjectAccess) -> list[MatcherField]:
    pk = read_key(request.GET.get("firing", ""))
    if request.method == "POST" or pk is None:
        return read_lines(request.POST, "")
    row = find_firing(project.project_pk, pk)
    return [] if row is None else [MatcherField(**each) for each in matchers_of(row)]


def _require_member(project: ProjectAccess) -> None:
    if not project.allows("member"):
        raise AccessDenied("Only a project's member may do this.")
