"""F22: hundreds of alerts at once, and one more each minute, while the target is away for an hour."""

import json
from collections import Counter

import pytest

from alerts import timekeeping
from alerts.clock import Reading
from alerts.delivery import deliver_due
from alerts.evaluation import evaluate
from alerts.models import Delivery, Firing, OutboxMessage
from alerts.notification import MOST_WAITING
from alerts.outbox import LONGEST_PAUSE_S
from tests.alerts.making import at, make_rule, messages
from tests.alerts.test_delivery import hook
from tests.alerts.test_kinds import mission
from tests.alerts.test_sending import receiver

pytestmark = pytest.mark.django_db
STORM, AWAY_MINUTES = 250, 60
MOST_ATTEMPTS = 11
"""Of one message in an hour: after 10, 20, 40 … 640 and then every 900 seconds."""


class Steps:
    """The machine's clocks, moved by hand: an hour takes as long as what is done in it."""

    def __init__(self, monkeypatch):
        self.seconds = 0
        monkeypatch.setattr(timekeeping, "read_clocks", self.read)

    def read(self):
        return Reading(at(0) + self.seconds * 10**9, self.seconds * 10**9, "a")

    def pass_minute(self):
        """What the jobs do in it."""
        self.seconds += 60
        evaluate()
        deliver_due()


def test_a_storm_while_the_target_is_away_for_an_hour_is_told_once_afterwards(project, settings, monkeypatch):
    clock, is_away = Steps(monkeypatch), [True]
    with receiver(lambda one: one.answer(503 if is_away[0] else 200)) as server:
        channel = hook(project, settings, server, group_interval_s=60, repeat_interval_s=10**8, group_by='["mission"]')
        condition = {"measure": "cost_usd", "threshold": "1"}
        make_rule(project, kind="budget", condition=condition, group_by=["mission"], channels=[channel.id])
        for number in range(STORM):
            mission(project, f"m{number}", cost_usd="2")
        for number in range(AWAY_MINUTES):
            mission(project, f"late{number}", cost_usd="2")
            clock.pass_minute()
        waiting, asked = messages(), len(server.received)
        is_away[0] = False
        server.received.clear()
        for _ in range(LONGEST_PAUSE_S // 60 + 2):
            clock.pass_minute()
        posts = list(server.received)

    assert len(waiting) <= MOST_WAITING
    assert max(row.attempt_count for row in waiting) <= MOST_ATTEMPTS
    assert asked == sum(row.attempt_count for row in waiting) == Delivery.objects.filter(outcome="failed").count()
    keys = [headers["Idempotency-Key"] for _, headers, _ in posts]
    assert len(keys) == len(set(keys)) <= MOST_WAITING + 1
    assert not OutboxMessage.objects.exclude(state="sent").exists()
    assert Firing.objects.filter(state="firing").count() == STORM + AWAY_MINUTES
    bodies = [json.loads(body) for _, _, body in posts]
    assert sum(body["firing_count"] for body in bodies) == STORM + AWAY_MINUTES, "each is counted in one message"
    shown = Counter(alert["id"] for body in bodies for alert in body["alerts"])
    assert set(shown.values()) == {1}
