"""What fires now, the history, one alert: what each shows, where it leads, and to whom."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Project
from alerts.evaluation import evaluate_at
from alerts.models import Firing, Silence
from alerts.standing import count_loud
from tests.alerts.making import at, make_channel, make_rule
from tests.metrics.making import write_minutes
from web.presenters.alerts.firings import behind_path

pytestmark = pytest.mark.django_db
HOSTILE = '<img src=x onerror="alert(1)">\u202eevil'
EVIDENCE = {
    "missions": [{"id": "a/b c", "name": "Compare vendors"}],
    "errors": [{"id": "7", "title": "TimeoutError"}],
    "spans": ["0af7651916cd43dd8448eb211c80319c/b7ad6b7169203331"],
}


def page(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_rule_it_says_how_to_begin_and_with_one_that_nothing_fires(as_bob, as_vera, project):
    assert "Add all" in page(as_bob, "/alerts/")
    assert "Nothing is watched yet" in page(as_vera, "/alerts/")
    assert "Add all" not in page(as_vera, "/alerts/")
    make_rule(project)
    assert "Nothing fires" in page(as_vera, "/alerts/")


def test_an_evaluated_rule_is_listed_with_its_labels_and_its_numbers_in_words(as_vera, project):
    write_minutes(project.pk, "missionscope.llm.duration", {0: [30.0]}, model="gpt-4o")
    make_rule(project, name="Slow model", group_by=["model"], severity="critical")
    evaluate_at(at(1))
    text = page(as_vera, "/alerts/")
    assert "Slow model" in text
    assert "above 10 s" in text
    assert "model: gpt-4o" in text


def test_rules_are_ordered_by_gravity_and_what_is_quiet_comes_last(as_vera, project, make_firing):
    info = make_rule(project, name="rule of info", severity="info")
    critical = make_rule(project, name="rule of critical", severity="critical")
    hushed = make_rule(project, name="rule of hushed", severity="critical")
    make_firing(critical), make_firing(info), make_firing(hushed, silence_id=1)
    text = page(as_vera, "/alerts/")
    places = [text.index(f'">{name}</a>') for name in ("rule of critical", "rule of info", "rule of hushed")]
    assert places == sorted(places)
    assert "firing, quiet" in text


def test_evidence_leads_to_missions_errors_and_the_span_in_its_mission(as_vera, project, make_firing):
    text = page(as_vera, f"/alerts/{make_firing(make_rule(project), evidence=EVIDENCE).pk}/")
    assert 'href="/missions/a%2Fb%20c/"' in text
    assert 'href="/errors/7/"' in text
    assert 'href="/missions/a%2Fb%20c/?span=0af7651916cd43dd8448eb211c80319c.b7ad6b7169203331"' in text


def test_a_span_of_one_of_several_missions_has_no_way_that_may_be_wrong(as_vera, project, make_firing):
    missions = [{"id": "a", "name": ""}, {"id": "b", "name": ""}]
    firing = make_firing(make_rule(project), evidence={"missions": missions, "spans": EVIDENCE["spans"]})
    assert "?span=" not in page(as_vera, f"/alerts/{firing.pk}/")


def test_a_measured_alert_leads_to_the_missions_of_its_window(as_vera, project):
    write_minutes(project.pk, "missionscope.llm.duration", {0: [30.0]}, model="gpt-4o")
    make_rule(project, group_by=["model"])
    evaluate_at(at(1))
    text = page(as_vera, f"/alerts/{Firing.objects.get().pk}/")
    assert "/dashboards/behind?metric=missionscope.llm.duration&amp;since_ns=" in text
    assert "label=model%3Dgpt-4o" in text


@pytest.mark.parametrize(
    "path", ["/alerts/", "/alerts/history/", "/alerts/{pk}/", "/alerts/rules/", "/alerts/rules/{rule}/"]
)
def test_hostile_names_stay_text(as_bob, project, make_firing, path):
    rule = make_rule(project, name="<script>alert(1)</script>", note=HOSTILE)
    evidence = {"missions": [{"id": HOSTILE, "name": HOSTILE}], "errors": [{"id": HOSTILE, "title": HOSTILE}]}
    evidence |= {"detail": HOSTILE, "spans": [HOSTILE], "metric": HOSTILE}
    firing = make_firing(rule, title=HOSTILE, labels={HOSTILE: HOSTILE}, evidence=evidence)
    text = page(as_bob, path.format(pk=firing.pk, rule=rule))
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "javascript:" not in text


def test_what_is_open_can_be_narrowed_and_the_counts_stay(as_vera, project, make_firing):
    make_firing(make_rule(project, name="of critical", severity="critical"))
    make_firing(make_rule(project, name="of warning"), state="pending", fired_ns=None)
    context = as_vera.get("/alerts/?show=pending").context
    assert [group.name for group in context["groups"]] == ["of warning"]
    assert {item.value: item.open_count for item in context["choices"]} == {
        "critical": 1,
        "warning": 0,
        "info": 0,
        "pending": 1,
        "quiet": 0,
    }
    assert "Nothing open is like that" in page(as_vera, "/alerts/?show=info")


def test_who_was_told_is_beside_the_alert(as_vera, project, make_firing):
    from alerts.notification import tell_channels

    channel = make_channel(project, name="on call")
    rule = make_rule(project, channels=[channel.pk])
    firing = make_firing(rule)
    tell_channels(project.pk, time.time_ns())
    assert "on call" in page(as_vera, "/alerts/")
    text = page(as_vera, f"/alerts/{firing.pk}/")
    assert "on call" in text
    assert "Not tried yet" in text


def test_the_bar_of_every_page_counts_what_is_loud(as_vera, project, make_firing):
    assert "data-count>0<" in page(as_vera, "/missions/")
    rule = make_rule(project, severity="critical")
    make_firing(rule), make_firing(rule), make_firing(rule, silence_id=3), make_firing(rule, inhibited_by=1)
    make_firing(rule, state="pending", fired_ns=None), make_firing(rule, state="resolved", ended_ns=5)
    assert "data-count>2<" in page(as_vera, "/missions/")
    assert as_vera.get("/alerts/standing").json() == {"total": 2, "shown": "2", "severity": "critical"}
    assert count_loud(project.pk + 1).total == 0


def test_history_is_filtered_and_paged_without_losing_any(as_vera, project, make_firing):
    first, second = make_rule(project, name="one"), make_rule(project, name="two", severity="critical")
    for number in range(60):
        make_firing(first if number % 2 else second, state="resolved", ended_ns=time.time_ns(), ended_why="over")
    make_firing(first, state="inactive", ended_ns=time.time_ns(), fired_ns=None)
    answer = as_vera.get("/alerts/history/")
    rows, following = answer.context["items"], answer.context["next_path"]
    rest = as_vera.get(following, headers={"HX-Request": "true"})
    seen = [item.row.pk for item in (*rows, *rest.context["items"])]
    assert len(set(seen)) == len(seen) == 60
    assert {item.row.rule_name for item in as_vera.get(f"/alerts/history/?rule={second}").context["items"]} == {"two"}
    assert [i.row.state for i in as_vera.get("/alerts/history/?state=inactive").context["items"]] == ["inactive"]
    assert "No alert was like that" in page(as_vera, "/alerts/history/?severity=info")


def test_history_without_anything_says_so_and_nonsense_in_the_address_is_dropped(as_vera, project):
    assert "Nothing has fired yet" in page(as_vera, "/alerts/history/")
    assert as_vera.get("/alerts/history/?rule=x&before=-1&since=never&state=zzz&severity=").status_code == 200


def test_members_silence_an_alert_and_it_is_quiet_at_once(as_bob, project, make_firing):
    rule = make_rule(project)
    firing, other = make_firing(rule, labels={"model": "a"}), make_firing(rule, labels={"model": "b"})
    assert as_bob.post(f"/alerts/{firing.pk}/silence", {"hours": "4"}).status_code == 302
    silence = Silence.objects.get()
    assert silence.ends_ns - silence.starts_ns == 4 * 3600 * 10**9
    assert Firing.objects.get(pk=firing.pk).silence_id == silence.pk
    assert Firing.objects.get(pk=other.pk).silence_id is None
    assert as_bob.post(f"/alerts/{firing.pk}/silence", {"hours": "9999"}).status_code == 400


def test_viewers_look_and_strangers_see_nothing(roles, project, make_firing):
    firing = make_firing(make_rule(project))
    for path in ("/alerts/", "/alerts/history/", f"/alerts/{firing.pk}/", "/alerts/rules/", "/alerts/silences/"):
        assert roles["viewer"].get(path).status_code == 200
    assert "silence" not in page(roles["viewer"], "/alerts/").split("<tbody>")[1]
    assert roles["viewer"].post(f"/alerts/{firing.pk}/silence", {"hours": "1"}).status_code == 403
    assert roles["stranger"].get(f"/alerts/{firing.pk}/").status_code == 404
    assert roles["stranger"].post(f"/alerts/{firing.pk}/silence", {"hours": "1"}).status_code == 404
    assert "alert 1" not in page(roles["stranger"], "/alerts/")
    assert roles["stranger"].get("/alerts/standing").json()["total"] == 0
    assert roles["stranger"].get(f"/alerts/?project={project.slug}").status_code == 404
    assert not Silence.objects.exists()


def test_who_is_not_logged_in_is_sent_to_the_login(client, project):
    assert client.get("/alerts/")["Location"].startswith("/login/")
    assert client.get("/alerts/standing").status_code == 302


def test_the_list_asks_the_database_as_often_for_fifty_as_for_one(as_vera, project, make_firing):
    rule = make_rule(project)
    make_firing(rule)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(as_vera, "/alerts/")
        return len(asked)

    one = count()
    for number in range(50):
        make_firing(rule, labels={"n": str(number)}, evidence=EVIDENCE)
    assert count() == one


def test_links_in_messages_name_the_project_they_are_of(as_alice, project, make_firing, alice):
    from accounts.actions import add_member

    other = Project.objects.create(slug="second", name="Second", redaction_key=b"k" * 32)
    add_member(other, alice, "owner", by=alice)
    firing = make_firing(make_rule(other))
    assert as_alice.get(f"/alerts/{firing.pk}/?project=second").status_code == 200


def test_nothing_is_behind_what_was_not_measured(project, make_firing):
    from alerts.selectors import find_firing

    window = {"metric": "m", "since_ns": "1", "until_ns": "2"}
    rule = make_rule(project, kind="no_data", condition={})
    silent = find_firing(project.pk, make_firing(rule, evidence=window).pk)
    assert silent is not None
    assert behind_path(silent, None) == ""


def test_how_long_something_stands_still_is_told_in_words(as_vera, project, make_firing):
    pk = make_rule(project, kind="stalled_mission", condition={})
    firing = make_firing(pk, value="2574", threshold="900")
    text = page(as_vera, f"/alerts/{firing.pk}/")
    assert "42 minutes 54 seconds" in text
    assert "threshold 15 minutes" in text
