"""A message is taken by one process at a time, and a channel hears its messages in order."""

import pytest

from alerts import outbox
from alerts.channel_actions import send_test
from alerts.outbox import LEASE_S, claim, pause_s, settle
from alerts.timekeeping import read_now
from tests.alerts.making import make_channel, messages, outcomes

pytestmark = pytest.mark.django_db
SECOND = 10**9


def test_pauses_grow_and_stay_bounded():
    pauses = [pause_s(attempt) for attempt in range(1, 200)]
    assert pauses[:4] == [10, 20, 40, 80]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 900


def test_a_message_belongs_to_one_process_at_a_time(project):
    send_test(project.pk, make_channel(project).id)
    now = read_now()
    first = claim(now)
    assert first is not None
    assert claim(now) is None
    assert claim(now + (LEASE_S - 1) * SECOND) is None
    second = claim(now + LEASE_S * SECOND)
    assert (second.pk, second.attempt, second.message) == (first.pk, 2, first.message)
    assert outcomes() == ["unknown", "sending"]


def test_of_two_that_see_the_same_message_one_takes_it(project):
    send_test(project.pk, make_channel(project).id)
    now = read_now()
    [seen] = outbox._due(now)
    assert claim(now) is not None
    assert outbox._take(seen, now) is None
    assert (outcomes(), messages()[0].attempt_count) == (["sending"], 1)


def test_who_has_lost_a_message_changes_nothing_of_it(project):
    from alerts.outbox import Outcome

    send_test(project.pk, make_channel(project).id)
    now = read_now()
    first = claim(now)
    claim(now + LEASE_S * SECOND)
    settle(first, Outcome(False, "late"), now)
    assert messages()[0].state == "sending"


def test_a_slow_channel_holds_up_no_other_and_hears_in_order(project):
    slow, quick = make_channel(project, name="slow"), make_channel(project, name="quick")
    order = [send_test(project.pk, channel.id) for channel in (slow, slow, quick)]
    now = read_now()
    claimed = [claim(now), claim(now)]
    assert [each.pk for each in claimed] == [order[0], order[2]]
    assert claim(now) is None


def test_two_that_look_at_the_same_time_do_not_send_to_the_same_channel(project, monkeypatch):
    channel = make_channel(project)
    order = [send_test(project.pk, channel.id) for _ in range(2)]
    now, first = read_now(), []

    def look(now_ns, due=outbox._due):
        """Another one has looked as well, and takes the first message."""
        monkeypatch.setattr(outbox, "_due", due)
        first.append(claim(now_ns))
        return due(now_ns)

    monkeypatch.setattr(outbox, "_due", look)
    assert claim(now) is None
    assert [each.pk for each in first] == order[:1]
