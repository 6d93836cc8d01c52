"""Brings groups up to their events: counts, texts, and whether what was resolved or ignored has come back."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Max, Min, QuerySet

from faults.grouping.messages import normalise_message
from faults.models import IGNORED, UNRESOLVED, Event, Group
from faults.turns import count_change, take_turn

TITLE_CHARACTERS = 300
MOST_RECOUNTED = 2_000
"""Events of a group that are counted again with each change."""


def refresh_groups(project_id: int, changes: Mapping[int, Mapping[int | None, int]]) -> None:
    """Bring these groups up to their events. The caller has the project's turn.

    `changes`: by group and mission, how many more events count than when the group was brought up last. Groups of more
    than MOST_RECOUNTED events add them to what they have; others are counted again.
    """
    groups = list(Group.objects.filter(project_id=project_id, id__in=sorted(changes)).order_by("id"))
    small = [group.pk for group in groups if group.event_count <= MOST_RECOUNTED]
    totals = _count_again(project_id, small)
    for group in groups:
        if group.event_count > MOST_RECOUNTED:
            total = _add(group, changes[group.pk])
        else:
            total = totals.get(group.pk)
        if total is None:
            group.event_count = group.mission_count = 0
        else:
            group.event_count, group.mission_count, group.first_seen_ns, group.last_seen_ns = total
            _describe(group)
            _judge(group)
        group.save()


class _Totals(NamedTuple):
    """What the events of a group come to."""

    events: int
    missions: int
    first_ns: int
    last_ns: int


def _count_again(project_id: int, pks: Sequence[int]) -> dict[int, _Totals]:
    """By group, those that have events."""
    counted = Event.objects.filter(project_id=project_id, group_id__in=pks, is_counted=True)
    rows = counted.values("group_id").annotate(
        events=Count("id"),
        missions=Count("mission_id", distinct=True),
        first=Min("time_ns"),
        last=Max("time_ns"),
    )
    return {row["group_id"]: _Totals(row["events"], row["missions"], row["first"], row["last"]) for row in rows}


def _add(group: Group, changes: Mapping[int | None, int]) -> _Totals | None:
    """What it has and what came, at the cost of what came; None: nothing is left."""
    events = Event.objects.filter(group_id=group.pk, is_counted=True)
    times = events.values_list("time_ns", flat=True)
    last_ns = times.order_by("-time_ns", "-id").first()
    first_ns = times.order_by("time_ns", "id").first()
    if first_ns is None or last_ns is None:
        return None
    missions = group.mission_count + sum(
        _count_mission(events.filter(mission_id=pk), change) for pk, change in changes.items() if pk is not None
    )
    return _Totals(group.event_count + sum(changes.values()), missions, first_ns, last_ns)


def _count_mission(events: QuerySet[Event], change: int) -> int:
    """Is the mission new to the group (1), or gone from it (-1)? `events`: those it has there now."""
    if change == 0:
        return 0
    there = events.order_by()[: max(change, 0) + 1].count()
    if change > 0:
        return 1 if there == change else 0
    return 0 if there else -1


def _describe(group: Group) -> None:
    """In the words of the newest event."""
    of_group = Event.objects.filter(group_id=group.pk, is_counted=True, time_ns=group.last_seen_ns)
    newest = of_group.order_by("identity").first()
    if newest is None:
        return
    group.title = make_title(newest.error_type, newest.message, newest.culprit)
    group.error_type, group.message = newest.error_type, normalise_message(newest.message)
    group.culprit, group.source, group.level = newest.culprit, newest.source, newest.level
    group.service_name, group.agent_name = newest.service_name, newest.agent_name
    group.tool_name, group.step_verb = newest.tool_name, newest.step_verb


def make_title(error_type: str, message: str, culprit: str) -> str:
    """`ValueError: no such file`; what failed where nothing more is told."""
    told = ": ".join(part for part in (error_type, " ".join(message.split())) if part)
    return (told or f"{culprit or 'Something'} failed")[:TITLE_CHARACTERS]


def _judge(group: Group) -> None:
    """Reopen what came back after it was resolved, and what was ignored until now."""
    if group.status == IGNORED:
        until = group.ignore_until_count
        if until is not None and group.event_count >= until:
            _wake(group)
    elif group.resolved_ns is not None:
        returned_ns = _find_return(group, group.resolved_ns)
        if returned_ns is not None:
            group.status, group.regressed_ns = UNRESOLVED, returned_ns


def _wake(group: Group) -> None:
    group.status, group.ignore_until_ns, group.ignore_until_count = UNRESOLVED, None, None


def _find_return(group: Group, resolved_ns: int) -> int | None:
    """Time of the first event after the group was resolved: by its own clock and by ours.

    Resolved in the next release: only events of a release that was not there before.
    """
    after = Event.objects.filter(
        group_id=group.pk, is_counted=True, time_ns__gt=resolved_ns, received_ns__gt=resolved_ns
    )
    if group.resolved_release is not None:
        releases = set(after.exclude(release="").values_list("release", flat=True).distinct())
        known = Event.objects.filter(project_id=group.project_id, release__in=releases, time_ns__lte=resolved_ns)
        new = releases - set(known.values_list("release", flat=True).distinct()) - {group.resolved_release}
        after = after.filter(release__in=new)
    return after.order_by("time_ns", "id").values_list("time_ns", flat=True).first()


def wake_sleeping(now_ns: int) -> None:
    """Reopen groups that were ignored until a moment that has passed."""
    sleeping = Group.objects.filter(status=IGNORED, ignore_until_ns__lte=now_ns)
    for project_id in sorted(set(sleeping.values_list("project_id", flat=True))):
        with transaction.atomic(), connection.cursor() as cursor:
            take_turn(cursor, project_id)
            woken = sleeping.filter(project_id=project_id)
            woken.update(status=UNRESOLVED, ignore_until_ns=None, ignore_until_count=None)
            count_change(cursor, project_id)
