"""The events of an error group: a page of them, and one with the application at that moment."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.moments import Moment, read_moment
from api.authentication import get_project_id
from api.error_fields import EventDetailSerializer, EventSerializer
from api.fields import describe
from api.paging import answer_page
from api.parameters import get_limit, get_text, text_parameter
from api.shapes import state_json
from api.views.errors import get_group
from core.errors import NotFound
from faults.contents import EventContent, read_content
from faults.events import find_event, find_neighbours, list_events, list_same
from faults.records import ErrorEvent
from faults.wire import event_json, stack_json
from telemetry.records import LogRecord
from traces.plain import plain
from traces.selectors import find_mission
from traces.wire import number


class EventList(APIView):
    """A group's events."""

    @describe(
        EventSerializer, many=True, name="ErrorEvent", parameters=[text_parameter("mission", "Only in this mission.")]
    )
    def get(self, request: Request, group_pk: int) -> Response:
        """A page of the events that count, newest first."""
        project_id = get_project_id(request)
        get_group(project_id, group_pk)
        mission_id = get_text(request, "mission")
        mission = find_mission(project_id, mission_id) if mission_id else None
        if mission_id and mission is None:
            raise NotFound("There is no such mission in this project.")
        page = list_events(
            project_id,
            group_pk,
            cursor=get_text(request, "cursor"),
            limit=get_limit(request),
            mission_pk=None if mission is None else mission.pk,
        )
        return answer_page(request, [event_json(row) for row in page.rows], page.next_cursor)


class EventDetail(APIView):
    """One event."""

    @describe(EventDetailSerializer)
    def get(self, request: Request, group_pk: int, event_pk: int) -> Response:
        """The event, its stack, and what the application was about at that moment."""
        project_id = get_project_id(request)
        event = find_event(project_id, get_group(project_id, group_pk).pk, event_pk)
        if event is None:
            raise NotFound("There is no such event of this error.")
        return Response(present_event(project_id, event))


def present_event(project_id: int, event: ErrorEvent) -> dict[str, Any]:
    """An event with all that is known of it."""
    content = read_content(project_id, event)
    mission = find_mission(project_id, event.mission_id) if event.mission_id is not None else None
    moment = read_moment(project_id, mission, event, content)
    neighbours = find_neighbours(project_id, event)
    return (
        event_json(event)
        | _content_json(content)
        | _moment_json(moment)
        | {
            "message": content.message,
            "told_also": [event_json(row) for row in list_same(project_id, event)],
            "older": number(neighbours.older),
            "newer": number(neighbours.newer),
        }
    )


def _content_json(content: EventContent) -> dict[str, Any]:
    record = content.record
    return {
        "stack": stack_json(content.stack),
        "body": plain(record.body) if isinstance(record, LogRecord) else None,
        "attributes": plain(content.attributes),
        "resource": {} if record is None else plain(record.resource.attributes),
    }


def _moment_json(moment: Moment) -> dict[str, Any]:
    step = moment.step
    return {
        "arguments": plain(moment.arguments),
        "result": plain(moment.result),
        "moment_step": None if step is None else {
            "id": step.step.key,
            "step_id": step.step.step_id,
            "verb": step.step.verb,
            "description": step.step.description,
            "inputs": plain(step.inputs),
            "result": plain(step.result),
        },
        "states": [state_json(state) for state in moment.states],
    }  # fmt: skip
