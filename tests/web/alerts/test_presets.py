"""The usual rules on the pages: offered where there are none, added by a click, changed before they are added."""

import re

import pytest

from alerts.models import Rule
from alerts.presets import PRESETS
from alerts.rule_selectors import list_rules
from tests.alerts.making import make_channel, make_rule

pytestmark = pytest.mark.django_db
ADD = "/alerts/rules/presets"


@pytest.mark.parametrize("path", ["/alerts/", "/alerts/rules/", "/alerts/rules/new/"])
def test_a_project_without_rules_is_offered_the_usual_ones_and_has_none_by_looking(as_bob, project, path):
    html = as_bob.get(path).content.decode()
    assert re.findall(r'name="preset" value="([^"]+)"', html) == ["all", *(preset.slug for preset in PRESETS)]
    assert not Rule.objects.exists()


def test_one_click_adds_one(as_bob, project):
    assert as_bob.post(ADD, {"preset": "finding"})["Location"] == "/alerts/rules/"
    [rule] = list_rules(project.pk)
    assert (rule.kind, rule.is_enabled, rule.created_by) == ("finding", True, "bob")
    again = as_bob.get("/alerts/rules/new/").content.decode()
    assert 'value="finding"' not in again
    assert f'href="/alerts/rules/{rule.pk}/"' in again


def test_one_click_adds_all_that_are_not_there_and_tells_the_chosen_channels(as_bob, project):
    channel = make_channel(project)
    make_rule(project, name=PRESETS[0].rule["name"])
    as_bob.post(ADD, {"preset": "all", "channels": [str(channel.pk)]})
    rules = {rule.name: rule for rule in list_rules(project.pk)}
    assert len(rules) == len(PRESETS)
    assert rules.pop(PRESETS[0].rule["name"]).channel_pks == ()
    assert {rule.channel_pks for rule in rules.values()} == {(channel.pk,)}
    as_bob.post(ADD, {"preset": "all"})
    assert Rule.objects.count() == len(PRESETS)


def test_an_unknown_one_or_a_channel_of_others_adds_nothing(as_bob, project):
    assert as_bob.post(ADD, {"preset": ["finding", "nothing"]}).status_code == 400
    assert as_bob.post(ADD, {"preset": "all", "channels": "999999"}).status_code == 400
    assert not Rule.objects.exists()


def test_viewers_see_them_and_cannot_add_them(as_vera, as_charlie, project):
    html = as_vera.get("/alerts/").content.decode()
    assert PRESETS[0].words in html.replace("&#x27;", "'")
    assert 'name="preset"' not in html
    assert as_vera.post(ADD, {"preset": "finding"}).status_code == 403
    as_charlie.post(ADD, {"preset": "finding"})
    assert list_rules(project.pk) == []


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_the_editor_begins_with_one_and_saves_it_as_it_is(as_bob, project, preset):
    answer = as_bob.get("/alerts/rules/new/", {"preset": preset.slug})
    assert f'value="{preset.rule["name"]}"' in answer.content.decode()
    form = answer.context["form"]
    sent = {shown.name: list(shown.chosen) or shown.text for shown in form.fields}
    sent |= {**form.values, "kind": form.kind.kind, "is_enabled": "1", "for_s": form.for_s}
    sent["severity"] = next(each.value for each in form.severities if each.is_chosen)
    assert as_bob.post("/alerts/rules/new/", sent).status_code == 302
    as_bob.post(ADD, {"preset": preset.slug})
    assert Rule.objects.count() == 1


def test_a_rule_s_form_says_how_often_it_is_told_again(as_bob, project):
    channel = make_channel(project, repeat_interval_s=3600)
    pk = make_rule(project, channels=[channel.pk], repeat_interval_s=1234)
    html = as_bob.get(f"/alerts/rules/{pk}/").content.decode()
    assert "again every 1 hour" in html
    assert '<option value="1234" selected>' in html
