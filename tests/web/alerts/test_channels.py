"""Channels: owners make and change them, members test them, everybody sees what became of every message."""

import time

import pytest

from alerts.channel_actions import send_test
from alerts.models import Channel, Delivery, OutboxMessage
from tests.alerts.making import make_channel

pytestmark = pytest.mark.django_db
FORM = {
    "name": "on call", "kind": "webhook", "target": "https://93.184.215.14/hook", "group_by": "rule, severity",
    "group_wait_s": "30", "group_interval_s": "600", "repeat_interval_s": "3600", "send_resolved": "1",
    "is_enabled": "1",
}  # fmt: skip


def test_a_webhook_is_made_and_its_secret_is_shown_once(as_alice, project):
    answer = as_alice.post("/alerts/channels/", FORM)
    secret = answer.context["made"].secret
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    row = Channel.objects.get()
    assert (row.group_by, row.group_wait_s, row.repeat_interval_s) == ('["rule","severity"]', 30, 3600)
    for path in ("/alerts/channels/", f"/alerts/channels/{row.pk}/"):
        text = as_alice.get(path).content.decode()
        assert secret not in text
        assert "/hook" not in text


def test_an_address_inside_is_refused_in_words_and_the_form_stays(as_alice, project):
    answer = as_alice.post("/alerts/channels/", FORM | {"target": "http://127.0.0.1/"})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert 'value="on call"' in answer.content.decode()
    assert not Channel.objects.exists()


def test_a_target_that_is_left_empty_stays(as_alice, project):
    row = make_channel(project, target="https://93.184.215.14/kept")
    assert as_alice.post(f"/alerts/channels/{row.pk}/", FORM | {"name": "renamed", "target": ""}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.target) == ("renamed", "https://93.184.215.14/kept")


def test_another_secret_is_shown_once(as_alice, project):
    row = make_channel(project)
    answer = as_alice.post(f"/alerts/channels/{row.pk}/change", {"do": "secret"})
    row.refresh_from_db()
    assert row.secret != "s"
    assert row.secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_owners_turn_channels_off_and_remove_them(as_alice, project):
    row = make_channel(project, target="https://93.184.215.14/x")
    as_alice.post(f"/alerts/channels/{row.pk}/change", {"do": "off"})
    assert not Channel.objects.get().is_enabled
    as_alice.post(f"/alerts/channels/{row.pk}/change", {"do": "remove"})
    assert not Channel.objects.exists()


def test_members_test_channels_and_change_none(as_bob, project):
    row = make_channel(project)
    assert as_bob.post(f"/alerts/channels/{row.pk}/test", headers={"HX-Request": "true"}).status_code == 200
    assert OutboxMessage.objects.count() == 1
    assert as_bob.post("/alerts/channels/", FORM).status_code == 403
    assert as_bob.post(f"/alerts/channels/{row.pk}/", FORM).status_code == 403
    assert as_bob.post(f"/alerts/channels/{row.pk}/change", {"do": "secret"}).status_code == 403
    assert Channel.objects.get().secret == "s"


def test_too_many_tests_are_refused_in_words(as_bob, project):
    row = make_channel(project)
    answers = [as_bob.post(f"/alerts/channels/{row.pk}/test", headers={"HX-Request": "true"}) for _ in range(6)]
    assert "Wait a minute" in answers[-1].content.decode()
    assert OutboxMessage.objects.count() == 5


def test_viewers_look_and_strangers_see_nothing(roles, project):
    row = make_channel(project, name="pager of ours")
    viewer, stranger = roles["viewer"], roles["stranger"]
    assert "pager of ours" in viewer.get("/alerts/channels/").content.decode()
    assert viewer.post(f"/alerts/channels/{row.pk}/test").status_code == 403
    assert viewer.post("/alerts/channels/", FORM).status_code == 403
    for path in (f"/alerts/channels/{row.pk}/", f"/alerts/channels/{row.pk}/test", f"/alerts/channels/{row.pk}/change"):
        assert stranger.post(path, {"do": "remove"} | FORM).status_code == 404
    assert stranger.get(f"/alerts/channels/{row.pk}/").status_code == 404
    assert "pager of ours" not in stranger.get("/alerts/channels/").content.decode()
    assert Channel.objects.get().name == "pager of ours"


def test_the_log_tells_every_attempt_its_answer_and_the_next_try(roles, project):
    row = make_channel(project, name="pager of ours")
    roles["member"].post(f"/alerts/channels/{row.pk}/test")
    message = OutboxMessage.objects.get()
    now_ns = time.time_ns()
    OutboxMessage.objects.update(state="waiting", due_ns=now_ns + 40 * 10**9)
    for attempt, detail in ((1, "503 <b>busy</b>"), (2, "timed out")):
        Delivery.objects.create(
            message_id=message.pk,
            attempt=attempt,
            started_ns=now_ns,
            ended_ns=now_ns + 5,
            outcome="failed",
            detail=detail,
        )
    for path in ("/alerts/channels/", f"/alerts/channels/{row.pk}/", "/alerts/messages/"):
        text = roles["viewer"].get(path).content.decode()
        assert "503 &lt;b&gt;busy" in text
        assert "timed out" in text
        assert "2 attempts" in text
        assert "next try" in text
    assert roles["viewer"].get("/alerts/messages/?state=sent").context["log"] == []
    assert roles["stranger"].get("/alerts/messages/").context["log"] == []
    assert roles["stranger"].get(f"/alerts/messages/tests?message={message.pk}").context["items"] == []


def test_the_log_is_paged_without_losing_any(as_vera, project):
    row = make_channel(project)
    for _ in range(5):
        send_test(project.pk, row.pk)
    content = OutboxMessage.objects.first().content
    for number in range(40):
        OutboxMessage.objects.create(
            project_id=project.pk, channel_id=row.pk, channel_name="hook", key=f"k{number}", content=content,
            state="sent", created_ns=1, due_ns=1, ended_ns=2,
        )  # fmt: skip
    first = as_vera.get("/alerts/channels/").context
    rest = as_vera.get(first["log_next"]).context
    seen = [item.row.pk for item in (*first["log"], *rest["log"])]
    assert len(set(seen)) == len(seen) == 45
    assert rest["log_next"] == ""
