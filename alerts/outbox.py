"""The outbox: who sends which message, and what became of it.

A message is claimed by a conditional update and belongs to its process for LEASE_S; what a killed process had claimed
is claimed again after that, under the same key. Times are those of `alerts.clock`: a jump neither ends a lease nor
keeps a message.
"""

from typing import NamedTuple

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet

from alerts.messages import Message
from alerts.models import Channel, Delivery, OutboxMessage
from core.nanotime import NS_PER_SECOND

LEASE_S = 45
"""Longer than any channel takes (`alerts.channels`): two processes never send the same message at the same time."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 10, 900
GIVE_UP_S = 12 * 3600
"""A message that could not be delivered for so long is given up, and shown as such."""
LOOKED_AT = 50
LONGEST_DETAIL = 500


class Claimed(NamedTuple):
    """A message that is this process's to send, now."""

    pk: int
    attempt: int
    channel: Channel
    message: Message
    created_ns: int


class Outcome(NamedTuple):
    """What became of an attempt."""

    is_sent: bool
    detail: str
    is_final: bool = False
    """Trying again would not help."""


def count_due(now_ns: int) -> int:
    """Messages that somebody should be sending, up to LOOKED_AT."""
    return len(_due(now_ns)[:LOOKED_AT])


def claim(now_ns: int) -> Claimed | None:
    """The next message that is due, marked as being sent; None when there is none.

    One at a time for each channel: a slow one holds up itself alone, and hears in order.
    """
    busy = set(_list_busy(now_ns).values_list("channel_id", flat=True))
    for row in _due(now_ns)[:LOOKED_AT]:
        if row.channel_id not in busy and (claimed := _take(row, now_ns)) is not None:
            return claimed
    return None


def _due(now_ns: int) -> "list[OutboxMessage]":
    is_due = Q(state="waiting", due_ns__lte=now_ns) | Q(state="sending", lease_ns__lte=now_ns)
    return list(OutboxMessage.objects.filter(is_due).order_by("due_ns", "id")[:LOOKED_AT])


def _list_busy(now_ns: int) -> "QuerySet[OutboxMessage]":
    """What is being sent."""
    return OutboxMessage.objects.filter(state="sending", lease_ns__gt=now_ns)


def _take(row: OutboxMessage, now_ns: int) -> Claimed | None:
    with transaction.atomic():
        channel = Channel.objects.select_for_update().filter(id=row.channel_id).first()
        if _list_busy(now_ns).filter(channel_id=row.channel_id).exists():  # since the caller looked
            return None
        same = OutboxMessage.objects.filter(id=row.id, state=row.state, attempt_count=row.attempt_count)
        attempt = row.attempt_count + 1
        if same.update(state="sending", attempt_count=attempt, lease_ns=now_ns + LEASE_S * NS_PER_SECOND) != 1:
            return None
        if row.state == "sending":
            detail = "The process ended before it could say what became of this attempt."
            open_attempt = Delivery.objects.filter(message_id=row.id, outcome="sending")
            open_attempt.update(outcome="unknown", ended_ns=now_ns, detail=detail)
        if channel is None:
            OutboxMessage.objects.filter(id=row.id).update(state="failed", ended_ns=now_ns, lease_ns=None)
            _log(row.id, attempt, now_ns, "failed", "The channel was removed.")
            return None
        _log(row.id, attempt, now_ns, "sending", "")
    message = msgspec.json.decode(row.content, type=Message)
    return Claimed(row.id, attempt, channel, message, row.created_ns)


def _log(message_id: int, attempt: int, now_ns: int, outcome: str, detail: str) -> None:
    Delivery.objects.create(
        message_id=message_id,
        attempt=attempt,
        started_ns=now_ns,
        ended_ns=None if outcome == "sending" else now_ns,
        outcome=outcome,
        detail=detail,
    )


def settle(claimed: Claimed, outcome: Outcome, now_ns: int) -> None:
    """Write down what became of an attempt: sent, to be tried again, or given up."""
    with transaction.atomic():
        Delivery.objects.filter(message_id=claimed.pk, attempt=claimed.attempt).update(
            ended_ns=now_ns, outcome="sent" if outcome.is_sent else "failed", detail=outcome.detail[:LONGEST_DETAIL]
        )
        mine = OutboxMessage.objects.filter(id=claimed.pk, state="sending", attempt_count=claimed.attempt)
        is_late = now_ns - claimed.created_ns >= GIVE_UP_S * NS_PER_SECOND
        if outcome.is_sent:
            mine.update(state="sent", ended_ns=now_ns, lease_ns=None)
        elif outcome.is_final or is_late:
            mine.update(state="failed", ended_ns=now_ns, lease_ns=None)
        else:
            due_ns = now_ns + pause_s(claimed.attempt) * NS_PER_SECOND
            mine.update(state="waiting", due_ns=due_ns, lease_ns=None)


def pause_s(attempt: int) -> int:
    """How long a message rests after its n-th attempt failed: 10 s, 20 s, 40 s ... up to a quarter of an hour."""
    return int(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempt - 1, 10)))
