"""The page of logs: its lines, what came since, their histogram, one line opened, lines around it, files."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from core.errors import NotFound
from traces.project_logs import find_project_log, list_surroundings
from traces.records import LogRow
from traces.selectors import read_logs
from web.door import project_page
from web.log_download import iterate_csv, iterate_ndjson, send_file
from web.log_list import log_query, read_changes, read_histogram, read_lines, read_results
from web.presenters.addresses import base_url
from web.presenters.log_query import LOG_RANGES, SEVERITIES, LogQuestion, read_question
from web.presenters.logs import present_detail, present_lines
from web.presenters.snippets import log_snippet

AROUND = 12
MOST_AROUND = 200


@require_safe
@project_page()
def show_logs(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The page; for htmx what a filter changes, or, with `cursor`, earlier lines."""
    question, now_ns = read_question(request.GET), time.time_ns()
    cursor = request.GET.get("cursor", "")
    is_swap = "HX-Request" in request.headers
    if is_swap and cursor:
        context = read_lines(project, question, cursor=cursor, now_ns=now_ns)
        return _finish(request, "logs/_lines.html", context)
    context = read_results(project, question, cursor=cursor, now_ns=now_ns)
    if context["state"] == "empty":
        context["snippet"] = log_snippet(base_url(request))
    context |= {"severities": SEVERITIES, "ranges": LOG_RANGES}
    return _finish(request, "logs/_results.html" if is_swap else "logs/list.html", context)


@require_safe
@project_page()
def show_log_changes(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Lines that came since the place `after`, for a page that already shows the list."""
    question = read_question(request.GET)
    context = read_changes(project, question, after=request.GET.get("after", ""), now_ns=time.time_ns())
    return _finish(request, "logs/_changes.html", context)


@require_safe
@project_page()
def show_log_histogram(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Lines by time and severity."""
    chart = read_histogram(project, read_question(request.GET), time.time_ns())
    return _finish(request, "logs/_histogram.html", {"chart": chart})


@require_safe
@project_page()
def show_log_line(request: HttpRequest, project: ProjectAccess, pk: int) -> HttpResponse:
    """All of one line: below its line for htmx, else a page of its own with the lines around it."""
    row = _get_line(project, pk)
    record = read_logs(project.project_pk, [pk]).get(pk)
    if record is None:
        raise NotFound("The texts of this log record are gone.")
    context = {"detail": present_detail(row, record, LogQuestion()), "row": row}
    if "HX-Request" in request.headers:
        return _finish(request, "logs/_detail.html", context)
    return _finish(request, "logs/line.html", context | _around(project, row, AROUND))


@require_safe
@project_page()
def show_log_context(request: HttpRequest, project: ProjectAccess, pk: int) -> HttpResponse:
    """The lines before and after one line, of the same service and host."""
    count = request.GET.get("count", "")
    wanted = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else AROUND
    row = _get_line(project, pk)
    return _finish(request, "logs/_context.html", {"row": row, **_around(project, row, min(wanted, MOST_AROUND))})


@require_safe
@project_page()
def download_csv(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The lines asked for, for a spreadsheet."""
    query = log_query(project, read_question(request.GET), time.time_ns())
    return send_file(request, iterate_csv(project.project_pk, query), "logs.csv", "text/csv; charset=utf-8")


@require_safe
@project_page()
def download_ndjson(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The lines asked for, for a program."""
    query = log_query(project, read_question(request.GET), time.time_ns())
    return send_file(request, iterate_ndjson(project.project_pk, query), "logs.ndjson", "application/x-ndjson")


def _get_line(project: ProjectAccess, pk: int) -> LogRow:
    row = find_project_log(project.project_pk, pk)
    if row is None:
        raise NotFound("There is no such log record in this project.")
    return row


def _around(project: ProjectAccess, row: LogRow, count: int) -> dict[str, object]:
    rows = list_surroundings(project.project_pk, row, count)
    is_more = len(rows) >= 2 * count and count < MOST_AROUND
    return {
        "lines": present_lines(rows, LogQuestion()),
        "more_path": f"/logs/{row.pk}/context?count={min(4 * count, MOST_AROUND)}" if is_more else "",
        "count": count,
    }


def _finish(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    response["Cache-Control"] = "no-store"
    return response
