"""The list panes: tools, logs, errors, findings."""

from collections.abc import Sequence
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from analysis.algorithms.failures import rank_failures
from core.cursors import decode_cursor, encode_cursor
from faults.selectors import list_groups_of_events
from llmlog import selectors as llmlog
from llmlog.records import ToolCallRow
from traces import selectors as traces
from traces.counts import ERROR_SEVERITY
from traces.records import LogRow, MissionRow
from traces.selectors import LogFilter
from web.door import project_page
from web.mission_panes import MOST_UNTIL, Page, more_address, page_of, read_number, render_list, take_page
from web.mission_reads import get_mission, read_tool_ios, read_tree
from web.presenters.mission.failures import present_error_lines, present_failures
from web.presenters.mission.findings import present_findings
from web.presenters.mission.keys import parse_key
from web.presenters.mission.lines import present_line
from web.presenters.mission.runs import count_repeats, order_runs, present_run, says

RUNS, LINES, FAILURES = 100, 300, 100
SEARCHED = 200
"""Runs whose texts one request looks through."""


@require_safe
@project_page()
def show_tools(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """Tool runs with the beginning of what went in and came out."""
    mission = get_mission(project, mission_id)
    runs: list[ToolCallRow] = llmlog.list_tool_calls(mission.pk, mission.id)
    ordered = order_runs(runs, failed_first=request.GET.get("failed_first") == "1")
    wanted = request.GET.get("q", "").casefold()
    size = SEARCHED if wanted else RUNS
    page = page_of(request, ordered, size)
    ios = read_tool_ios(project.project_pk, [run.pk for run in page.rows])
    repeats = count_repeats(runs)
    items = [
        present_run(run, ios.get(run.pk), repeats)
        for run in page.rows
        if not wanted or says(run, ios.get(run.pk), wanted)
    ]
    return render_list(
        request, "mission/_runs.html", page, items, is_search=bool(wanted), searched=len(page.rows), total=len(runs)
    )


@require_safe
@project_page()
def show_logs(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """Log records in order of time."""
    mission = get_mission(project, mission_id)
    chosen = _log_filter(request)
    if "changed_after" in request.GET:
        after = read_number(request, "changed_after")
        rows = traces.list_logs(mission.pk, mission.id, after_seq=after, limit=1000, chosen=chosen)
        rows.sort(key=lambda row: (row.time_ns, row.pk))
        return _render_lines(request, mission, rows, None)
    if request.GET.get("newest") == "1":
        newest = traces.list_newest_logs(mission.pk, mission.id, limit=LINES, chosen=chosen)
        return _render_lines(request, mission, newest, None, is_tail=len(newest) == LINES)
    cursor = request.GET.get("cursor", "")
    place = decode_cursor(cursor, int, int) if cursor else None
    after_row = (place[0], place[1]) if place else None
    named = read_number(request, "log")
    if 0 < named < 1 << 63 and after_row is None:
        first = _lines_with(project.project_pk, mission, named, chosen)
    else:
        found = traces.list_logs_by_time(mission.pk, mission.id, after=after_row, limit=LINES + 1, chosen=chosen)
        first = _Lines(found[:LINES], len(found) > LINES)
    more = encode_cursor(first.rows[-1].time_ns, first.rows[-1].pk) if first.has_more else None
    return _render_lines(request, mission, first.rows, more, is_late=first.is_late)


class _Lines(NamedTuple):
    rows: list[LogRow]
    has_more: bool
    is_late: bool = False
    """They begin at a named record, not at the first."""


def _lines_with(project_id: int, mission: MissionRow, pk: int, chosen: LogFilter) -> _Lines:
    """A first page that holds the log record `pk`; one that is not there changes nothing."""
    found = traces.list_logs_by_time(mission.pk, mission.id, limit=MOST_UNTIL + 1, chosen=chosen)
    at = next((at for at, row in enumerate(found[:MOST_UNTIL]) if row.pk == pk), -1)
    if at < 0 and len(found) > MOST_UNTIL and (record := traces.read_logs(project_id, [pk]).get(pk)) is not None:
        time_ns = record.time_ns if record.time_ns is not None else record.observed_ns
        before = (time_ns or 0, pk - 1)
        late = traces.list_logs_by_time(mission.pk, mission.id, after=before, limit=LINES + 1, chosen=chosen)
        if late and late[0].pk == pk:
            return _Lines(late[:LINES], len(late) > LINES, is_late=True)
    end = max(LINES, at + 1)
    return _Lines(found[:end], len(found) > end)


def _log_filter(request: HttpRequest) -> LogFilter:
    span = parse_key(request.GET.get("span", ""))
    return LogFilter(
        least_severity=read_number(request, "severity"),
        text=request.GET.get("q", ""),
        trace_id=span.trace_id if span else "",
        span_id=span.span_id if span else "",
    )


def _render_lines(
    request: HttpRequest,
    mission: MissionRow,
    rows: Sequence[LogRow],
    cursor: str | None,
    *,
    is_tail: bool = False,
    is_late: bool = False,
) -> HttpResponse:
    more = None if cursor is None else request.path + more_address(request, cursor=cursor)
    context = {
        "items": [present_line(row) for row in rows],
        "more": more,
        "total": mission.log_count,
        "is_tail": is_tail,
        "is_late": is_late,
        "is_first": not request.GET.get("cursor"),
        "is_filtered": any(request.GET.get(name) for name in ("q", "severity", "span")),
        "detail_base": request.path.removesuffix("/panes/logs") + "/logs",
    }
    response = render(request, "mission/_lines.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@project_page()
def show_errors(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """What failed of itself, causes first; then errors in the logs."""
    mission = get_mission(project, mission_id)
    tree, outcome = read_tree(mission)
    groups = list_groups_of_events(project.project_pk, mission.pk)
    failures = present_failures(tree, outcome, rank_failures(tree, outcome), groups["span"])
    if request.GET.get("decided") == "1":
        failures = [failure for failure in failures if failure.role == "cause"]
    page = take_page(failures, read_number(request, "offset"), FAILURES)
    is_first = not request.GET.get("offset")
    lines: list[LogRow] = []
    if is_first:
        lines = traces.list_logs_by_time(
            mission.pk, mission.id, limit=FAILURES, chosen=LogFilter(least_severity=ERROR_SEVERITY)
        )
    return render_list(
        request, "mission/_failures.html", page, page.rows, lines=present_error_lines(lines, groups["log"])
    )


@require_safe
@project_page()
def show_findings(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """What the detectors found, gravest first."""
    mission = get_mission(project, mission_id)
    findings = present_findings(traces.get_analysis(mission.pk))
    return render_list(request, "mission/_findings.html", Page(findings, None, 0, len(findings)), findings)
