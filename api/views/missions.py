"""Missions: a page of them, and one."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.current import bring_up_to_date
from api.authentication import get_project_id
from api.fields import STATUSES, MissionSerializer, describe
from api.paging import answer_page
from api.parameters import (
    choices_parameter,
    flag_parameter,
    get_choice,
    get_choices,
    get_flag,
    get_limit,
    get_number,
    get_text,
    number_parameter,
    text_parameter,
)
from core.errors import NotFound
from search.selectors import find_missions_with
from traces.missions import DEFAULT_SORT, SORTS
from traces.records import MissionRow
from traces.selectors import MissionFilter, find_mission, list_missions
from traces.wire import mission_json

SORT_NAMES = [name for sort in SORTS for name in (sort, f"-{sort}")]


def get_mission(request: Request, mission_id: str) -> tuple[int, MissionRow]:
    """The project and its mission; NotFound for strangers and for what is not there."""
    project_id = get_project_id(request)
    mission = find_mission(project_id, mission_id)
    if mission is None:
        raise NotFound("There is no such mission in this project.")
    return project_id, mission


class MissionList(APIView):
    """The project's missions."""

    @describe(
        MissionSerializer,
        many=True,
        name="Mission",
        parameters=[
            text_parameter("q", "Words in the name, the id, prompts, replies, tool inputs and outputs or logs."),
            choices_parameter("status", "One or several, separated by commas.", STATUSES),
            text_parameter("agent", "Name of an agent that took part."),
            text_parameter("service", "Name of a service that took part."),
            flag_parameter("has_error", "Only with, or only without errors."),
            number_parameter("since_ns", "Last activity at or after."),
            number_parameter("until_ns", "Started before."),
            text_parameter("sort", f"Default {DEFAULT_SORT}.", SORT_NAMES),
        ],
    )
    def get(self, request: Request) -> Response:
        """A page of missions."""
        project_id = get_project_id(request)
        text = get_text(request, "q").strip()
        chosen = MissionFilter(
            text=text,
            also=find_missions_with(project_id, text) if text else frozenset(),
            statuses=get_choices(request, "status", STATUSES),
            agent=get_text(request, "agent"),
            service=get_text(request, "service"),
            has_error=get_flag(request, "has_error"),
            since_ns=get_number(request, "since_ns"),
            until_ns=get_number(request, "until_ns"),
        )
        page = list_missions(
            project_id,
            chosen,
            sort=get_choice(request, "sort", SORT_NAMES, DEFAULT_SORT),
            cursor=get_text(request, "cursor"),
            limit=get_limit(request),
        )
        rows = bring_up_to_date(project_id, page.rows)
        return answer_page(request, [mission_json(row) for row in rows], page.next_cursor)


class MissionDetail(APIView):
    """One mission."""

    @describe(MissionSerializer)
    def get(self, request: Request, mission_id: str) -> Response:
        """The mission."""
        project_id, mission = get_mission(request, mission_id)
        return Response(mission_json(bring_up_to_date(project_id, [mission])[0]))


class Unknown(APIView):
    """Whatever is not there, in the shape of every error, whatever the method."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks must be known; then there is nothing."""
        super().initial(request, *args, **kwargs)
        raise Http404
