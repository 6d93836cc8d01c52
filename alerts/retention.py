"""Forgets what is old: evaluations after a day, what ended and what was sent after MISSIONSCOPE_ALERT_DAYS."""

from typing import Any

from django.conf import settings
from django.db import transaction

from alerts.models import Delivery, Evaluation, Firing, MessageFiring, OutboxMessage, Silence
from alerts.timekeeping import read_now
from core.nanotime import CLOCK_SPARE_NS, NS_PER_SECOND

EVALUATION_DAYS = 1
BATCH = 1_000
DAY_NS = 86_400 * NS_PER_SECOND


def retain() -> None:
    """The job. By the clock that does not jump, and with time to spare: nothing is forgotten early."""
    now_ns = read_now() - CLOCK_SPARE_NS
    old_ns = now_ns - settings.MISSIONSCOPE_ALERT_DAYS * DAY_NS
    _forget(Evaluation.objects.filter(window_end_ns__lt=now_ns - EVALUATION_DAYS * DAY_NS))
    _forget(Firing.objects.filter(state="inactive", ended_ns__lt=now_ns - EVALUATION_DAYS * DAY_NS))
    _forget(Firing.objects.filter(state="resolved", ended_ns__lt=old_ns))
    _forget(Silence.objects.filter(ends_ns__lt=old_ns))
    _forget_messages(old_ns)


def _forget(query: Any) -> None:
    while pks := list(query.order_by("id").values_list("id", flat=True)[:BATCH]):
        query.model.objects.filter(id__in=pks).delete()


def _forget_messages(old_ns: int) -> None:
    query = OutboxMessage.objects.filter(state__in=("sent", "failed"), ended_ns__lt=old_ns).order_by("id")
    while pks := list(query.values_list("id", flat=True)[:BATCH]):
        with transaction.atomic():
            Delivery.objects.filter(message_id__in=pks).delete()
            MessageFiring.objects.filter(message_id__in=pks).delete()
            OutboxMessage.objects.filter(id__in=pks).delete()
