"""The selection of the mission page: one span, or one log record, with everything it carries."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from analysis.algorithms.context import compute_context_changes
from core.errors import NotFound
from llmlog import selectors as llmlog
from llmlog.records import LlmCallRow, ToolCallRow
from plans.building.rows import PLAN_TRACE
from telemetry.conventions.tools import read_tool_io
from traces import selectors as traces
from traces.records import MissionRow
from traces.selectors import LogFilter, SpanDetail
from web.door import project_page
from web.mission_brain import read_brain
from web.mission_panes import read_number
from web.mission_plan_selection import send_plan_row, show_plan_row
from web.mission_reads import conversation_of, get_mission, read_results, read_tool_ios
from web.presenters.mission.calls import CallView, present_call
from web.presenters.mission.executions import present_execution
from web.presenters.mission.keys import span_key, span_path
from web.presenters.mission.lines import LineView, present_line
from web.presenters.mission.messages import present_messages, present_parts
from web.presenters.mission.panel import present_attributes, present_raw, present_span
from web.presenters.mission.rerun import find_previous, present_rerun
from web.presenters.mission.texts import present_value
from web.presenters.paths import mission_path

MOST_LINES = 100


@require_safe
@project_page()
def show_panel(
    request: HttpRequest, project: ProjectAccess, mission_id: str, trace_id: str, span_id: str
) -> HttpResponse:
    """Everything about a span."""
    mission = get_mission(project, mission_id)
    if trace_id == PLAN_TRACE:
        return show_plan_row(request, project, mission, span_id)
    detail = _find(request, project, mission, trace_id, span_id)
    if detail is None:
        return render(request, "mission/_panel_missing.html", {"trace_id": trace_id, "span_id": span_id})
    pk = detail.row.pk
    call = llmlog.find_llm_call(project.project_pk, mission.pk, mission.id, pk)
    run = llmlog.find_tool_call(project.project_pk, mission.pk, mission.id, pk)
    context = {
        "span": present_span(
            detail.row,
            detail.record,
            status=(run.effective_status if run else detail.row.effective_status),
            call=call,
            run=run,
            version_count=detail.version_count,
            provenance=detail.provenance,
        ),
        "call": _call_view(project.project_pk, mission, detail, call) if call else None,
        "said": _said(project.project_pk, mission, detail) if call is None and run is None else None,
        **_io_context(project.project_pk, mission, detail, run),
        **_lines(mission, detail),
        "spans_base": f"{mission_path(mission.id)}spans/",
        "api_address": request.build_absolute_uri(_api_path(mission, detail)),
    }
    return render(request, "mission/_panel.html", context)


def _api_path(mission: MissionRow, detail: SpanDetail) -> str:
    return f"/api/v1{mission_path(mission.id)}spans/{detail.row.trace_id}/{detail.row.span_id}/"


def _call_view(project_id: int, mission: MissionRow, detail: SpanDetail, call: LlmCallRow) -> CallView:
    """The call with what is new in it, and the results of the tools it asked for."""
    calls = llmlog.list_llm_calls(mission.pk, mission.id)
    change = compute_context_changes(calls).get(call.pk)
    conversation = conversation_of(project_id, mission, detail.record)
    runs = read_results(project_id, mission, [call], {call.pk: conversation})
    brain = read_brain(project_id, mission, calls, [call], {call.pk: detail.record}).get(call.pk)
    return present_call(call, conversation, change, runs, brain=brain)


def _said(project_id: int, mission: MissionRow, detail: SpanDetail) -> dict[str, Any] | None:
    """The messages of a span that is no model call, such as an agent's; None without any."""
    if detail.row.span_kind != "AGENT":
        return None
    conversation = conversation_of(project_id, mission, detail.record)
    if not conversation.input_messages and not conversation.output_messages:
        return None
    return {
        "system": present_parts(conversation.system_instructions),
        "messages": present_messages(conversation.input_messages),
        "output": present_messages(conversation.output_messages),
    }


def _io_context(project_id: int, mission: MissionRow, detail: SpanDetail, run: ToolCallRow | None) -> dict[str, Any]:
    """What went in and came out; for a tool run also who asked for it."""
    io = read_tool_io(detail.record.attributes, detail.record.events)
    asked_by = None
    if run is not None and run.requested_by is not None:
        asked_by = llmlog.find_llm_call(project_id, mission.pk, mission.id, run.requested_by)
    return {
        "rerun_path": _rerun_path(mission, run),
        "execution": present_execution(detail.record) if run is not None else None,
        "arguments": None if io.arguments is None else present_value(io.arguments),
        "result": None if io.result is None else present_value(io.result),
        "asked_by": (asked_by and asked_by.response_model) or (asked_by.request_model if asked_by else ""),
        "asked_by_key": span_key(asked_by.trace_id, asked_by.span_id, asked_by.side) if asked_by else "",
    }


def _rerun_path(mission: MissionRow, run: ToolCallRow | None) -> str:
    """Where this run is compared with the run of the same tool before it; empty for the first."""
    if run is None or not run.tool_name:
        return ""
    runs = llmlog.list_tool_calls(mission.pk, mission.id, tool_name=run.tool_name)
    if find_previous(runs, run.pk) is None:
        return ""
    return f"{mission_path(mission.id)}spans/{span_path(run.trace_id, run.span_id, run.side, 'rerun')}"


def _lines(mission: MissionRow, detail: SpanDetail) -> dict[str, Any]:
    chosen = LogFilter(trace_id=detail.row.trace_id, span_id=detail.row.span_id)
    rows = traces.list_logs_by_time(mission.pk, mission.id, limit=MOST_LINES + 1, chosen=chosen)
    lines: list[LineView] = [present_line(row) for row in rows[:MOST_LINES]]
    return {"lines": lines, "has_more_lines": len(rows) > MOST_LINES}


@require_safe
@project_page()
def show_rerun(
    request: HttpRequest, project: ProjectAccess, mission_id: str, trace_id: str, span_id: str
) -> HttpResponse:
    """A tool run beside the run of the same tool before it."""
    mission = get_mission(project, mission_id)
    detail = _find(request, project, mission, trace_id, span_id)
    run = None
    if detail is not None:
        run = llmlog.find_tool_call(project.project_pk, mission.pk, mission.id, detail.row.pk)
    runs = llmlog.list_tool_calls(mission.pk, mission.id, tool_name=run.tool_name) if run is not None else []
    before = find_previous(runs, run.pk) if run is not None else None
    if run is None or before is None:
        raise NotFound("No run of this tool came before.")
    ios = read_tool_ios(project.project_pk, [before.pk, run.pk])
    if len(ios) < 2:
        raise NotFound("The texts of these runs are gone.")
    rerun = present_rerun(before, ios[before.pk], run, ios[run.pk])
    return render(request, "mission/_rerun.html", {"rerun": rerun})


@require_safe
@project_page()
def send_raw(
    request: HttpRequest, project: ProjectAccess, mission_id: str, trace_id: str, span_id: str
) -> HttpResponse:
    """All of a span as text, however long."""
    mission = get_mission(project, mission_id)
    if trace_id == PLAN_TRACE:
        return send_plan_row(mission, span_id)
    detail = _find(request, project, mission, trace_id, span_id)
    if detail is None:
        raise NotFound("There is no such span in this mission.")
    return HttpResponse(present_raw(detail.row, detail.record), content_type="text/plain; charset=utf-8")


def _find(
    request: HttpRequest, project: ProjectAccess, mission: MissionRow, trace_id: str, span_id: str
) -> SpanDetail | None:
    """The span, when it belongs to the mission."""
    side = read_number(request, "side") if "side" in request.GET else None
    detail = traces.find_span(project.project_pk, mission.pk, mission.id, trace_id, span_id, side)
    return detail if detail is not None and detail.row.mission_id == mission.id else None


@require_safe
@project_page()
def show_log_panel(request: HttpRequest, project: ProjectAccess, mission_id: str, pk: int) -> HttpResponse:
    """The whole of one log record of the mission, opened below its line."""
    mission = get_mission(project, mission_id)
    held = traces.find_log_rows([pk], mission.pk, mission.id)
    record = traces.read_logs(project.project_pk, held).get(pk)
    if record is None:
        raise NotFound("There is no such log record in this mission.")
    context = {
        "pk": pk,
        "body": present_value(record.body, is_whole=True),
        "attributes": present_attributes(record.attributes),
        "resource": present_attributes(record.resource.attributes),
        "redactions": sorted(record.redactions.items()),
        "repairs": record.repairs,
    }
    return render(request, "mission/_line_detail.html", context)
