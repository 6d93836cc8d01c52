"""The door of every page: who is asking, about which project, and what a refusal looks like."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.access import get_project
from accounts.records import ProjectAccess
from core.errors import AccessDenied, MissionScopeError, NotAuthenticated

P = ParamSpec("P")
PageView = Callable[Concatenate[HttpRequest, ProjectAccess, P], HttpResponse]
RequestView = Callable[Concatenate[HttpRequest, P], HttpResponse]

TITLES = {
    400: "This cannot be done as asked",
    403: "Not allowed",
    404: "Nothing here",
    409: "This does not fit",
    429: "Too many requests",
}


def project_page(role: str = "viewer") -> Callable[[PageView[P]], RequestView[P]]:
    """Gives the view the project (`ProjectAccess`) as its second argument.

    Who is not logged in is sent to the login and comes back; a role lower than `role` is answered 403; our
    exceptions become pages with their sentence, or, for htmx, a note in the place that asked.
    """

    def decorate(view: PageView[P]) -> RequestView[P]:
        @wraps(view)
        def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                project = get_project(request)
                request.project = project  # type: ignore[attr-defined]
                if not project.allows(role):
                    raise AccessDenied(f"Only a project's {role} may do this.")
                return view(request, project, *args, **kwargs)
            except NotAuthenticated:
                return _to_login(request)
            except MissionScopeError as error:
                return show_error(request, error)

        return door

    return decorate


def show_error(request: HttpRequest, error: MissionScopeError) -> HttpResponse:
    """A refusal as people see it."""
    context = {
        "status": error.status,
        "title": TITLES.get(error.status, "This did not work"),
        "detail": error.detail,
        "errors": error.errors,
    }
    template = "partials/_problem.html" if "HX-Request" in request.headers else "error.html"
    return render(request, template, context, status=error.status)


def _to_login(request: HttpRequest) -> HttpResponse:
    back = request.headers.get("HX-Current-URL", "/") if "HX-Request" in request.headers else request.get_full_path()
    target = f"/login/?{urlencode({'next': back})}"
    if "HX-Request" in request.headers:
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
