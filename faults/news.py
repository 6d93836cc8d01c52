"""Error groups that are new, or came back: what alerts ask for."""

from collections.abc import Iterable

import msgspec
from django.db.models import Max, QuerySet

from faults.models import IGNORED, Event, Group

MOST_MISSIONS = 10


class GroupNews(msgspec.Struct, frozen=True):
    """An error group, as much of it as an alert tells."""

    pk: int
    title: str
    service_name: str
    culprit: str
    event_count: int
    first_seen_ns: int
    regressed_ns: int | None


def get_newest_group(project_id: int) -> int:
    """Key of the last group that was made; 0 without any. Groups of a project are made one after another."""
    return Group.objects.filter(project_id=project_id).aggregate(last=Max("id"))["last"] or 0


def list_new_groups(project_id: int, after_pk: int, *, limit: int) -> list[GroupNews]:
    """Groups made after that one, in the order in which they were made. Ignored ones are left out."""
    return _rows(Group.objects.filter(project_id=project_id, id__gt=after_pk).order_by("id")[:limit])


def list_returned_groups(project_id: int, since_ns: int, until_ns: int, *, limit: int) -> list[GroupNews]:
    """Groups that came back in this time after they had been resolved."""
    query = Group.objects.filter(project_id=project_id, regressed_ns__gte=since_ns, regressed_ns__lt=until_ns)
    return _rows(query.order_by("-regressed_ns", "id")[:limit])


def list_groups_seen_first(project_id: int, since_ns: int, until_ns: int, *, limit: int) -> list[GroupNews]:
    """Groups whose first event was in this time."""
    query = Group.objects.filter(project_id=project_id, first_seen_ns__gte=since_ns, first_seen_ns__lt=until_ns)
    return _rows(query.order_by("-first_seen_ns", "id")[:limit])


def find_groups(project_id: int, pks: Iterable[int]) -> list[GroupNews]:
    """These groups, but for ignored ones."""
    return _rows(Group.objects.filter(project_id=project_id, id__in=list(pks)).order_by("id"))


def list_group_missions(project_id: int, group_pk: int) -> list[int]:
    """Keys of missions that a group touched, some of the latest."""
    events = Event.objects.filter(project_id=project_id, group_id=group_pk, is_counted=True, mission_id__isnull=False)
    newest = events.order_by("-time_ns", "-id").values_list("mission_id", flat=True)[: 10 * MOST_MISSIONS]
    return [pk for pk in dict.fromkeys(newest) if pk is not None][:MOST_MISSIONS]


def _rows(query: "QuerySet[Group]") -> list[GroupNews]:
    return [
        GroupNews(
            row.id,
            row.title,
            row.service_name,
            row.culprit,
            row.event_count,
            row.first_seen_ns,
            row.regressed_ns,
        )
        for row in query
        if row.status != IGNORED and row.event_count
    ]
