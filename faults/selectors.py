"""Reads error groups and their events as frozen records. The project is in every query."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Max, Q

from accounts.selectors import list_members
from core.cursors import decode_cursor, encode_cursor
from core.errors import FieldError, InvalidInput
from faults.choosing import GroupFilter, choose_groups
from faults.models import Event, Group, Work
from faults.records import STATUSES, GroupRow, MissionTouched, Share
from traces.models import Mission

SORTS = {
    "last_seen": "last_seen_ns", "first_seen": "first_seen_ns", "events": "event_count", "missions": "mission_count",
}  # fmt: skip
DEFAULT_SORT = "-last_seen"
_SHARED = ("service_name", "environment", "release", "agent_name", "tool_name", "step_verb", "user_id")
"""Fields of events whose values are counted for a group."""
COUNTED_EVENTS = 5_000
"""The newest, of which values are counted."""
MOST_VALUES = 200
MOST_OF_MISSION = 5_000
MOST_WAITING = 100_000


class GroupPage(NamedTuple):
    """A page of groups."""

    rows: list[GroupRow]
    next_cursor: str | None


def count_pending_records() -> int:
    """Records of all projects that are yet to be looked at."""
    return Work.objects.count()


def list_groups(
    project_id: int, chosen: GroupFilter, *, sort: str = DEFAULT_SORT, cursor: str = "", limit: int = 50
) -> GroupPage:
    """A page in the order of `sort` (a name of SORTS, with `-` for descending). Raises InvalidInput."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise InvalidInput(errors=(FieldError("sort", f"must be one of {', '.join(SORTS)}, with - for descending"),))
    column, query = SORTS[name], choose_groups(project_id, chosen)
    if cursor:
        value, pk = decode_cursor(cursor, int, int)
        way = "lt" if descending else "gt"
        query = query.filter(Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": pk}))
    order = (f"-{column}", "-id") if descending else (column, "id")
    found = list(query.order_by(*order)[: limit + 1])
    rows = found[:limit]
    more = encode_cursor(getattr(rows[-1], column), rows[-1].pk) if len(found) > limit else None
    return GroupPage(_group_rows(project_id, rows), more)


def count_groups(project_id: int, chosen: GroupFilter) -> dict[str, int]:
    """How many groups match, by status; the filter's own status is left aside."""
    query = choose_groups(project_id, chosen._replace(statuses=())).order_by().values_list("status")
    return dict.fromkeys(STATUSES, 0) | dict(query.annotate(count=Count("id")))


def find_group(project_id: int, pk: int) -> GroupRow | None:
    """One group that holds events."""
    found = Group.objects.filter(project_id=project_id, id=pk, event_count__gt=0).first()
    return None if found is None else _group_rows(project_id, [found])[0]


def list_groups_of_events(project_id: int, mission_pk: int) -> dict[str, dict[int, int]]:
    """Of a mission's events (the newest MOST_OF_MISSION), by `span` and `log`: the record's key to its group's."""
    query = Event.objects.filter(project_id=project_id, mission_id=mission_pk).exclude(group_id=0)
    found: dict[str, dict[int, int]] = {"span": {}, "log": {}}
    newest = query.order_by("-time_ns", "-id").values_list("span_pk", "log_pk", "group_id")
    for span_pk, log_pk, group_pk in newest[:MOST_OF_MISSION]:
        if span_pk is not None:
            found["span"][span_pk] = group_pk
        elif log_pk is not None:
            found["log"][log_pk] = group_pk
    return found


def list_similar(project_id: int, group: GroupRow, limit: int = 5) -> list[GroupRow]:
    """Other groups that share its type and message, or its place, the latest first."""
    alike = Q(culprit=group.culprit) & ~Q(culprit="")
    if group.error_type or group.message:
        alike |= Q(error_type=group.error_type, message=group.message)
    query = Group.objects.filter(alike, project_id=project_id, event_count__gt=0).exclude(id=group.pk)
    return _group_rows(project_id, list(query.order_by("-last_seen_ns", "-id")[:limit]))


def list_histograms(
    project_id: int, group_pks: Sequence[int], *, since_ns: int, until_ns: int, buckets: int
) -> dict[int, list[int]]:
    """By group: how many of its events lie in each of so many equal parts of a time."""
    width = max(1, -(-(until_ns - since_ns) // buckets))
    found = {pk: [0] * buckets for pk in group_pks}
    number: Any = ExpressionWrapper((F("time_ns") - since_ns) / width, output_field=BigIntegerField())
    query = (
        Event.objects.filter(
            project_id=project_id, group_id__in=list(group_pks), is_counted=True, time_ns__gte=since_ns,
            time_ns__lt=until_ns,
        )
        .order_by()
        .annotate(bucket=number)
        .values_list("group_id", "bucket")
        .annotate(count=Count("id"))
    )  # fmt: skip
    for group_pk, bucket, count in query:
        found[group_pk][min(int(bucket), buckets - 1)] += count
    return found


def list_missions_touched(project_id: int, group_pk: int, limit: int = 50) -> list[MissionTouched]:
    """The missions in which a group's errors happened, the latest first."""
    query = Event.objects.filter(project_id=project_id, group_id=group_pk, is_counted=True, mission_id__isnull=False)
    totals = query.order_by().values("mission_id").annotate(count=Count("id"), last=Max("time_ns"))
    newest = {row["mission_id"]: row for row in totals.order_by("-last", "-mission_id")[:limit]}
    missions = Mission.objects.defer("analysis").in_bulk([pk for pk in newest if pk is not None])
    return [
        MissionTouched(pk, missions[pk].key, missions[pk].name or missions[pk].title, missions[pk].status,
                       row["count"], row["last"])
        for pk, row in newest.items() if pk is not None and pk in missions
    ]  # fmt: skip


def list_shares(project_id: int, group_pk: int, most: int = 5) -> dict[str, list[Share]]:
    """By field (service, release ...): the commonest values among the group's newest events."""
    newest = Event.objects.filter(project_id=project_id, group_id=group_pk, is_counted=True)
    rows = list(newest.order_by("-time_ns", "-id").values_list(*_SHARED)[:COUNTED_EVENTS])
    found: dict[str, list[Share]] = {}
    for index, field in enumerate(_SHARED):
        counts: dict[str, int] = {}
        for row in rows:
            if row[index]:
                counts[row[index]] = counts.get(row[index], 0) + 1
        if counts:
            ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            found[field] = [Share(value, count) for value, count in ordered[:most]]
    return found


def count_waiting() -> int:
    """Records of all projects that are not looked at yet, at most MOST_WAITING."""
    return Work.objects.all()[:MOST_WAITING].count()


def list_values(project_id: int) -> dict[str, list[str]]:
    """By field: the values that groups can be filtered by."""
    fields = ("service_name", "agent_name", "tool_name")
    groups = Group.objects.filter(project_id=project_id, event_count__gt=0).order_by()
    return {
        field: list(
            groups.exclude(**{field: ""}).order_by(field).values_list(field, flat=True).distinct()[:MOST_VALUES]
        )
        for field in fields
    }


def find_newest_release(project_id: int, group_pk: int) -> str:
    """The release of the group's newest event that names one; empty when none does."""
    query = Event.objects.filter(project_id=project_id, group_id=group_pk, is_counted=True).exclude(release="")
    return query.order_by("-time_ns", "-id").values_list("release", flat=True).first() or ""


def _group_rows(project_id: int, rows: Sequence[Group]) -> list[GroupRow]:
    assigned = any(row.assignee_id is not None for row in rows)
    members = {member.user_pk: member.username for member in list_members(project_id)} if assigned else {}
    return [_group_row(row, members) for row in rows]


def _group_row(row: Group, members: Mapping[int, str]) -> GroupRow:
    assignee = members.get(row.assignee_id, "") if row.assignee_id is not None else ""
    return GroupRow(
        pk=row.pk,
        title=row.title,
        error_type=row.error_type,
        message=row.message,
        culprit=row.culprit,
        source=row.source,
        level=row.level,
        service_name=row.service_name,
        agent_name=row.agent_name,
        tool_name=row.tool_name,
        step_verb=row.step_verb,
        status=row.status,
        assignee_id=row.assignee_id if assignee else None,
        assignee=assignee,
        first_seen_ns=row.first_seen_ns,
        last_seen_ns=row.last_seen_ns,
        event_count=row.event_count,
        mission_count=row.mission_count,
        resolved_ns=row.resolved_ns,
        resolved_release=row.resolved_release,
        regressed_ns=row.regressed_ns,
        ignore_until_ns=row.ignore_until_ns,
        ignore_until_count=row.ignore_until_count,
        fingerprint=bytes(row.fingerprint).hex(),
        fingerprint_version=row.fingerprint_version,
    )
