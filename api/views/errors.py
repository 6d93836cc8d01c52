"""Error groups: a page of them, one, and what people decide about it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import require_role
from accounts.models import User
from accounts.records import KeyAccess
from api.authentication import get_project_id
from api.error_fields import GroupChangeSerializer, GroupDetailSerializer, GroupSerializer
from api.fields import ERRORS, describe
from api.paging import answer_page
from api.parameters import (
    PROJECT_PARAMETER,
    choices_parameter,
    get_choice,
    get_choices,
    get_limit,
    get_number,
    get_text,
    number_parameter,
    text_parameter,
)
from core.errors import NotFound
from faults import actions
from faults.choosing import NOBODY, GroupFilter
from faults.grouping.failures import LEVELS, SOURCES
from faults.records import STATUSES, GroupRow
from faults.selectors import (
    DEFAULT_SORT,
    SORTS,
    find_group,
    list_groups,
    list_histograms,
    list_missions_touched,
    list_shares,
    list_similar,
)
from faults.wire import group_json, mission_touched_json

SORT_NAMES = [name for sort in SORTS for name in (sort, f"-{sort}")]
BUCKETS = 48
SECOND_NS = 1_000_000_000
FILTERS = [
    text_parameter("q", "Words that are all in the title, type, message or place."),
    choices_parameter("status", "One or several, separated by commas.", STATUSES),
    choices_parameter("source", "One or several, separated by commas.", SOURCES),
    choices_parameter("level", "One or several, separated by commas.", LEVELS),
    text_parameter("service", "Of one of its events, letter for letter."),
    text_parameter("agent", "Of one of its events, letter for letter."),
    text_parameter("tool", "Of one of its events, letter for letter."),
    text_parameter("environment", "Of one of its events, letter for letter."),
    text_parameter("release", "Of one of its events, letter for letter."),
    text_parameter("mission", "Id of a mission that it touches."),
    text_parameter("assignee", f"User name; {NOBODY} for those that nobody has."),
    number_parameter("since_ns", "Seen at or after."),
    number_parameter("until_ns", "First seen before."),
]


def get_group_filter(request: Request) -> GroupFilter:
    """The filter the parameters make. Raises InvalidInput."""
    return GroupFilter(
        text=get_text(request, "q").strip(),
        statuses=get_choices(request, "status", STATUSES),
        sources=get_choices(request, "source", SOURCES),
        levels=get_choices(request, "level", LEVELS),
        service=get_text(request, "service"),
        agent=get_text(request, "agent"),
        tool=get_text(request, "tool"),
        environment=get_text(request, "environment"),
        release=get_text(request, "release"),
        mission=get_text(request, "mission"),
        assignee=get_text(request, "assignee"),
        since_ns=get_number(request, "since_ns"),
        until_ns=get_number(request, "until_ns"),
    )


def get_group(project_id: int, group_pk: int) -> GroupRow:
    """The group; NotFound when it is none of the project."""
    group = find_group(project_id, group_pk)
    if group is None:
        raise NotFound("There is no such error in this project.")
    return group


class ErrorList(APIView):
    """The project's errors."""

    @describe(
        GroupSerializer,
        many=True,
        name="ErrorGroup",
        parameters=[*FILTERS, text_parameter("sort", f"Default {DEFAULT_SORT}.", SORT_NAMES)],
    )
    def get(self, request: Request) -> Response:
        """A page of error groups."""
        page = list_groups(
            get_project_id(request),
            get_group_filter(request),
            sort=get_choice(request, "sort", SORT_NAMES, DEFAULT_SORT),
            cursor=get_text(request, "cursor"),
            limit=get_limit(request),
        )
        return answer_page(request, [group_json(row) for row in page.rows], page.next_cursor)


class ErrorDetail(APIView):
    """One error group."""

    @describe(GroupDetailSerializer)
    def get(self, request: Request, group_pk: int) -> Response:
        """The group, its events over time, and the missions it touches."""
        project_id = get_project_id(request)
        return Response(present_group(project_id, get_group(project_id, group_pk)))

    @extend_schema(
        request=GroupChangeSerializer,
        responses={200: GroupDetailSerializer, **ERRORS},
        parameters=[PROJECT_PARAMETER],
    )
    def patch(self, request: Request, group_pk: int) -> Response:
        """Resolve, ignore, reopen or assign it: members of the project, and keys with the scope admin."""
        project_id, by = _get_member(request)
        get_group(project_id, group_pk)
        change = GroupChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        _apply(project_id, group_pk, change.validated_data, by)
        return Response(present_group(project_id, get_group(project_id, group_pk)))


def present_group(project_id: int, group: GroupRow) -> dict[str, Any]:
    """A group with what is behind it."""
    since_ns, until_ns = group.first_seen_ns, group.last_seen_ns + 1
    counts = list_histograms(project_id, [group.pk], since_ns=since_ns, until_ns=until_ns, buckets=BUCKETS)
    shares = list_shares(project_id, group.pk)
    return group_json(group) | {
        "histogram": {"since_ns": str(since_ns), "until_ns": str(until_ns), "counts": counts[group.pk]},
        "missions": [mission_touched_json(row) for row in list_missions_touched(project_id, group.pk)],
        "shares": {
            field: [{"value": share.value, "count": share.count} for share in values]
            for field, values in shares.items()
        },
        "similar": [group_json(row) for row in list_similar(project_id, group)],
    }


def _get_member(request: Request) -> tuple[int, User | None]:
    """The project and the person who may change its errors; nobody for a key."""
    project_id = get_project_id(request, "admin")
    if isinstance(request.auth, KeyAccess):
        return project_id, None
    user = request._request.user
    require_role(user, project_id, "member")
    return project_id, user if isinstance(user, User) else None


def _apply(project_id: int, group_pk: int, change: dict[str, Any], by: User | None) -> None:
    status = change.get("status")
    if status == "resolved":
        in_next = change.get("in_next_release", False)
        actions.resolve(project_id, group_pk, by=by, in_next_release=in_next)
    elif status == "ignored":
        for_s = change.get("ignore_for_s")
        for_ns = None if for_s is None else for_s * SECOND_NS
        actions.ignore(project_id, group_pk, by=by, for_ns=for_ns, for_events=change.get("ignore_for_events"))
    elif status == "unresolved":
        actions.reopen(project_id, group_pk, by=by)
    if "assignee" in change:
        actions.assign(project_id, group_pk, change["assignee"], by=by)
