"""Reads firings and messages as frozen records, always of one project."""

from typing import NamedTuple

import msgspec
from django.db.models import Q, QuerySet

from alerts.messages import Message, begin_subject, list_firing_pks
from alerts.models import (
    Delivery,
    Firing,
    MessageFiring,
    OutboxMessage,
    Sequence,
)
from alerts.records import (
    MOST_ROWS,
    OPEN_STATES,
    SEVERITIES,
    AttemptRow,
    Evidence,
    FiringPage,
    FiringRow,
    MessageRow,
)


class FiringFilter(NamedTuple):
    """Which firings; empty fields do not restrict."""

    states: tuple[str, ...] = ("pending", "firing", "resolved")
    severities: tuple[str, ...] = ()
    rule_pk: int | None = None
    mission_pk: int | None = None
    since_ns: int | None = None
    """Open, or ended, at or after."""
    until_ns: int | None = None
    """Begun before."""
    is_quiet: bool | None = None
    """Silenced or inhibited."""


class Standing(NamedTuple):
    """How a project stands: what the bar of every page shows."""

    firing: dict[str, int]
    """Severity to how many fire that are not silenced or inhibited."""
    pending: int
    quiet: int
    """Firing, but silenced or inhibited."""
    failed_messages: int


def list_firings(
    project_id: int, chosen: FiringFilter, *, before_pk: int | None = None, limit: int = 100
) -> FiringPage:
    """A page of firings, newest first."""
    query = _chosen_firings(project_id, chosen)
    if before_pk is not None:
        query = query.filter(id__lt=before_pk)
    found = [_firing_row(row) for row in query.order_by("-id")[: limit + 1]]
    return FiringPage(found[:limit], found[limit - 1].pk if len(found) > limit else None)


def list_mission_firings(project_id: int, mission_pk: int, *, limit: int = 50) -> list[FiringRow]:
    """What fires about one mission and what did, newest first."""
    query = Firing.objects.filter(mission_id=mission_pk, project_id=project_id, fired_ns__isnull=False)
    return [_firing_row(row) for row in query.order_by("-id")[:limit]]


def find_firing(project_id: int, pk: int) -> FiringRow | None:
    """One firing."""
    row = Firing.objects.filter(project_id=project_id, id=pk).first()
    return None if row is None else _firing_row(row)


def find_firings(query: QuerySet[Firing]) -> dict[int, FiringRow]:
    """The firings of a query, by key, in its order. For the writers of this package."""
    return {row.id: _firing_row(row) for row in query}


def list_open_firings(project_id: int, *, limit: int = MOST_ROWS) -> list[FiringRow]:
    """What fires or is about to, gravest first, then newest."""
    query = Firing.objects.filter(project_id=project_id, state__in=OPEN_STATES).order_by("-id")[:limit]
    rows = [_firing_row(row) for row in query]
    return sorted(rows, key=lambda row: (row.state != "firing", SEVERITIES.index(row.severity), -row.pk))


def list_changed_firings(project_id: int, after_seq: int, *, until_seq: int, limit: int) -> list[FiringRow]:
    """Firings that changed after a number, in the order of their last change."""
    query = Firing.objects.filter(project_id=project_id, change_seq__gt=after_seq, change_seq__lte=until_seq)
    return [_firing_row(row) for row in query.order_by("change_seq", "id")[:limit]]


def get_firing_cursor(project_id: int) -> int:
    """The number of the project's last change of a firing."""
    return Sequence.objects.filter(project_id=project_id).values_list("last", flat=True).first() or 0


def get_standing(project_id: int) -> Standing:
    """Counts of what is open."""
    firing, pending, quiet = dict.fromkeys(SEVERITIES, 0), 0, 0
    rows = Firing.objects.filter(project_id=project_id, state__in=OPEN_STATES)
    for state, severity, silence, inhibited in rows.values_list("state", "severity", "silence_id", "inhibited_by"):
        if state == "pending":
            pending += 1
        elif silence is not None or inhibited is not None:
            quiet += 1
        else:
            firing[severity] += 1
    failed = OutboxMessage.objects.filter(project_id=project_id, state="failed").count()
    return Standing(firing, pending, quiet, failed)


def list_messages(
    project_id: int,
    *,
    channel_pk: int | None = None,
    firing_pk: int | None = None,
    states: tuple[str, ...] = (),
    before_pk: int | None = None,
    limit: int = 100,
) -> list[MessageRow]:
    """Messages to channels with all attempts to deliver them, newest first. With `firing_pk` those that name it."""
    query = OutboxMessage.objects.filter(project_id=project_id)
    if channel_pk is not None:
        query = query.filter(channel_id=channel_pk)
    if states:
        query = query.filter(state__in=states)
    if before_pk is not None:
        query = query.filter(id__lt=before_pk)
    if firing_pk is not None:
        query = query.filter(id__in=MessageFiring.objects.filter(firing_id=firing_pk).values("message_id"))
    rows = list(query.order_by("-id")[:limit])
    attempts: dict[int, list[AttemptRow]] = {row.id: [] for row in rows}
    for each in Delivery.objects.filter(message_id__in=attempts).order_by("message_id", "attempt"):
        attempts[each.message_id].append(
            AttemptRow(each.attempt, each.started_ns, each.ended_ns, each.outcome, each.detail)
        )
    return [_message_row(row, tuple(attempts[row.id])) for row in rows]


def _chosen_firings(project_id: int, chosen: FiringFilter) -> QuerySet[Firing]:
    query = Firing.objects.filter(project_id=project_id, state__in=chosen.states)
    if chosen.severities:
        query = query.filter(severity__in=chosen.severities)
    if chosen.rule_pk is not None:
        query = query.filter(rule_id=chosen.rule_pk)
    if chosen.mission_pk is not None:
        query = query.filter(mission_id=chosen.mission_pk)
    if chosen.since_ns is not None:
        query = query.filter(Q(ended_ns__isnull=True) | Q(ended_ns__gte=chosen.since_ns))
    if chosen.until_ns is not None:
        query = query.filter(since_ns__lt=chosen.until_ns)
    if chosen.is_quiet is not None:
        loud = Q(silence_id__isnull=True, inhibited_by__isnull=True)
        query = query.exclude(loud) if chosen.is_quiet else query.filter(loud)
    return query


def _firing_row(row: Firing) -> FiringRow:
    return FiringRow(
        pk=row.id,
        rule_pk=row.rule_id,
        rule_name=row.rule_name,
        kind=row.kind,
        labels=msgspec.json.decode(row.labels, type=dict[str, str]),
        state=row.state,
        severity=row.severity,
        value=row.value,
        threshold=row.threshold,
        title=row.title,
        evidence=msgspec.json.decode(row.evidence, type=Evidence),
        since_ns=row.since_ns,
        seen_ns=row.seen_ns,
        fired_ns=row.fired_ns,
        ended_ns=row.ended_ns,
        ended_why=row.ended_why,
        silence_pk=row.silence_id,
        inhibited_by=row.inhibited_by,
        change_seq=row.change_seq,
    )


def _message_row(row: OutboxMessage, attempts: tuple[AttemptRow, ...]) -> MessageRow:
    message = msgspec.json.decode(row.content, type=Message)
    return MessageRow(
        pk=row.id,
        channel_pk=row.channel_id,
        channel_name=row.channel_name,
        key=row.key,
        subject=message.subject,
        about=message.subject.removeprefix(begin_subject(message.project)),
        firing_pks=list_firing_pks(message),
        state=row.state,
        attempts=attempts,
        created_ns=row.created_ns,
        due_ns=row.due_ns,
        ended_ns=row.ended_ns,
    )
