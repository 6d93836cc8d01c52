"""Who may see alerts and change rules, silences, inhibitions and channels; and what may be sent for it."""

import json

import jsonschema
import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from accounts.actions import add_member, create_api_key, create_user
from accounts.models import AuditEvent
from alerts.models import Channel, Firing, Rule
from alerts.notification import tell_channels
from tests.alerts.making import METRIC, at, evaluate_each, make_channel, make_rule
from tests.api.test_access import logged_in, statuses, with_key
from tests.api.test_schema import resolve
from tests.metrics.making import write_minutes

pytestmark = pytest.mark.django_db
RULE = {"name": "slow", "kind": "metric", "condition": METRIC}
SILENCE = {"matchers": [{"label": "rule", "op": "=", "value": "slow"}], "lasts_s": 3600, "comment": "deploy"}
INHIBITION = {
    "name": "quiet",
    "source": [{"label": "severity", "op": "=", "value": "critical"}],
    "target": [{"label": "severity", "op": "=", "value": "warning"}],
}
HOOK = {"name": "ops", "kind": "webhook", "target": "https://hooks.example.org/secret-path"}
FORMS = {"alert-rules": RULE, "alert-silences": SILENCE, "alert-inhibitions": INHIBITION, "alert-channels": HOOK}
OWNERS_ONLY = {"alert-channels"}


def root(name, pk=None, rest=""):
    return f"/api/v1/{name}/" + (f"{pk}/{rest}" if pk is not None else "")


def send(client, method, path, given=None):
    return getattr(client, method)(path, data=json.dumps(given), content_type="application/json")


@pytest.fixture
def admin(api_key):
    return with_key(api_key.key)


@pytest.fixture
def made(admin, project):
    """One of everything, by name: its id; and an alert that was told of."""
    pks = {name: send(admin, "post", root(name), form).json()["id"] for name, form in FORMS.items()}
    write_minutes(project.pk, METRIC["metric"], {0: [12.0] * 10})
    Rule.objects.update(channels=json.dumps([int(pks["alert-channels"])]))
    Channel.objects.update(group_wait_s=0)
    evaluate_each(at(1))
    tell_channels(project.pk, at(1))
    return pks | {"alerts": str(Firing.objects.get().pk)}


@pytest.fixture
def paths(made):
    """Everything that can be read."""
    ones = [root(name, pk) for name, pk in made.items()]
    lists = [root(name) for name in (*made, "alert-messages")]
    return [*ones, *lists, "/api/v1/alerts/standing/", root("alert-rules", made["alert-rules"], "evaluations/")]


def test_members_and_keys_that_read_see_everything(paths, project, alice, bob):
    vera = create_user("vera", "vera-password")
    add_member(project, vera, "viewer")
    reading = with_key(create_api_key(project, "r", ("read",)).key)
    for client in (logged_in(alice), logged_in(bob), logged_in(vera), reading):
        assert statuses(client, paths) == dict.fromkeys(paths, 200)


def test_strangers_and_senders_see_nothing(paths, project, charlie):
    assert statuses(Client(), paths) == dict.fromkeys(paths, 401)
    sending = with_key(create_api_key(project, "s", ("ingest",)).key)
    assert statuses(sending, paths) == dict.fromkeys(paths, 403)
    ones = [path for path in paths if path.strip("/").rpartition("/")[2].isdigit() or "evaluations" in path]
    assert len(ones) == 6
    stranger = logged_in(charlie)
    assert statuses(stranger, ones) == dict.fromkeys(ones, 404)
    assert statuses(stranger, paths, project="apollo") == dict.fromkeys(paths, 404)
    for path in set(paths) - set(ones) - {"/api/v1/alerts/standing/"}:
        assert stranger.get(path).json()["results"] == []
    assert stranger.get("/api/v1/alerts/standing/").json()["firing"]["warning"] == 0


def test_answers_are_as_described(paths, admin, made):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path in paths:
        route = path
        for name, pk in made.items():
            route = route.replace(f"/{name}/{pk}/", f"/{name}/{{id}}/")
        operation = schema["paths"][route]["get"]
        described = resolve(schema, operation["responses"]["200"]["content"]["application/json"]["schema"])
        answer = admin.get(path).json()
        assert answer.get("results", True), path
        jsonschema.validate(answer, described, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", FORMS)
def test_who_may_make_and_remove(name, project, admin, alice, bob, charlie):
    vera = create_user("vera", "vera-password")
    add_member(project, vera, "viewer")
    reading = with_key(create_api_key(project, "r", ("read",)).key)
    members = [logged_in(alice), admin] if name in OWNERS_ONLY else [logged_in(alice), logged_in(bob), admin]
    for client in members:
        answer = send(client, "post", root(name), FORMS[name])
        assert answer.status_code == 201, answer.content
        assert send(client, "delete", root(name, answer.json()["id"])).status_code == 204
    pk = send(admin, "post", root(name), FORMS[name]).json()["id"]
    refused = {logged_in(vera): 403, reading: 403, Client(): 401}
    if name in OWNERS_ONLY:
        refused[logged_in(bob)] = 403
    for client, status in refused.items():
        for method, path in (("post", root(name)), ("delete", root(name, pk)), ("patch", root(name, pk))):
            if method != "patch" or name in ("alert-rules", "alert-channels"):
                assert send(client, method, path, FORMS[name]).status_code == status, (method, path)
    stranger = logged_in(charlie)
    assert send(stranger, "delete", root(name, pk)).status_code == 404
    assert send(stranger, "post", root(name) + "?project=apollo", FORMS[name]).status_code == 404
    assert admin.get(root(name, pk)).status_code == 200


def test_a_session_needs_the_page_s_token_to_change_something(alice, project):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert send(client, "post", root("alert-rules"), RULE).status_code == 403


def test_a_project_in_the_body_changes_nothing(admin, project, charlie):
    elsewhere = charlie.memberships.get().project
    for extra in ({"project_id": elsewhere.pk}, {"project": elsewhere.slug}, {"created_by": 1}, {"id": 7}):
        answer = send(admin, "post", root("alert-rules"), RULE | extra)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not Rule.objects.filter(project_id=elsewhere.pk).exists()


def test_a_channel_of_another_project_cannot_be_told(admin, charlie):
    elsewhere = charlie.memberships.get().project
    theirs = make_channel(elsewhere)
    answer = send(admin, "post", root("alert-rules"), RULE | {"channels": [theirs.id]})
    assert answer.json()["errors"] == [{"field": "channels", "message": "must be channels of this project"}]


def test_changes_are_in_the_history_without_secrets(made, project, bob):
    assert send(logged_in(bob), "patch", root("alert-rules", made["alert-rules"]), {"note": "x"}).status_code == 200
    events = list(AuditEvent.objects.filter(project=project).values_list("action", "user__username", "detail"))
    actions = {action for action, _, _ in events}
    assert {
        "alert_rule.created",
        "alert_channel.created",
        "alert_silence.created",
        "alert_inhibition.created",
    } <= actions
    assert ("alert_rule.changed", "bob") in {(action, user) for action, user, _ in events}
    assert "secret" not in json.dumps([detail for _, _, detail in events])


def test_secrets_are_shown_once(admin, project):
    answer = send(admin, "post", root("alert-channels"), HOOK).json()
    assert len(answer["secret"]) > 40
    assert answer["target"] == "https://hooks.example.org/…"
    again = admin.get(root("alert-channels", answer["id"])).content.decode()
    assert answer["secret"] not in again
    assert "secret-path" not in again
    renewed = send(admin, "post", root("alert-channels", answer["id"], "secret/")).json()["secret"]
    assert renewed != answer["secret"]
    assert Channel.objects.get().secret == renewed


def test_a_channel_changes_without_its_address_being_said_again(admin, project):
    pk = send(admin, "post", root("alert-channels"), HOOK).json()["id"]
    assert send(admin, "patch", root("alert-channels", pk), {"group_wait_s": 60}).json()["group_wait_s"] == 60
    assert Channel.objects.get().target == HOOK["target"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "\ud800"}, ""),
        ({"severity": "loud"}, "severity"),
        ({"for_s": -1}, "for_s"),
        ({"for_s": 10**30}, "for_s"),
        ({"for_s": "60"}, "for_s"),
        ({"group_by": ["a", "b", "c", "d", "e", "f"]}, "group_by"),
        ({"group_by": [""]}, "group_by"),
        ({"condition": []}, "condition"),
        ({"condition": METRIC | {"aggregation": "median"}}, "condition.aggregation"),
        ({"condition": METRIC | {"window_s": 90}}, "condition.window_s"),
        ({"condition": METRIC | {"threshold": "high"}}, "condition.threshold"),
        ({"condition": METRIC | {"threshold": 1e30}}, "condition.threshold"),
        ({"condition": METRIC | {"metric": ""}}, "condition.metric"),
        ({"condition": METRIC | {"metric": "x" * 300}}, "condition.metric"),
        ({"condition": METRIC | {"else": 1}}, "condition"),
        ({"kind": "budget", "condition": {"measure": "cost_usd", "threshold": "-1"}}, "condition.threshold"),
        ({"kind": "budget", "condition": {"measure": "cost_usd", "threshold": "0.0"}}, "condition.threshold"),
        ({"kind": "finding", "condition": {}, "group_by": ["detector"]}, "group_by"),
        ({"kind": "no_data", "condition": {"window_s": 3600, "expected_s": 3600}}, "condition.expected_s"),
        ({"channels": [999_999]}, "channels"),
        ({"channels": [-1]}, "channels"),
        ({"surprise": 1}, ""),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_field(admin, project, change, field):
    answer = send(admin, "post", root("alert-rules"), RULE | change)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.content
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert not Rule.objects.exists()


NUMBERS = {
    "alert-rules": [
        (RULE | {"condition": METRIC | {"threshold": "?"}}, "condition.threshold"),
        (RULE | {"condition": METRIC | {"least_count": "?"}}, "condition.least_count"),
        (RULE | {"for_s": "?"}, "for_s"),
        (RULE | {"repeat_interval_s": "?"}, "repeat_interval_s"),
        (RULE | {"channels": ["?"]}, "channels[0]"),
        (RULE | {"kind": "error_rate_spike", "condition": {"factor": "?"}}, "condition.factor"),
        (RULE | {"kind": "error_rate_spike", "condition": {"least_rate": "?"}}, "condition.least_rate"),
        (RULE | {"kind": "stalled_mission", "condition": {"after_s": "?"}}, "condition.after_s"),
        (
            RULE | {"kind": "budget", "condition": {"measure": "tokens", "threshold": "?"}},
            "condition.threshold",
        ),
    ],
    "alert-channels": [
        (HOOK | {name: "?"}, name) for name in ("group_wait_s", "group_interval_s", "repeat_interval_s")
    ],
    "alert-silences": [(SILENCE | {"lasts_s": "?"}, "lasts_s")],
}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize(
    ("name", "form", "field"), [(name, *each) for name, several in NUMBERS.items() for each in several]
)
def test_what_is_no_finite_number_is_refused(admin, project, name, form, field, text):
    body = json.dumps(form).replace('"?"', text)
    paths = [root(name), root(name) + "preview/"] if name == "alert-rules" else [root(name)]
    for path in paths:
        answer = admin.post(path, data=body, content_type="application/json")
        assert answer.status_code == 400, answer.content
        told = answer.json()
        if "e999" in text:
            assert told["errors"][0]["field"] == field
        else:
            assert text in told["detail"]
    assert not Rule.objects.exists()
    assert not Channel.objects.exists()


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b"{", b'"x"', b"\xff", b"[" * 2000])
def test_what_is_no_object_is_refused(admin, project, body):
    for method, path in (("post", root("alert-rules")), ("post", root("alert-channels"))):
        answer = getattr(admin, method)(path, data=body, content_type="application/json")
        assert answer.status_code == 400, (body, answer.content)


@pytest.mark.parametrize(
    "change",
    [
        {"matchers": []},
        {"matchers": [{"label": "x", "op": "=~", "value": "("}]},
        {"matchers": [{"label": "", "op": "=", "value": "x"}]},
        {"matchers": [{"label": "x", "op": "=", "value": "x", "more": 1}]},
        {"lasts_s": 0},
        {"lasts_s": 10**12},
        {"ends_ns": "1"},
        {"lasts_s": None, "ends_ns": "1"},
        {"lasts_s": None, "ends_ns": "tomorrow"},
        {"lasts_s": None, "ends_ns": "9" * 30},
        {"comment": ""},
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(admin, project, change):
    assert send(admin, "post", root("alert-silences"), SILENCE | change).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"target": "http://127.0.0.1/"},
        {"target": "https://169.254.169.254/"},
        {"target": "file:///etc/passwd"},
        {"kind": "slack", "target": "http://[::1]/"},
        {"kind": "email", "target": "ann@example.org"},
        {"kind": "sms"},
        {"repeat_interval_s": 1},
    ],
)
def test_a_channel_that_cannot_be_is_refused(admin, project, change):
    assert send(admin, "post", root("alert-channels"), HOOK | change).status_code == 400


@pytest.mark.parametrize(
    "target", ["ann@example.org\r\nBcc: x@y.org", "ann", "a@b@c.org", "<a@b.org>", "ann@exa mple.org"]
)
def test_mail_addresses_are_looked_at(admin, project, settings, target):
    settings.MISSIONSCOPE_SMTP_HOST = "mail.example.org"
    form = HOOK | {"kind": "email", "target": target}
    assert send(admin, "post", root("alert-channels"), form).status_code == 400
    assert (
        send(admin, "post", root("alert-channels"), form | {"target": "ann@example.org, bob@b.org"}).status_code == 201
    )


def test_names_are_taken_once(admin, project):
    for name in ("alert-rules", "alert-channels"):
        assert send(admin, "post", root(name), FORMS[name]).status_code == 201
        answer = send(admin, "post", root(name), FORMS[name])
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_a_preview_tells_the_last_day_and_stores_nothing(admin, project, monkeypatch):
    write_minutes(project.pk, METRIC["metric"], {0: [12.0] * 10, 60: [1.0], 120: [15.0] * 3})
    from alerts import preview

    monkeypatch.setattr(preview, "read_now", lambda: at(180))
    answer = send(admin, "post", root("alert-rules") + "preview/", RULE).json()
    assert answer["firing_count"] == 2
    assert [each["ended_ns"] is None for each in answer["firings"]] == [False, False]
    assert answer["step_s"] == 300
    [line] = answer["lines"]
    assert len([value for _, value in line["points"] if value is not None]) == 3
    assert not Rule.objects.exists()
    assert send(admin, "post", root("alert-rules") + "preview/", RULE | {"for_s": 600}).json()["firing_count"] == 0


def test_a_test_message_is_put_on_its_way_and_not_without_end(made, admin, bob):
    path = root("alert-channels", made["alert-channels"], "test/")
    pk = send(logged_in(bob), "post", path).json()["message_id"]
    told = {each["id"]: each for each in admin.get(root("alert-messages")).json()["results"]}
    assert "test of ops" in told[pk]["subject"]
    assert [send(admin, "post", path).status_code for _ in range(5)] == [200] * 4 + [429]


def test_a_rule_has_a_history_of_windows(made, admin):
    answer = admin.get(root("alert-rules", made["alert-rules"], "evaluations/")).json()["results"]
    assert answer == [{"window_end_ns": str(at(1)), "true_count": 1, "trouble": ""}]


def test_alerts_are_filtered_and_paged(project, admin):
    write_minutes(project.pk, METRIC["metric"], {0: [12.0] * 10}, model="a")
    write_minutes(project.pk, METRIC["metric"], {0: [12.0] * 10}, model="b")
    first = make_rule(project, name="one", group_by=["model"], severity="critical")
    make_rule(project, name="two", for_s=600)
    evaluate_each(at(1))
    ask = lambda **given: admin.get(root("alerts"), given).json()["results"]  # noqa: E731
    assert len(ask()) == 3
    assert {each["rule"] for each in ask(state="pending")} == {"two"}
    assert len(ask(severity="critical", rule=first)) == 2
    assert ask(quiet="true") == []
    page = admin.get(root("alerts"), {"limit": 2}).json()
    assert len(page["results"]) == 2
    assert len(admin.get(page["next"]).json()["results"]) == 1
    assert admin.get(root("alerts"), {"mission": "nobody"}).status_code == 404
    assert admin.get(root("alerts"), {"state": "loud"}).status_code == 400
