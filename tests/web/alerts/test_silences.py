"""Silences and inhibitions: members make and end them, viewers look, strangers see nothing."""

import time

import pytest

from alerts.models import Firing, Inhibition, Silence
from tests.alerts.making import make_rule

pytestmark = pytest.mark.django_db
FORM = {
    "label": ["model", "", "severity"], "op": ["like", "=", "!="], "value": ["gpt-*", "left out", "critical"],
    "lasts_s": "3600", "comment": "Known <b>trouble</b>",
}  # fmt: skip
INHIBITION = {
    "name": "outage", "equal": "service, model", "source-label": ["rule"], "source-op": ["="], "source-value": ["Down"],
    "target-label": ["severity"], "target-op": ["="], "target-value": ["info"],
}  # fmt: skip


def test_a_silence_keeps_what_matches_quiet_and_can_be_ended(as_bob, project, make_firing):
    rule = make_rule(project)
    quiet, loud = make_firing(rule, labels={"model": "gpt-4o"}), make_firing(rule, labels={"model": "other"})
    assert as_bob.post("/alerts/silences/", FORM).status_code == 302
    text = as_bob.get("/alerts/silences/").content.decode()
    assert "model is like gpt-*" in text
    assert "severity is not critical" in text
    assert "<b>trouble" not in text
    assert Firing.objects.get(pk=quiet.pk).silence_id is not None
    assert Firing.objects.get(pk=loud.pk).silence_id is None
    as_bob.post(f"/alerts/silences/{Silence.objects.get().pk}/end")
    assert Firing.objects.get(pk=quiet.pk).silence_id is None
    assert "Nothing is silenced" in as_bob.get("/alerts/silences/").content.decode()
    assert "gpt-*" in as_bob.get("/alerts/silences/?expired=1").content.decode()


def test_what_is_quiet_now_stands_before_what_will_be_and_what_was(as_bob, project):
    hour_ns, now_ns = 3_600 * 10**9, time.time_ns()
    for starts, ends, why in ((-2, -1, "was"), (24, 25, "will be"), (-1, 1, "is")):
        Silence.objects.create(
            project_id=project.pk, comment=why, created_ns=now_ns, starts_ns=now_ns + starts * hour_ns,
            ends_ns=now_ns + ends * hour_ns, matchers='[{"label": "model", "op": "=", "value": "m"}]',
        )  # fmt: skip
    answer = as_bob.get("/alerts/silences/?expired=1")
    assert [item.row.comment for item in answer.context["silences"]] == ["is", "will be", "was"]
    assert answer.content.decode().count("begins ") == 1


def test_the_form_begins_with_the_labels_of_the_alert_it_was_opened_from(as_bob, project, make_firing):
    firing = make_firing(make_rule(project, name="Slow"), labels={"model": "gpt-4o"})
    lines = as_bob.get(f"/alerts/silences/?firing={firing.pk}").context["lines"]
    assert [tuple(line) for line in lines[:2]] == [("model", "=", "gpt-4o"), ("rule", "=", "Slow")]


@pytest.mark.parametrize("change", [{"label": []}, {"comment": ""}, {"lasts_s": "1"}, {"lasts_s": ""}])
def test_a_silence_that_cannot_be_made_says_why_and_keeps_the_form(as_bob, project, change):
    answer = as_bob.post("/alerts/silences/", FORM | change)
    assert answer.status_code == 400
    [error] = answer.context["error"].errors
    assert error.field in ("What matches", "Why", "For")
    assert f"{error.field}: {error.message}." in answer.content.decode()
    assert not Silence.objects.exists()


def test_inhibitions_are_made_and_removed(as_bob, project):
    assert as_bob.post("/alerts/inhibitions/", INHIBITION).status_code == 302
    row = Inhibition.objects.get()
    assert row.equal == '["service","model"]'
    assert "rule is Down" in as_bob.get("/alerts/silences/").content.decode()
    as_bob.post(f"/alerts/inhibitions/{row.pk}/remove")
    assert not Inhibition.objects.exists()
    assert as_bob.post("/alerts/inhibitions/", INHIBITION | {"source-label": [""]}).status_code == 400


def test_viewers_look_and_strangers_touch_nothing(roles, project):
    roles["member"].post("/alerts/silences/", FORM)
    roles["member"].post("/alerts/inhibitions/", INHIBITION)
    silence, inhibition = Silence.objects.get(), Inhibition.objects.get()
    assert "gpt-*" in roles["viewer"].get("/alerts/silences/").content.decode()
    assert "End now" not in roles["viewer"].get("/alerts/silences/").content.decode()
    assert "gpt-*" not in roles["stranger"].get("/alerts/silences/?expired=1").content.decode()
    assert roles["viewer"].post("/alerts/silences/", FORM).status_code == 403
    assert roles["viewer"].post("/alerts/inhibitions/", INHIBITION).status_code == 403
    for name, status in (("viewer", 403), ("stranger", 404)):
        assert roles[name].post(f"/alerts/silences/{silence.pk}/end").status_code == status
        assert roles[name].post(f"/alerts/inhibitions/{inhibition.pk}/remove").status_code == status
    assert (Silence.objects.count(), Inhibition.objects.count()) == (1, 1)
