"""What belongs to every page: the way home, the theme, the project, the palette's missions."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SESSION_PROJECT, projects_of
from core.errors import NotAuthenticated, NotFound
from web.context_processors import THEMES
from web.door import show_error

YEAR_S = 365 * 24 * 3600


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """The first page is the list of missions."""
    return HttpResponseRedirect("/missions/")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme in a cookie and go back. The page's script does the same without asking."""
    theme = request.POST.get("theme", "")
    response = HttpResponseRedirect(_back(request))
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR_S, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_POST
def choose_project(request: HttpRequest) -> HttpResponse:
    """Turn to another of the user's projects."""
    if not request.user.is_authenticated:
        return show_error(request, NotAuthenticated())
    slug = request.POST.get("project", "")
    if slug not in {project.slug for project in projects_of(request.user)}:
        return show_error(request, NotFound())
    request.session[SESSION_PROJECT] = slug
    return HttpResponseRedirect("/missions/")


def _back(request: HttpRequest) -> str:
    """The page the request came from, when it is one of ours."""
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_ours else "/"
