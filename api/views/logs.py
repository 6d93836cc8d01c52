"""A project's log records, of every mission and of none."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import get_project_id
from api.fields import describe
from api.paging import answer_page
from api.parameters import (
    get_hex,
    get_limit,
    get_number,
    get_text,
    hex_parameter,
    invalid,
    number_parameter,
    text_parameter,
)
from api.record_fields import LogSerializer
from api.shapes import log_detail
from core.cursors import decode_cursor, encode_cursor
from core.errors import NotFound
from search.log_lines import find_lines
from traces.project_logs import LogQuery, Place, list_project_logs
from traces.selectors import find_mission, read_logs

LEVELS = {"trace": 1, "debug": 5, "info": 9, "warn": 13, "warning": 13, "error": 17, "critical": 21, "fatal": 21}


class ProjectLogList(APIView):
    """The project's log records."""

    @describe(
        LogSerializer,
        many=True,
        name="ProjectLog",
        parameters=[
            text_parameter("q", "All words must be in the record; the last may be the beginning of a word."),
            text_parameter("severity", "At least this: a number, or debug, info, warn, error, critical."),
            text_parameter("service", "Of one service."),
            text_parameter("host", "Of one host."),
            text_parameter("mission", "Of one mission."),
            hex_parameter("trace", "Of one trace.", 32),
            hex_parameter("span", "Of one span.", 16),
            text_parameter("agent", "Of one agent."),
            text_parameter("step", "Of one step."),
            text_parameter("user", "Of one user."),
            text_parameter("request", "Of one request."),
            text_parameter("conversation", "Of one conversation."),
            number_parameter("since_ns", "Not before this time."),
            number_parameter("until_ns", "Before this time."),
        ],
    )
    def get(self, request: Request) -> Response:
        """A page of log records, whole, the latest first."""
        project_id = get_project_id(request)
        limit, cursor = get_limit(request), get_text(request, "cursor")
        before = Place(*decode_cursor(cursor, int, int)) if cursor else None
        rows = list_project_logs(project_id, read_query(request, project_id), before=before, limit=limit + 1)
        shown = rows[:limit]
        records = read_logs(project_id, [row.pk for row in shown])
        results = [log_detail(row, records[row.pk]) for row in shown if row.pk in records]
        following = encode_cursor(shown[-1].time_ns, shown[-1].pk) if len(rows) > limit else None
        return answer_page(request, results, following)


def read_query(request: Request, project_id: int) -> LogQuery:
    """What the request asks for. NotFound for a mission that is not there."""
    text, mission_id = get_text(request, "q"), get_text(request, "mission")
    mission = find_mission(project_id, mission_id) if mission_id else None
    if mission_id and mission is None:
        raise NotFound("There is no such mission in this project.")
    return LogQuery(
        least_severity=_least_severity(request),
        mission_pk=None if mission is None else mission.pk,
        trace_id=get_hex(request, "trace", 32),
        span_id=get_hex(request, "span", 16),
        service_name=get_text(request, "service"),
        host_name=get_text(request, "host"),
        agent_name=get_text(request, "agent"),
        step_id=get_text(request, "step"),
        user_id=get_text(request, "user"),
        request_id=get_text(request, "request"),
        conversation_id=get_text(request, "conversation"),
        since_ns=get_number(request, "since_ns"),
        until_ns=get_number(request, "until_ns"),
        match=find_lines(project_id, text) if text.strip() else None,
    )


def _least_severity(request: Request) -> int:
    text = get_text(request, "severity").lower()
    if text in LEVELS:
        return LEVELS[text]
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        raise invalid("severity", f"must be a severity number or one of {', '.join(LEVELS)}")
    return int(text)
