"""What fires, and what was told of it."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alerts.records import MESSAGE_STATES, SEVERITIES, STATES
from alerts.selectors import FiringFilter, find_firing, get_firing_cursor, get_standing, list_firings, list_messages
from alerts.wire import firing_json, message_json
from api.alert_fields import AlertSerializer, MessageSerializer, StandingSerializer
from api.authentication import get_project_id
from api.fields import describe
from api.paging import answer_page
from api.parameters import (
    choices_parameter,
    flag_parameter,
    get_choices,
    get_flag,
    get_limit,
    get_number,
    get_text,
    number_parameter,
    text_parameter,
)
from core.cursors import decode_cursor, encode_cursor
from core.errors import NotFound
from traces.selectors import find_mission

USUAL_STATES = ("pending", "firing", "resolved")


class AlertList(APIView):
    """Firings."""

    @describe(
        AlertSerializer,
        many=True,
        name="Alert",
        parameters=[
            choices_parameter("state", "One or several; all but inactive when left out.", STATES),
            choices_parameter("severity", "One or several.", SEVERITIES),
            number_parameter("rule", "Id of a rule."),
            text_parameter("mission", "Id of the mission that it is about."),
            flag_parameter("quiet", "Only, or none that are silenced or inhibited."),
            number_parameter("since_ns", "Open, or ended, at or after."),
            number_parameter("until_ns", "Begun before."),
        ],
    )
    def get(self, request: Request) -> Response:
        """A page of firings, newest first."""
        project_id = get_project_id(request)
        mission_id, cursor = get_text(request, "mission"), get_text(request, "cursor")
        mission = find_mission(project_id, mission_id) if mission_id else None
        if mission_id and mission is None:
            raise NotFound("There is no such mission in this project.")
        chosen = FiringFilter(
            states=get_choices(request, "state", STATES) or USUAL_STATES,
            severities=get_choices(request, "severity", SEVERITIES),
            rule_pk=get_number(request, "rule"),
            mission_pk=None if mission is None else mission.pk,
            since_ns=get_number(request, "since_ns"),
            until_ns=get_number(request, "until_ns"),
            is_quiet=get_flag(request, "quiet"),
        )
        before = decode_cursor(cursor, int)[0] if cursor else None
        page = list_firings(project_id, chosen, before_pk=before, limit=get_limit(request))
        more = None if page.next_before is None else encode_cursor(page.next_before)
        return answer_page(request, [firing_json(row) for row in page.rows], more)


class AlertDetail(APIView):
    """One firing."""

    @describe(AlertSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The firing with what it rests on."""
        row = find_firing(get_project_id(request), pk)
        if row is None:
            raise NotFound("There is no such alert in this project.")
        return Response(firing_json(row))


class AlertStanding(APIView):
    """How the project stands."""

    @describe(StandingSerializer)
    def get(self, request: Request) -> Response:
        """Counts of what is open."""
        project_id = get_project_id(request)
        return Response(get_standing(project_id)._asdict() | {"cursor": str(get_firing_cursor(project_id))})


class MessageList(APIView):
    """Messages to channels."""

    @describe(
        MessageSerializer,
        many=True,
        name="AlertMessage",
        parameters=[
            number_parameter("channel", "Id of a channel."),
            number_parameter("alert", "Id of a firing that it names."),
            choices_parameter("state", "One or several.", MESSAGE_STATES),
        ],
    )
    def get(self, request: Request) -> Response:
        """A page of messages with every attempt to deliver them, newest first."""
        project_id = get_project_id(request)
        limit, cursor = get_limit(request), get_text(request, "cursor")
        rows = list_messages(
            project_id,
            channel_pk=get_number(request, "channel"),
            firing_pk=get_number(request, "alert"),
            states=get_choices(request, "state", MESSAGE_STATES),
            before_pk=decode_cursor(cursor, int)[0] if cursor else None,
            limit=limit,
        )
        more = encode_cursor(rows[-1].pk) if len(rows) == limit else None
        return answer_page(request, [message_json(row) for row in rows], more)
