"""The list of missions: the page, its next rows, what changed since it was drawn."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from core.errors import FieldError, InvalidInput
from web.door import project_page
from web.mission_list import read_changes, read_filters, read_results, read_rows
from web.presenters.addresses import base_url
from web.presenters.columns import SORTS
from web.presenters.mission_query import read_query
from web.presenters.snippets import curl_snippet, environment_snippet


@require_safe
@project_page()
def show_missions(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The page; for htmx what a filter changes, or, with `cursor`, the next rows."""
    query = read_query(request.GET, SORTS)
    now_ns, cursor = time.time_ns(), request.GET.get("cursor", "")
    is_swap = "HX-Request" in request.headers
    if is_swap and cursor:
        response = render(request, "missions/_rows.html", read_rows(project, query, cursor=cursor, now_ns=now_ns))
    else:
        context = read_results(project, query, cursor=cursor, now_ns=now_ns)
        if context["state"] == "empty":
            context["snippets"] = [curl_snippet(base_url(request)), environment_snippet(base_url(request))]
        if not is_swap:
            context["filters"] = read_filters(project, query)
        response = render(request, "missions/_results.html" if is_swap else "missions/list.html", context)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@project_page()
def show_changes(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Rows that changed after the live cursor `after`, for a page that already shows the list."""
    after = request.GET.get("after", "")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise InvalidInput(errors=(FieldError("after", "must be a cursor of the live feed"),))
    query = read_query(request.GET, SORTS)
    context = read_changes(project, query, after=int(after), now_ns=time.time_ns())
    response = render(request, "missions/_changes.html", context)
    response["Cache-Control"] = "no-store"
    return response
