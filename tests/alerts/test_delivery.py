"""Messages reach webhooks, signed and escaped; failures are tried again and given up in sight."""

import hashlib
import hmac
import json
import threading
import time

import pytest

from alerts.channel_actions import delete_channel, send_test
from alerts.channel_selectors import list_channels
from alerts.channels.slack import APART
from alerts.delivery import deliver, deliver_due
from alerts.models import Channel, Firing, OutboxMessage
from alerts.outbox import GIVE_UP_S, pause_s
from alerts.selectors import list_messages
from alerts.timekeeping import read_now
from tests.alerts.making import METRIC, alert, at, evaluate_each, make_channel, make_rule, messages, outcomes
from tests.alerts.test_sending import receiver, url_of
from tests.metrics.making import write_minutes

pytestmark = pytest.mark.django_db
SECOND = 10**9
PATIENCE_S = 60


def hook(project, settings, server, **fields):
    """A channel to the server."""
    settings.MISSIONSCOPE_WEBHOOK_ALLOW = [f"127.0.0.1:{server.server_address[1]}"]
    return make_channel(project, target=url_of(server, "/hook"), secret="whsec_x", **fields)


def test_a_webhook_is_told_and_can_check_who_tells_it(project, settings):
    with receiver(lambda one: one.answer(200, b"ok")) as server:
        alert(project, hook(project, settings, server), note="Call somebody.")
        assert deliver_due() == 1
        [(path, headers, body)] = server.received
    stamp = headers["X-MissionScope-Timestamp"]
    expected = hmac.new(b"whsec_x", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert (path, headers["X-MissionScope-Signature"]) == ("/hook", f"v1={expected}")
    assert abs(int(stamp) - time.time()) < 600
    told = json.loads(body)
    [row] = messages()
    assert (row.state, headers["Idempotency-Key"], told["key"]) == ("sent", row.key, row.key)
    [one] = told["alerts"]
    assert (one["state"], one["severity"], one["note"]) == ("firing", "warning", "Call somebody.")
    assert one["labels"] == {"model": "<b>@everyone</b>"}
    assert outcomes() == ["sent"]


def test_slack_is_told_in_its_format_and_names_nobody(project, settings):
    with receiver(lambda one: one.answer(200, b"ok")) as server:
        alert(project, hook(project, settings, server, kind="slack"), note="<!channel> @here *x*")
        deliver_due()
        [(_, headers, body)] = server.received
    assert "X-MissionScope-Signature" not in headers
    told = json.loads(body)
    text = json.dumps(told, ensure_ascii=False)
    assert (told["parse"], told["link_names"]) == ("none", 0)
    for mark in ("<b>", "<!channel>", "@everyone", "@here"):
        assert mark not in text
    assert f"&lt;!channel&gt; @{APART}here" in text


def test_a_failure_is_tried_again_later_with_the_same_words(project, settings):
    answers = [500, 429, 200]
    with receiver(lambda one: one.answer(answers.pop(0), b"busy")) as server:
        send_test(project.pk, hook(project, settings, server).id)
        assert deliver_due() == 1
        [row] = messages()
        assert row.state == "waiting"
        assert row.due_ns - row.created_ns >= pause_s(1) * SECOND
        assert deliver_due() == 0, "not before its time"
        for _ in range(2):
            OutboxMessage.objects.update(due_ns=0)
            deliver_due()
        bodies = {body for _, _, body in server.received}
        keys = {headers["Idempotency-Key"] for _, headers, _ in server.received}
        attempts = [headers["X-MissionScope-Attempt"] for _, headers, _ in server.received]
    assert (len(bodies), len(keys), attempts) == (1, 1, ["1", "2", "3"])
    found = list_messages(project.pk)[0]
    assert (found.state, [each.outcome for each in found.attempts]) == ("sent", ["failed", "failed", "sent"])
    assert found.attempts[0].detail == "Answered 500: busy"


def test_what_cannot_be_delivered_is_given_up_after_its_time(project, settings):
    with receiver(lambda one: one.answer(503)) as server:
        channel = hook(project, settings, server)
        send_test(project.pk, channel.id)
        OutboxMessage.objects.update(created_ns=read_now() - GIVE_UP_S * SECOND)
        deliver_due()
    assert messages()[0].state == "failed"
    assert list_channels(project.pk)[0].failed_count == 1


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "http://10.0.0.1/", "https://localhost/"])
def test_an_address_is_looked_at_again_when_it_is_sent_to(project, target):
    send_test(project.pk, make_channel(project, target=target).id)
    deliver_due()
    assert (messages()[0].state, outcomes()) == ("failed", ["failed"])


def test_a_channel_that_is_off_or_gone_is_not_told(project):
    off, gone = make_channel(project, name="off"), make_channel(project, name="gone")
    for channel in (off, gone):
        send_test(project.pk, channel.id)
    Channel.objects.filter(id=off.id).update(is_enabled=False)
    delete_channel(project.pk, gone.id)
    deliver_due()
    assert [row.state for row in messages()] == ["failed", "failed"]


@pytest.mark.django_db(transaction=True)
def test_the_job_returns_at_once_and_delivers_in_threads(project, settings):
    release = threading.Event()

    def plan(one):
        release.wait(PATIENCE_S)
        one.answer(200)

    with receiver(plan) as server:
        send_test(project.pk, hook(project, settings, server).id)
        deliver()
        deadline = time.monotonic() + PATIENCE_S
        while not server.received:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert messages()[0].state == "sending", "the job has returned and the receiver has not answered"
        release.set()
        while messages()[0].state != "sent":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        from alerts import delivery

        while delivery._alive:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_target_that_is_away_for_an_hour_hears_everything_once_and_is_not_asked_all_the_time(
    project, settings, monkeypatch
):
    """F22: an alert each minute while nobody answers, then somebody does."""
    from alerts import delivery

    now = read_now()
    is_away = [True]
    with receiver(lambda one: one.answer(503) if is_away[0] else one.answer(200)) as server:
        channel = hook(project, settings, server, group_interval_s=60)
        for number in range(60):
            write_minutes(project.pk, METRIC["metric"], {number: [12.0]}, model=f"m{number}")
        make_rule(project, channels=[channel.id], group_by=["model"])
        for number in range(60):
            monkeypatch.setattr(delivery, "read_now", lambda number=number: now + number * 60 * SECOND)
            evaluate_each(at(number + 1))
            OutboxMessage.objects.filter(due_ns__lt=now).update(due_ns=now, created_ns=now)
            deliver_due()
        asked, waiting = len(server.received), len(messages())
        is_away[0] = False
        server.received.clear()
        for number in range(60, 90):
            monkeypatch.setattr(delivery, "read_now", lambda number=number: now + number * 60 * SECOND)
            evaluate_each(at(number + 1))
            deliver_due()
        told = [json.loads(body) for _, _, body in server.received]
    assert waiting <= 5
    assert asked <= 60
    firing = [one["id"] for each in told for one in each["alerts"] if one["state"] == "firing"]
    ended = [one["id"] for each in told for one in each["alerts"] if one["state"] == "resolved"]
    assert len({each["key"] for each in told}) == len(told)
    assert sorted(ended) == sorted(set(ended))
    assert set(firing) | set(ended) == {str(pk) for pk in Firing.objects.values_list("id", flat=True)}
    assert not OutboxMessage.objects.exclude(state="sent").exists()
