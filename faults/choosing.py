"""Which error groups somebody asks for."""

from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from accounts.selectors import list_members
from faults.models import Event, Group
from traces.selectors import find_mission

NOBODY = "nobody"
"""As an assignee: those that nobody has."""

MOST_WORDS = 16
"""Of a text that is searched for; the first ones."""
_TEXTS = ("title", "error_type", "message", "culprit")


class GroupFilter(NamedTuple):
    """Which groups; empty fields do not restrict."""

    text: str = ""
    """Words, or parts of words, that are all in the title, type, message or culprit, whatever their case."""
    statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    service: str = ""
    agent: str = ""
    tool: str = ""
    environment: str = ""
    release: str = ""
    assignee: str = ""
    """User name, or NOBODY."""
    since_ns: int | None = None
    """Seen at or after."""
    until_ns: int | None = None
    """First seen before."""
    mission: str = ""
    """The sender's id of a mission that it touches."""


def choose_groups(project_id: int, chosen: GroupFilter) -> QuerySet[Group]:
    """The rows a filter leaves, for the reads of this package: groups that hold events."""
    query = Group.objects.filter(project_id=project_id, event_count__gt=0)
    for word in chosen.text.replace("\0", " ").split()[:MOST_WORDS]:
        query = query.filter(_holds(word))
    for column, values in (("status", chosen.statuses), ("source", chosen.sources), ("level", chosen.levels)):
        if values:
            query = query.filter(**{f"{column}__in": values})
    if chosen.since_ns is not None:
        query = query.filter(last_seen_ns__gte=chosen.since_ns)
    if chosen.until_ns is not None:
        query = query.filter(first_seen_ns__lt=chosen.until_ns)
    if chosen.assignee:
        query = query.filter(assignee_id=_find_member(project_id, chosen.assignee))
    return _with_events(project_id, query, chosen)


def _holds(word: str) -> Q:
    held = Q()
    for column in _TEXTS:
        held |= Q(**{f"{column}__icontains": word})
    return held


def _with_events(project_id: int, query: QuerySet[Group], chosen: GroupFilter) -> QuerySet[Group]:
    """Those of which an event has all these values."""
    fields = {
        "service_name": chosen.service, "agent_name": chosen.agent, "tool_name": chosen.tool,
        "environment": chosen.environment, "release": chosen.release,
    }  # fmt: skip
    wanted: dict[str, Any] = {name: value for name, value in fields.items() if value}
    if chosen.mission:
        mission = find_mission(project_id, chosen.mission)
        wanted["mission_id"] = -1 if mission is None else mission.pk
    if not wanted:
        return query
    events = Event.objects.filter(project_id=project_id, is_counted=True, **wanted)
    return query.filter(id__in=events.order_by().values("group_id"))


def _find_member(project_id: int, username: str) -> int | None:
    if username == NOBODY:
        return None
    return next((member.user_pk for member in list_members(project_id) if member.username == username), -1)
