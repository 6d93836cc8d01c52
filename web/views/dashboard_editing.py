"""Dashboards of one's own: make, rename, fill and remove them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.records import ProjectAccess
from core.errors import Conflict, InvalidInput, MissionScopeError, NotFound
from metrics import actions
from metrics.dashboards.panels import Dashboard
from metrics.saved import find_saved
from metrics.selectors import list_metrics
from web.door import project_page
from web.presenters.dashboards.editing import present_editing, read_panel_form, read_revision

MOVES = {"up": -1, "down": 1}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@project_page("member")
def make_dashboard(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """A form for its name; then its panels are added."""
    error: MissionScopeError | None = None
    if request.method == "POST":
        try:
            slug = actions.create_dashboard(project.project_pk, request.POST.get("name", ""), by=_user(request))
        except (InvalidInput, Conflict) as refused:
            error = refused
        else:
            return HttpResponseRedirect(f"/dashboards/{slug}/edit/")
    context = {"error": error, "name": request.POST.get("name", "")}
    return render(request, "dashboards/new.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@project_page("member")
def edit_dashboard(request: HttpRequest, project: ProjectAccess, slug: str) -> HttpResponse:
    """Its panels, one form to add or change one; `?panel=` chooses which."""
    dashboard = _get(project, slug)
    error: MissionScopeError | None = None
    if request.method == "POST":
        try:
            _save_panel(request, project, dashboard)
        except (InvalidInput, Conflict) as refused:
            error = refused
        else:
            return HttpResponseRedirect(request.path)
    asked = request.POST if error else request.GET
    context = present_editing(dashboard, list_metrics(project.project_pk), asked, error)
    return render(request, "dashboards/edit.html", context, status=error.status if error else 200)


@require_POST
@project_page("member")
def change_dashboard(request: HttpRequest, project: ProjectAccess, slug: str) -> HttpResponse:
    """Move or remove a panel, rename or remove the dashboard: `do` says which."""
    _get(project, slug)
    do, key = request.POST.get("do", ""), request.POST.get("panel", "")
    user, revision = _user(request), read_revision(request.POST)
    if do == "delete":
        actions.delete_dashboard(project.project_pk, slug, by=user)
        messages.success(request, "The dashboard is removed.")
        return HttpResponseRedirect("/dashboards/overview/")
    if do == "rename":
        actions.rename_dashboard(project.project_pk, slug, request.POST.get("name", ""), by=user)
    elif do == "remove":
        actions.remove_panel(project.project_pk, slug, key, revision=revision, by=user)
    elif do in MOVES:
        actions.move_panel(project.project_pk, slug, key, MOVES[do], revision=revision, by=user)
    else:
        raise InvalidInput("There is no such change.")
    return HttpResponseRedirect(f"/dashboards/{slug}/edit/")


def _save_panel(request: HttpRequest, project: ProjectAccess, dashboard: Dashboard) -> None:
    panel = read_panel_form(request.POST)
    save = actions.replace_panel if dashboard.find_panel(panel.key) else actions.add_panel
    save(project.project_pk, dashboard.slug, panel, revision=read_revision(request.POST), by=_user(request))


def _get(project: ProjectAccess, slug: str) -> Dashboard:
    dashboard = find_saved(project.project_pk, slug)
    if dashboard is None:
        raise NotFound
    return dashboard


def _user(request: HttpRequest) -> User:
    return User.objects.get(username=request.user.get_username())
