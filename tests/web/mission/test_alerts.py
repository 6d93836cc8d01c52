"""What the head of a mission says of alerts: what fires, what did, of this mission alone; and what it costs."""

import time

import pytest

from alerts.models import Firing
from tests.alerts.making import make_rule
from tests.web.mission.wire import span
from traces.models import Mission

pytestmark = pytest.mark.django_db
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def fire(project):
    """A firing about a mission: `fire("m", name="slow", state="resolved")`."""

    def make(mission_id, *, name="slow", rule_pk=None, state="firing", **fields):
        rule_pk = rule_pk or make_rule(project, name=name)
        now_ns = time.time_ns()
        given = {
            "fired_ns": None if state == "pending" else now_ns,
            "ended_ns": now_ns if state == "resolved" else None,
            "severity": "critical",
            "title": f"{name} told",
        } | fields
        mission = Mission.objects.get(project_id=project.pk, key=mission_id)
        return Firing.objects.create(
            project_id=project.pk, rule_id=rule_pk, rule_name=name, kind="metric", mission_id=mission.pk, state=state,
            key=f"{Firing.objects.count():016}".encode(), labels="{}", since_ns=now_ns, seen_ns=now_ns,
            change_seq=Firing.objects.count() + 1, **given,
        )  # fmt: skip

    return make


def alerts_of(mission):
    return mission.get("/panes/head").context["head"].alerts


def test_a_mission_without_alerts_says_nothing_of_them(send):
    mission = send("m", [span(1)])
    assert alerts_of(mission) is None
    assert "ms-alerts" not in mission.html()


def test_the_head_leads_to_what_fires_and_to_what_did(send, fire):
    mission = send("m", [span(1)])
    firing = fire("m", name="Slow model")
    resolved = fire("m", name="Over budget", state="resolved")
    html = mission.html()
    assert f'href="/alerts/{firing.pk}/"' in html
    assert f'href="/alerts/{resolved.pk}/"' in html
    found = alerts_of(mission)
    assert [link.rule for link in found.firing] == ["Slow model"]
    assert [link.rule for link in found.resolved] == ["Over budget"]
    for client_path in (f"/alerts/{firing.pk}/", f"/alerts/{resolved.pk}/"):
        assert mission.client.get(client_path).status_code == 200


def test_firings_of_one_rule_are_one_link_to_the_newest_and_many_rules_are_counted(send, fire):
    mission = send("m", [span(1)])
    first = fire("m", name="rule 0")
    newest = fire("m", name="rule 0", rule_pk=first.rule_id)
    for number in range(1, 6):
        fire("m", name=f"rule {number}")
    found = alerts_of(mission)
    assert (len(found.firing), found.more_firing) == (3, 3)
    Firing.objects.exclude(rule_id=first.rule_id).delete()
    [link] = alerts_of(mission).firing
    assert (link.firing_count, link.path) == (2, f"/alerts/{newest.pk}/")


def test_what_is_grave_and_not_quiet_is_named_before_what_is_newer(send, fire):
    mission = send("m", [span(1)])
    for name, severity, silence_pk in (
        ("grave", "critical", None), ("info", "info", None), ("warning", "warning", None),
        ("quiet 1", "critical", 7), ("quiet 2", "critical", 7), ("quiet 3", "critical", 7),
    ):  # fmt: skip
        fire("m", name=name, severity=severity, silence_id=silence_pk)
    found = alerts_of(mission)
    assert [link.rule for link in found.firing] == ["grave", "warning", "info"]
    assert (found.more_firing, found.is_quiet) == (3, False)
    assert '<span class="visually-hidden">critical: </span>' in mission.html()
    Firing.objects.filter(silence_id=None).delete()
    assert alerts_of(mission).is_quiet


def test_what_is_pending_or_about_another_mission_or_never_fired_is_not_told(send, fire):
    mission, other = send("m", [span(1)]), send("other", [span(2)])
    fire("m", state="pending")
    fire("other", name="elsewhere")
    assert alerts_of(mission) is None
    assert alerts_of(other) is not None


def test_what_is_silenced_says_so_and_names_are_escaped(send, fire):
    mission = send("m", [span(1)])
    fire("m", name=HOSTILE, silence_id=7)
    html = mission.html()
    assert HOSTILE not in html
    assert "(quiet)" in html


def test_it_costs_one_indexed_question(send, fire, django_assert_num_queries, project):
    from alerts.selectors import list_mission_firings

    send("m", [span(1)])
    for number in range(20):
        fire("m", name=f"rule {number}")
    mission_pk = Mission.objects.get(key="m").pk
    with django_assert_num_queries(1):
        assert len(list_mission_firings(project.pk, mission_pk)) == 20
