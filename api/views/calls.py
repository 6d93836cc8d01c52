"""A mission's model calls, turns of agents and tool runs."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.selectors import Tries, read_attempts, read_turns
from api.call_fields import (
    LlmCallDetailSerializer,
    LlmCallSerializer,
    ToolCallDetailSerializer,
    ToolCallSerializer,
    TurnDetailSerializer,
    TurnSerializer,
)
from api.fields import describe
from api.parameters import get_limit
from api.shapes import llm_call_detail, tool_call_detail, turn_detail, turn_json
from api.views.missions import get_mission
from api.views.records import AFTER, INCLUDE, answer_changes, answer_contents, get_after, wants_content
from core.errors import NotFound
from llmlog.selectors import find_llm_call, find_tool_call, list_llm_calls, list_tool_calls
from llmlog.wire import llm_call_json, tool_call_json
from telemetry.records import SpanRecord
from traces.selectors import read_spans

MOST_ATTEMPTS_READ = 20
"""Attempts of one call whose texts are read: the latest."""


def read_attempt_spans(project_id: int, tries: Tries) -> dict[int, SpanRecord]:
    """The spans of the latest attempts of calls that were tried more than once, or seen from inside."""
    chains = [chain[-MOST_ATTEMPTS_READ:] for pk, chain in tries.chains.items() if [each.pk for each in chain] != [pk]]
    wanted = {each.pk for chain in chains for each in chain}
    return read_spans(project_id, wanted) if wanted else {}


class LlmCallList(APIView):
    """The mission's model calls."""

    @describe(LlmCallSerializer, detail=LlmCallDetailSerializer, many=True, name="LlmCall", parameters=[AFTER, INCLUDE])
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of model calls, in the order of their last change."""
        project_id, mission = get_mission(request, mission_id)
        limit, is_whole = get_limit(request), wants_content(request)
        rows = list_llm_calls(mission.pk, mission.id, after_seq=get_after(request), limit=limit + 1)
        if not is_whole:
            return answer_changes(request, rows, limit, llm_call_json)
        tries = read_attempts(mission, rows[:limit])
        records = read_attempt_spans(project_id, tries)
        return answer_contents(
            request,
            project_id,
            rows,
            limit,
            lambda row, record: llm_call_detail(row, tries, record, records),
        )


class LlmCallDetail(APIView):
    """One model call."""

    @describe(LlmCallDetailSerializer)
    def get(self, request: Request, mission_id: str, pk: int) -> Response:
        """The call with what was said."""
        project_id, mission = get_mission(request, mission_id)
        row = find_llm_call(project_id, mission.pk, mission.id, pk)
        if row is None:
            raise NotFound("There is no such model call in this mission.")
        tries = read_attempts(mission, [row])
        records = read_attempt_spans(project_id, tries)
        return Response(llm_call_detail(row, tries, read_spans(project_id, [pk])[pk], records))


class TurnList(APIView):
    """What agents said where no model call says it."""

    @describe(TurnSerializer, detail=TurnDetailSerializer, many=True, name="Turn", parameters=[AFTER, INCLUDE])
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of turns of agents, in the order of their last change."""
        project_id, mission = get_mission(request, mission_id)
        limit, is_whole = get_limit(request), wants_content(request)
        rows = read_turns(mission, get_after(request))[: limit + 1]
        if not is_whole:
            return answer_changes(request, rows, limit, turn_json)
        return answer_contents(request, project_id, rows, limit, turn_detail)


class ToolCallList(APIView):
    """The mission's tool runs."""

    @describe(
        ToolCallSerializer, detail=ToolCallDetailSerializer, many=True, name="ToolCall", parameters=[AFTER, INCLUDE]
    )
    def get(self, request: Request, mission_id: str) -> Response:
        """A page of tool runs, in the order of their last change."""
        project_id, mission = get_mission(request, mission_id)
        limit, is_whole = get_limit(request), wants_content(request)
        rows = list_tool_calls(mission.pk, mission.id, after_seq=get_after(request), limit=limit + 1)
        if not is_whole:
            return answer_changes(request, rows, limit, tool_call_json)
        return answer_contents(request, project_id, rows, limit, tool_call_detail)


class ToolCallDetail(APIView):
    """One tool run."""

    @describe(ToolCallDetailSerializer)
    def get(self, request: Request, mission_id: str, pk: int) -> Response:
        """The run with its input and output."""
        project_id, mission = get_mission(request, mission_id)
        row = find_tool_call(project_id, mission.pk, mission.id, pk)
        if row is None:
            raise NotFound("There is no such tool run in this mission.")
        return Response(tool_call_detail(row, read_spans(project_id, [pk])[pk]))
