"""Missions: a page of them, and one."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.records import Sight
from analysis.current import bring_up_to_date, find_current_mission
from analysis.summary import read_summary
from api.authentication import get_request_sight
from api.export import export_lines, stream_lines
from api.fields import ERRORS, STATUSES, describe
from api.mission_fields import MissionSerializer, SummarySerializer
from api.paging import answer_page
from api.parameters import (
    PROJECT_PARAMETER,
    choices_parameter,
    flag_parameter,
    get_choice,
    get_choices,
    get_flag,
    get_limit,
    get_money,
    get_number,
    get_text,
    money_parameter,
    number_parameter,
    text_parameter,
)
from api.rendering import FastJSONRenderer, LinesRenderer
from api.shapes import summary_json
from core.errors import NotFound
from search.selectors import find_missions_with
from traces.missions import DEFAULT_SORT, SORTS
from traces.records import MissionRow
from traces.selectors import MissionFilter, find_mission, list_missions
from traces.wire import mission_json

SORT_NAMES = [name for sort in SORTS for name in (sort, f"-{sort}")]


FILTERS = [
    text_parameter("q", "Words in the name, the id, prompts, replies, tool inputs and outputs or logs."),
    choices_parameter("status", "One or several, separated by commas.", STATUSES),
    text_parameter("agent", "Name of an agent that took part."),
    text_parameter("service", "Name of a service that took part."),
    text_parameter("model", "Name of a model that was asked for or answered, letter for letter."),
    text_parameter("tool", "Name of a tool that was run, letter for letter."),
    flag_parameter("has_error", "Only with, or only without errors."),
    number_parameter("since_ns", "Last activity at or after."),
    number_parameter("until_ns", "Started before."),
    number_parameter("min_duration_ns", "Ended, and took at least this long."),
    number_parameter("max_duration_ns", "Ended, and took at most this long."),
    money_parameter("min_cost_usd", "Cost is known and at least this."),
]
"""Which missions: of the list and of what is said of all of them."""


def get_mission_filter(request: Request, sight: Sight) -> MissionFilter:
    """The filter the parameters of FILTERS make, within what may be seen. Raises InvalidInput."""
    text = get_text(request, "q").strip()
    return MissionFilter(
        text=text,
        also=find_missions_with(sight.project_pk, text, user_id=sight.user_id) if text else frozenset(),
        statuses=get_choices(request, "status", STATUSES),
        agent=get_text(request, "agent"),
        service=get_text(request, "service"),
        model=get_text(request, "model"),
        tool=get_text(request, "tool"),
        has_error=get_flag(request, "has_error"),
        since_ns=get_number(request, "since_ns"),
        until_ns=get_number(request, "until_ns"),
        min_duration_ns=get_number(request, "min_duration_ns"),
        max_duration_ns=get_number(request, "max_duration_ns"),
        min_cost_usd=get_money(request, "min_cost_usd"),
        user_id=sight.user_id,
    )


def get_mission(
    request: Request, mission_id: str, find: Callable[[int, str, str | None], MissionRow | None] = find_mission
) -> tuple[int, MissionRow]:
    """The project and its mission; NotFound for strangers and for what is not there."""
    sight = get_request_sight(request)
    mission = find(sight.project_pk, mission_id, sight.user_id)
    if mission is None:
        raise NotFound("There is no such mission in this project.")
    return sight.project_pk, mission


class MissionList(APIView):
    """The project's missions."""

    @describe(
        MissionSerializer,
        many=True,
        name="Mission",
        parameters=[*FILTERS, text_parameter("sort", f"Default {DEFAULT_SORT}.", SORT_NAMES)],
    )
    def get(self, request: Request) -> Response:
        """A page of missions."""
        sight = get_request_sight(request)
        page = list_missions(
            sight.project_pk,
            get_mission_filter(request, sight),
            sort=get_choice(request, "sort", SORT_NAMES, DEFAULT_SORT),
            cursor=get_text(request, "cursor"),
            limit=get_limit(request),
        )
        rows = bring_up_to_date(sight.project_pk, page.rows)
        return answer_page(request, [mission_json(row) for row in rows], page.next_cursor)


class MissionsSummary(APIView):
    """What the missions of a filter are together."""

    @describe(SummarySerializer, parameters=FILTERS)
    def get(self, request: Request) -> Response:
        """Numbers over all missions that match, as of their last recomputes. Percentiles are by nearest rank."""
        sight = get_request_sight(request)
        return Response(summary_json(read_summary(sight.project_pk, get_mission_filter(request, sight))))


class MissionDetail(APIView):
    """One mission."""

    @describe(MissionSerializer)
    def get(self, request: Request, mission_id: str) -> Response:
        """The mission."""
        return Response(mission_json(get_mission(request, mission_id, find_current_mission)[1]))


class MissionExport(APIView):
    """A mission to take along."""

    renderer_classes = (FastJSONRenderer, LinesRenderer)

    @extend_schema(
        responses={(200, "application/x-ndjson"): OpenApiTypes.STR, **ERRORS}, parameters=[PROJECT_PARAMETER]
    )
    def get(self, request: Request, mission_id: str) -> StreamingHttpResponse:
        """All records as OTLP/JSON requests, one a line: sent to /v1/traces and /v1/logs they make it again."""
        project_id, mission = get_mission(request, mission_id)
        return stream_lines(request, export_lines(project_id, mission), "mission.otlp.jsonl")


class Unknown(APIView):
    """Whatever is not there, in the shape of every error, whatever the method."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks must be known; then there is nothing."""
        super().initial(request, *args, **kwargs)
        raise Http404
