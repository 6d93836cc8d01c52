"""Brings groups up to their events: counts, texts, and whether what was resolved or ignored has come back."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Count, Max, Min

from faults.grouping.messages import normalise_message
from faults.models import IGNORED, UNRESOLVED, Event, Group
from faults.turns import count_change, take_turn

TITLE_CHARACTERS = 300


def refresh_groups(project_id: int, group_ids: Iterable[int]) -> None:
    """Compute these groups from their events. Idempotent; the caller has the project's turn."""
    wanted = sorted(group_ids)
    counted = Event.objects.filter(project_id=project_id, group_id__in=wanted, is_counted=True)
    totals = {
        row["group_id"]: row
        for row in counted.values("group_id").annotate(
            events=Count("id"),
            missions=Count("mission_id", distinct=True),
            first=Min("time_ns"),
            last=Max("time_ns"),
        )
    }
    for group in Group.objects.filter(project_id=project_id, id__in=wanted).order_by("id"):
        total = totals.get(group.pk)
        if total is None:
            group.event_count = group.mission_count = 0
        else:
            group.event_count, group.mission_count = total["events"], total["missions"]
            group.first_seen_ns, group.last_seen_ns = total["first"], total["last"]
            _describe(group)
            _judge(group)
        group.save()


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
    first: int | None = after.aggregate(first=Min("time_ns"))["first"]
    return first


def wake_sleeping(now_ns: int) -> None:
    """Reopen groups that were ignored until a moment that has passed."""
    sleeping = Group.objects.filter(status=IGNORED, ignore_until_ns__lte=now_ns)
    for project_id in sorted(set(sleeping.values_list("project_id", flat=True))):
        with transaction.atomic(), connection.cursor() as cursor:
            take_turn(cursor, project_id)
            woken = sleeping.filter(project_id=project_id)
            woken.update(status=UNRESOLVED, ignore_until_ns=None, ignore_until_count=None)
            count_change(cursor, project_id)
