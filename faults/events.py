"""Reads the events of error groups as frozen records. The project is in every query."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Q

from core.cursors import decode_cursor, encode_cursor
from faults.groups import make_title
from faults.models import Event
from faults.records import ErrorEvent
from traces.models import Mission


class EventPage(NamedTuple):
    """A page of events."""

    rows: list[ErrorEvent]
    next_cursor: str | None


def list_events(
    project_id: int, group_pk: int, *, cursor: str = "", limit: int = 50, mission_pk: int | None = None
) -> EventPage:
    """The events of a group that count, newest first."""
    query = Event.objects.filter(project_id=project_id, group_id=group_pk, is_counted=True)
    if mission_pk is not None:
        query = query.filter(mission_id=mission_pk)
    if cursor:
        time_ns, pk = decode_cursor(cursor, int, int)
        query = query.filter(Q(time_ns__lt=time_ns) | Q(time_ns=time_ns, id__lt=pk))
    found = list(query.order_by("-time_ns", "-id")[: limit + 1])
    rows = found[:limit]
    more = encode_cursor(rows[-1].time_ns, rows[-1].pk) if len(found) > limit else None
    return EventPage(event_rows(rows), more)


def find_event(project_id: int, group_pk: int, pk: int | None = None) -> ErrorEvent | None:
    """An event of a group; without a key the newest that counts."""
    query = Event.objects.filter(project_id=project_id, group_id=group_pk)
    query = query.filter(is_counted=True) if pk is None else query.filter(id=pk)
    found = query.order_by("-time_ns", "-id").first()
    return None if found is None else event_rows([found])[0]


class Neighbours(NamedTuple):
    """Keys of the events before and after one, in time; None at the ends."""

    older: int | None
    newer: int | None


def find_neighbours(project_id: int, event: ErrorEvent) -> Neighbours:
    """The events of the group on both sides of one."""
    query = Event.objects.filter(project_id=project_id, group_id=event.group_pk, is_counted=True)
    at, pk = event.time_ns, event.pk
    older = query.filter(Q(time_ns__lt=at) | Q(time_ns=at, id__lt=pk)).order_by("-time_ns", "-id")
    newer = query.filter(Q(time_ns__gt=at) | Q(time_ns=at, id__gt=pk)).order_by("time_ns", "id")
    return Neighbours(*(found.values_list("id", flat=True).first() for found in (older, newer)))


def list_same(project_id: int, event: ErrorEvent, limit: int = 20) -> list[ErrorEvent]:
    """Other records that tell of the same failure, and do not count."""
    query = Event.objects.filter(project_id=project_id, stands_for=event.pk)
    return event_rows(query.order_by("time_ns", "id")[:limit])


def event_rows(rows: Iterable[Event]) -> list[ErrorEvent]:
    """Frozen records of model instances, with the names of their missions."""
    held = list(rows)
    wanted = {row.mission_id for row in held if row.mission_id is not None}
    names = {pk: (key, name or title) for pk, key, name, title in
             Mission.objects.filter(id__in=wanted).values_list("id", "key", "name", "title")}  # fmt: skip
    return [_event_row(row, names) for row in held]


def _event_row(row: Event, names: Mapping[int, tuple[str, str]]) -> ErrorEvent:
    mission = names.get(row.mission_id) if row.mission_id is not None else None
    return ErrorEvent(
        pk=row.pk,
        group_pk=row.group_id,
        title=make_title(row.error_type, row.message, row.culprit),
        time_ns=row.time_ns,
        source=row.source,
        level=row.level,
        error_type=row.error_type,
        message=row.message,
        culprit=row.culprit,
        mission_id=None if mission is None else mission[0],
        mission_name="" if mission is None else mission[1],
        trace_id=bytes(row.trace_id).hex() if row.trace_id else None,
        span_id=bytes(row.span_id).hex() if row.span_id else None,
        span_pk=row.span_pk,
        log_pk=row.log_pk,
        step_key=row.step_key,
        service_name=row.service_name,
        agent_name=row.agent_name,
        tool_name=row.tool_name,
        step_id=row.step_id,
        step_verb=row.step_verb,
        release=row.release,
        environment=row.environment,
        user_id=row.user_id,
        request_id=row.request_id,
        handled=row.handled,
        is_counted=row.is_counted,
        mission_pk=row.mission_id,
    )
