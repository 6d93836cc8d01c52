"""What people decide about error groups. Each change is one transaction with its audit event."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from accounts.actions import record_event
from accounts.models import Project, User
from accounts.selectors import list_members
from core.errors import FieldError, InvalidInput, NotFound
from faults.models import IGNORED, RESOLVED, UNRESOLVED, Group
from faults.selectors import find_newest_release
from faults.turns import count_change, take_turn

LONGEST_IGNORED_NS = 366 * 24 * 3600 * 1_000_000_000
MOST_EVENTS_IGNORED = 1_000_000


def resolve(project_id: int, group_pk: int, *, by: User | None, in_next_release: bool = False) -> None:
    """It is repaired: what happens from now on reopens it. `in_next_release`: only what happens in a release that is
    not there yet does."""

    def change(group: Group) -> dict[str, Any]:
        group.status, group.resolved_ns, group.regressed_ns = RESOLVED, time.time_ns(), None
        group.resolved_release = find_newest_release(project_id, group_pk) if in_next_release else None
        group.ignore_until_ns = group.ignore_until_count = None
        return {"after_release": group.resolved_release} if in_next_release else {}

    _change(project_id, group_pk, "error.resolved", change, by)


def ignore(
    project_id: int, group_pk: int, *, by: User | None, for_ns: int | None = None, for_events: int | None = None
) -> None:
    """Nobody wants to hear of it: for ever, for a time, or until so many more have happened. Raises InvalidInput."""
    if for_ns is not None and not 0 < for_ns <= LONGEST_IGNORED_NS:
        raise InvalidInput(errors=(FieldError("ignore_for_s", "must be from 1 second to 366 days"),))
    if for_events is not None and not 0 < for_events <= MOST_EVENTS_IGNORED:
        raise InvalidInput(errors=(FieldError("ignore_for_events", f"must be from 1 to {MOST_EVENTS_IGNORED}"),))

    def change(group: Group) -> dict[str, Any]:
        group.status, group.resolved_ns, group.regressed_ns, group.resolved_release = IGNORED, None, None, None
        group.ignore_until_ns = None if for_ns is None else time.time_ns() + for_ns
        group.ignore_until_count = None if for_events is None else group.event_count + for_events
        return {"until_ns": group.ignore_until_ns, "until_count": group.ignore_until_count}

    _change(project_id, group_pk, "error.ignored", change, by)


def reopen(project_id: int, group_pk: int, *, by: User | None) -> None:
    """It is to be dealt with again."""

    def change(group: Group) -> dict[str, Any]:
        group.status, group.resolved_ns, group.regressed_ns, group.resolved_release = UNRESOLVED, None, None, None
        group.ignore_until_ns = group.ignore_until_count = None
        return {}

    _change(project_id, group_pk, "error.reopened", change, by)


def assign(project_id: int, group_pk: int, username: str, *, by: User | None) -> None:
    """Give it to a member of the project; to nobody with an empty name. Raises InvalidInput."""
    members = {member.username: member.user_pk for member in list_members(project_id)}
    if username and username not in members:
        raise InvalidInput(errors=(FieldError("assignee", "must be the user name of a member, or empty"),))

    def change(group: Group) -> dict[str, Any]:
        group.assignee_id = members.get(username)
        return {"assignee": username}

    _change(project_id, group_pk, "error.assigned", change, by)


def _change(
    project_id: int, group_pk: int, action: str, change: Callable[[Group], dict[str, Any]], by: User | None
) -> None:
    """NotFound when it is no group of the project."""
    with transaction.atomic(), connection.cursor() as cursor:
        take_turn(cursor, project_id)
        group = Group.objects.filter(project_id=project_id, id=group_pk, event_count__gt=0).first()
        if group is None:
            raise NotFound("There is no such error in this project.")
        detail = {"error": group.pk, "title": group.title[:100], **change(group)}
        group.save()
        count_change(cursor, project_id)
        record_event(action, project=Project.objects.get(pk=project_id), user=by, detail=detail)
