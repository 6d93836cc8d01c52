"""The list of rules and their editor: every kind, what is wrong beside its field, the preview, tests of channels."""

import time

import msgspec
import pytest
from django.http import QueryDict

from alerts.conditions import KINDS
from alerts.forms import read_rule
from alerts.models import Evaluation, OutboxMessage, Rule
from alerts.rule_selectors import find_rule
from tests.alerts.making import make_channel, make_rule
from tests.metrics.making import BEGIN_NS, MINUTE_NS, write_minutes
from web.presenters.alerts.rule_form import blank_form, fill_form, read_rule_form
from web.presenters.alerts.words import BY_KIND, describe_condition

pytestmark = pytest.mark.django_db
METRIC_FORM = {
    "kind": "metric",
    "name": "Slow",
    "severity": "critical",
    "for_s": "300",
    "group_by": "model, agent",
    "is_enabled": "1",
    "note": "Look first.",
    "condition.metric": "missionscope.llm.duration",
    "condition.aggregation": "p95",
    "condition.comparison": ">=",
    "condition.threshold": "2.5",
    "condition.window_s": "600",
    "condition.filters": "service=brain, error=true",
    "condition.least_count": "3",
}


def test_a_rule_is_made_from_the_form_as_it_was_filled_in(as_bob, project):
    channel = make_channel(project)
    answer = as_bob.post("/alerts/rules/new/", METRIC_FORM | {"channels": [str(channel.pk)]})
    rule = Rule.objects.get()
    assert answer["Location"] == f"/alerts/rules/{rule.pk}/"
    row = find_rule(project.pk, rule.pk)
    assert row is not None
    assert row.condition == {
        "metric": "missionscope.llm.duration",
        "aggregation": "p95",
        "comparison": ">=",
        "threshold": 2.5,
        "window_s": 600,
        "filters": {"service": "brain", "error": "true"},
        "least_count": 3,
    }
    assert (row.severity, row.for_s, row.group_by, row.channel_pks) == (
        "critical",
        300,
        ("model", "agent"),
        (channel.pk,),
    )
    assert row.created_by == "bob"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_form_whose_first_state_can_be_saved_and_previewed(as_bob, project, kind):
    assert kind in BY_KIND
    assert as_bob.get(f"/alerts/rules/new/?kind={kind}").status_code == 200
    form = dict(blank_form(kind, QueryDict(), []).lists()) | {"kind": kind}
    preview = as_bob.post("/alerts/rules/preview", form)
    assert preview.status_code == 200
    assert "It would" in preview.content.decode()
    assert as_bob.post("/alerts/rules/new/", form).status_code == 302
    row = find_rule(project.pk, Rule.objects.get().pk)
    assert row is not None
    assert as_bob.get(f"/alerts/rules/{row.pk}/").status_code == 200
    assert describe_condition(kind, row.condition, row.group_by)


@pytest.mark.parametrize("kind", KINDS)
def test_saving_an_unchanged_form_changes_nothing_of_the_condition(project, kind):
    pk = make_rule(project, kind=kind, condition=CONDITIONS[kind], for_s=45)
    row = find_rule(project.pk, pk)
    assert row is not None
    again = read_rule(read_rule_form(fill_form(row), kind))
    assert sorted_json(again.condition) == sorted_json(row.condition)
    assert (again.group_by, again.for_s) == (row.group_by, 45)


def sorted_json(condition):
    return msgspec.json.encode(condition, order="sorted")


CONDITIONS = {
    "metric": {"metric": "x", "aggregation": "rate", "threshold": 0.12345678901, "comparison": "<", "window_s": 86400},
    "error_rate_spike": {"factor": 3.5, "least_rate": 0.07, "least_errors": 9, "filters": {"service": "a"}},
    "critical_failure": {"service": "brain", "signs": ["new_error"]},
    "human_pending": {"after_s": 77},
    "human_timeout": {},
    "stalled_mission": {"after_s": 1234, "include_waiting": True},
    "budget": {"measure": "tokens", "per": "window", "threshold": "1000.50", "filters": {"model": "m"}},
    "finding": {"detectors": ["loop", "stall"], "least_severity": "info", "roots_only": False},
    "no_data": {"metric": "x", "window_s": 300, "expected_s": 600},
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("condition.threshold", "many", "Must be a number"),
        ("condition.threshold", "nan", "Must be a number"),
        ("condition.threshold", "1e999", "Must be a number"),
        ("condition.threshold", "", "Must be a number"),
        ("condition.window_s", "61", "Must be one of 60, 120"),
        ("condition.least_count", "-1", "Must be a whole number"),
        ("condition.filters", "brain", "Must be label=value"),
        ("condition.metric", "", "Must not be empty."),
        ("condition.aggregation", "p42", "Must be one of sum, rate"),
        ("group_by", "a,b,c,d,e,f", "at most 5 labels"),
        ("name", "", "Must not be empty."),
        ("for_s", "x" * 5000, "Must be a whole number"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays_filled_in(as_bob, project, field, value, message):
    answer = as_bob.post("/alerts/rules/new/", METRIC_FORM | {field: value})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert message in text
    assert "Look first." in text
    assert not Rule.objects.exists()
    assert answer.context["form"].other_errors == []


def test_a_budget_turned_to_missions_groups_by_them(as_bob, project):
    condition = {"measure": "cost_usd", "per": "window", "threshold": "5"}
    pk = make_rule(project, kind="budget", condition=condition, group_by=["model"])
    form = dict(fill_form(find_rule(project.pk, pk)).lists())
    assert as_bob.post(f"/alerts/rules/{pk}/", form | {"condition.per": "mission"}).status_code == 302
    assert find_rule(project.pk, pk).group_by == ("mission",)


def test_a_name_that_is_taken_and_a_kind_that_does_not_exist_are_refused(as_bob, project):
    make_rule(project, name="Slow")
    assert as_bob.post("/alerts/rules/new/", METRIC_FORM).status_code == 409
    assert as_bob.post("/alerts/rules/new/", METRIC_FORM | {"kind": "fly"}).status_code == 400
    assert as_bob.post("/alerts/rules/preview", {"kind": "fly"}).status_code == 400


def test_channels_of_another_project_cannot_be_told(as_bob, as_charlie, project, charlie):
    from accounts.access import projects_of

    foreign = make_channel(type("P", (), {"pk": projects_of(charlie)[0].project_pk})())
    answer = as_bob.post("/alerts/rules/new/", METRIC_FORM | {"channels": [str(foreign.pk), "9" * 400]})
    assert answer.status_code == 400
    assert not Rule.objects.exists()


def test_the_list_says_how_each_rule_stands(as_vera, project, make_firing):
    fires, fails, off = (make_rule(project, name=name) for name in ("fires", "fails", "off"))
    make_firing(fires)
    Rule.objects.filter(pk=fails).update(trouble="It could not be measured: X.")
    Rule.objects.filter(pk=off).update(is_enabled=False)
    items = as_vera.get("/alerts/rules/").context["rules"]
    assert [(item.row.name, item.state.word) for item in items] == [
        ("fires", "1 firing"),
        ("fails", "not evaluated"),
        ("off", "off"),
    ]
    assert items[0].last_fired_ns is not None
    assert "It could not be measured: X." in as_vera.get("/alerts/rules/").content.decode()


def test_the_editor_shows_the_latest_evaluations(as_vera, project):
    rule = make_rule(project)
    Evaluation.objects.create(rule_id=rule, window_end_ns=time.time_ns(), true_count=12)
    assert "12<span" in as_vera.get(f"/alerts/rules/{rule}/").content.decode()


def test_members_turn_rules_off_and_on_and_remove_them(as_bob, project):
    rule = make_rule(project)
    as_bob.post(f"/alerts/rules/{rule}/change", {"do": "off"})
    assert not Rule.objects.get().is_enabled
    as_bob.post(f"/alerts/rules/{rule}/change", {"do": "on"})
    assert Rule.objects.get().is_enabled
    assert as_bob.post(f"/alerts/rules/{rule}/change", {"do": "fly"}).status_code == 400
    as_bob.post(f"/alerts/rules/{rule}/change", {"do": "remove"})
    assert not Rule.objects.exists()


def test_viewers_try_changes_and_save_none_and_strangers_see_nothing(roles, project):
    rule, channel = make_rule(project, name="Ours"), make_channel(project)
    viewer, stranger = roles["viewer"], roles["stranger"]
    assert "cannot save them" in viewer.get(f"/alerts/rules/{rule}/").content.decode()
    assert viewer.post("/alerts/rules/preview", METRIC_FORM).status_code == 200
    assert viewer.get("/alerts/rules/new/").status_code == 403
    for client, status in ((viewer, 403), (stranger, 404)):
        assert client.post(f"/alerts/rules/{rule}/", METRIC_FORM).status_code == status
        assert client.post(f"/alerts/rules/{rule}/change", {"do": "remove"}).status_code == status
    assert viewer.post("/alerts/rules/test", {"channels": [channel.pk]}).status_code == 403
    assert b"There is no such" in stranger.post("/alerts/rules/test", {"channels": [channel.pk]}).content
    assert stranger.get(f"/alerts/rules/{rule}/").status_code == 404
    assert b"Ours" not in stranger.get("/alerts/rules/").content
    assert Rule.objects.get().name == "Ours"
    assert not OutboxMessage.objects.exists()


def test_the_preview_draws_the_numbers_and_tells_how_often_it_would_have_fired(as_vera, project):
    now = (time.time_ns() - BEGIN_NS) // MINUTE_NS
    minutes = {now - back: [20.0 if 200 < back <= 230 else 1.0] for back in range(2, 600)}
    write_minutes(project.pk, "missionscope.llm.duration", minutes, model="<b>m</b>")
    form = METRIC_FORM | {
        "condition.threshold": "10",
        "condition.filters": "",
        "condition.least_count": "0",
        "for_s": "0",
    }
    answer = as_vera.post("/alerts/rules/preview", form | {"name": "", "group_by": "model"})
    text = answer.content.decode()
    assert "It would have fired once in the last 24 hours" in text
    assert "<polyline" in text
    assert "<b>m</b>" not in text
    assert len(answer.context["chart"].bands) == 1
    assert not Rule.objects.exists()


def test_a_preview_of_what_cannot_be_read_says_what_it_waits_for(as_vera, project):
    answer = as_vera.post("/alerts/rules/preview", METRIC_FORM | {"condition.threshold": "many"})
    assert answer.status_code == 200
    assert "must be a number" in answer.content.decode()


def test_a_preview_says_beside_each_field_what_is_wrong_and_clears_what_no_longer_is(as_vera, project):
    form = {"kind": "error_rate_spike", "condition.metric": "", "condition.window_s": "300", "condition.factor": "2",
            "condition.least_rate": "500", "condition.least_errors": "5"}  # fmt: skip
    told = as_vera.post("/alerts/rules/preview", form | {"condition.least_rate": "5", "condition.factor": "1001"})
    assert {each.label: each.message for each in told.context["troubles"].wrong} == {
        "Metric": "must not be empty", "So many times the window before": "must be at most 1,000",
    }  # fmt: skip
    share = as_vera.post("/alerts/rules/preview", form).content.decode()
    assert "must be between 0 and 100" in share
    assert 'id="condition.factor-error" hx-swap-oob="true"></p>' in share


def test_a_test_goes_to_each_chosen_channel_and_is_followed_until_it_ends(as_bob, project):
    first, second = make_channel(project, name="first"), make_channel(project, name="second")
    answer = as_bob.post("/alerts/rules/test", {"channels": [first.pk, second.pk, first.pk]})
    assert [item.row.channel_name for item in answer.context["items"]] == ["first", "second"]
    path = answer.context["tests_path"]
    OutboxMessage.objects.update(state="sent", ended_ns=time.time_ns())
    after = as_bob.get(path)
    assert after.context["tests_path"] == ""
    assert "sent" in after.content.decode()
    assert b"nothing was sent" in as_bob.post("/alerts/rules/test", {}).content
