"""The plan pane (steps, plans) and the questions to people."""

import time
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.records import ProjectAccess
from plans.building.rows import PLAN_TRACE, step_row_key
from plans.records import PlanStep
from plans.selectors import read_plan
from plans.span_contents import complete_questions
from plans.whole import read_whole_plan
from traces.records import MissionRow
from web.door import project_page
from web.mission_panes import MOST_UNTIL, Page, read_number, read_until, render_list, slice_page, take_page
from web.mission_reads import get_mission
from web.presenters.mission.keys import SpanAddress, span_key
from web.presenters.mission.plan_lists import order_questions, present_plan_list, present_questions
from web.presenters.mission.plan_map import PlanMap
from web.presenters.mission.plan_rows import (
    Chosen,
    choose_steps,
    count_verbs,
    order_steps,
    present_rows,
    result_line,
)

STEPS, PLANS, QUESTIONS = 200, 60, 100


@require_safe
@project_page()
def show_plan(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """Steps by the plans that made them; with `view=plans` the plans themselves."""
    mission = get_mission(project, mission_id)
    map_ = PlanMap(read_whole_plan(mission.pk, mission.id))
    if request.GET.get("view") == "plans":
        return _show_plans(request, map_)
    chosen = Chosen(request.GET.get("show", ""), request.GET.get("q", ""), request.GET.get("agent", ""))
    steps = choose_steps(map_, order_steps(map_.plan, map_.children), chosen)
    page = _step_page(request, steps)
    is_first = not request.GET.get("offset")
    return render_list(
        request,
        "mission/_plan.html",
        page,
        present_rows(map_, page.rows),
        verbs=count_verbs(map_.plan) if is_first and map_.plan.steps else None,
        step_total=len(map_.plan.steps),
        plan_total=len(map_.plan.revisions),
        chosen=chosen,
        is_filtered=any(chosen),
    )


def _step_page(request: HttpRequest, steps: list[PlanStep]) -> Page:
    """A page of steps. `shown`: so many rows were there before; the first page keeps them, and the selected step."""
    until = read_until(request)
    size = max(STEPS, min(read_number(request, "shown"), MOST_UNTIL))
    found = None
    if until is not None:

        def found(step: PlanStep) -> bool:
            return step_row_key(step)[:2] == until[:2]

    offset = read_number(request, "offset")
    return take_page(steps, offset, STEPS if offset else size, found)


def _show_plans(request: HttpRequest, map_: PlanMap) -> HttpResponse:
    found = present_plan_list(map_)
    page = slice_page(found, read_number(request, "offset"), PLANS)
    context: dict[str, Any] = {"step_total": len(map_.plan.steps), "plan_total": len(found)}
    return render_list(request, "mission/_plan_list.html", page, page.rows, **context)


@require_safe
@project_page()
def show_questions(request: HttpRequest, project: ProjectAccess, mission_id: str) -> HttpResponse:
    """Questions to people, open ones first."""
    mission = get_mission(project, mission_id)
    map_ = PlanMap(read_whole_plan(mission.pk, mission.id))
    ordered = order_questions(map_.plan.questions)
    page = slice_page(ordered, read_number(request, "offset"), QUESTIONS)
    views = present_questions(map_, complete_questions(project.project_pk, page.rows), time.time_ns())
    open_count = sum(each.status == "waiting" for each in ordered)
    return render_list(request, "mission/_questions.html", page, views, open_count=open_count)


def preview_steps(mission: MissionRow, keys: Iterable[SpanAddress]) -> dict[str, str]:
    """What came of those of these rows that are steps, by key."""
    wanted = {key.span_id for key in keys if key.trace_id == PLAN_TRACE}
    if not wanted:
        return {}
    steps = [step for step in read_plan(mission.pk).steps if step.key in wanted]
    return {span_key(*step_row_key(step)): result_line(step) for step in steps}
