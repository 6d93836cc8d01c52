"""REST of errors: what is answered, filters, what may be decided and by whom."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import create_api_key
from accounts.models import AuditEvent
from tests.api.test_access import logged_in, with_key
from tests.errors.telling import BEGIN_NS, PYTHON_STACK, SECOND_NS, exception, line, send, span

pytestmark = pytest.mark.django_db

BOOM = ("ValueError", "Expecting value: line 1 column 7")
ROOT = "/api/v1/errors/"
TOOL = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": "search"}


@pytest.fixture
def errors(project) -> Any:
    """Three errors: of a span with a stack in two missions, of a tool, of a log line."""
    for number, mission in ((1, "m-1"), (2, "m-2")):
        send(
            project.pk,
            span(number, exception(*BOOM, stack=PYTHON_STACK, at_s=number), failed=True, trace=f"{number:032x}",
                 mission__id=mission, gen_ai__agent__name="planner", user__id=f"u-{number}", request__id="r-1"),
        )  # fmt: skip
    send(
        project.pk,
        span(3, failed=True, message="HTTP 503", gen_ai__tool__call__arguments='{"to": "LIS"}', mission__id="m-1",
             **TOOL),
        line("disk full", severity=21, trace="", at_s=100),
    )  # fmt: skip
    return project


def ask(key: Any, path: str = "", **parameters: Any) -> Any:
    answer = with_key(key.key).get(ROOT + path, parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def titles(key: Any, **parameters: Any) -> list[str]:
    return [row["title"] for row in ask(key, **parameters)["results"]]


def group_of(key: Any, title: str) -> str:
    return next(row["id"] for row in ask(key)["results"] if row["title"].startswith(title))


def patch(client: Client, group: str, **change: Any) -> Any:
    return client.patch(f"{ROOT}{group}/", json.dumps(change), content_type="application/json")


def test_the_list_says_what_how_often_and_since_when(errors, api_key):
    rows = ask(api_key)["results"]
    assert [row["title"] for row in rows] == ["disk full", "ValueError: Expecting value: line 1 column 7", "HTTP 503"]
    row = rows[1]
    assert (row["event_count"], row["mission_count"], row["status"]) == (2, 2, "unresolved")
    assert (row["first_seen_ns"], row["last_seen_ns"]) == (
        str(BEGIN_NS + SECOND_NS), str(BEGIN_NS + 2 * SECOND_NS)
    )  # fmt: skip
    assert (row["culprit"], row["agent_name"], row["url"]) == (
        "agents/brain.py in ask", "planner", f"/errors/{row['id']}/"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "left"),
    [
        ({"q": "EXPECTING"}, ["ValueError"]),
        ({"source": "tool,log"}, ["disk full", "HTTP 503"]),
        ({"level": "fatal"}, ["disk full"]),
        ({"tool": "search"}, ["HTTP 503"]),
        ({"agent": "planner"}, ["ValueError"]),
        ({"service": "core"}, ["disk full", "ValueError", "HTTP 503"]),
        ({"service": "other"}, []),
        ({"mission": "m-1"}, ["ValueError", "HTTP 503"]),
        ({"mission": "m-9"}, []),
        ({"release": "1.4.0"}, ["ValueError", "HTTP 503"]),
        ({"status": "resolved"}, []),
        ({"assignee": "nobody"}, ["disk full", "ValueError", "HTTP 503"]),
        ({"since_ns": str(BEGIN_NS + 50 * SECOND_NS)}, ["disk full"]),
        ({"until_ns": str(BEGIN_NS + 50 * SECOND_NS)}, ["ValueError", "HTTP 503"]),
        ({"sort": "-events", "limit": 1}, ["ValueError"]),
    ],
)
def test_filters(errors, api_key, parameters, left):
    assert [title.partition(":")[0] for title in titles(api_key, **parameters)] == left


@pytest.mark.parametrize("wrong", [{"status": "x"}, {"sort": "x"}, {"source": "x"}, {"cursor": "x"}, {"since_ns": "x"}])
def test_odd_parameters_are_refused_by_name(errors, api_key, wrong):
    answer = with_key(api_key.key).get(ROOT, wrong)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == next(iter(wrong))


def test_pages_go_on(errors, api_key):
    for sort in ("last_seen", "-last_seen", "first_seen", "-events", "missions"):
        page, found = ask(api_key, sort=sort, limit=1), []
        while page["next"]:
            found += page["results"]
            page = with_key(api_key.key).get(page["next"]).json()
        found += page["results"]
        assert sorted(row["title"] for row in found) == sorted(titles(api_key))


def test_one_error_shows_missions_shares_and_time(errors, api_key):
    found = ask(api_key, f"{group_of(api_key, 'ValueError')}/")
    assert [mission["id"] for mission in found["missions"]] == ["m-2", "m-1"]
    assert sum(found["histogram"]["counts"]) == 2
    assert found["shares"]["release"] == [{"value": "1.4.0", "count": 2}]
    assert {share["value"] for share in found["shares"]["user_id"]} == {"u-1", "u-2"}


def test_an_event_shows_its_stack_and_the_ids_to_follow(errors, api_key):
    group = group_of(api_key, "ValueError")
    rows = ask(api_key, f"{group}/events/")["results"]
    assert [row["mission_id"] for row in rows] == ["m-2", "m-1"]
    assert [row["id"] for row in ask(api_key, f"{group}/events/", mission="m-1")["results"]] == [rows[1]["id"]]
    event = ask(api_key, f"{group}/events/{rows[0]['id']}/")
    [thrown] = event["stack"]["exceptions"]
    assert [frame["function"] for frame in thrown["frames"] if frame["in_app"]] == ["think", "ask"]
    assert (event["user_id"], event["request_id"], event["release"]) == ("u-2", "r-1", "1.4.0")
    assert (event["older"], event["newer"]) == (rows[1]["id"], None)


def test_a_tools_event_shows_its_arguments(errors, api_key):
    group = group_of(api_key, "HTTP 503")
    [row] = ask(api_key, f"{group}/events/")["results"]
    assert ask(api_key, f"{group}/events/{row['id']}/")["arguments"] == {"to": "LIS"}


def test_the_agents_state_at_that_moment(project, api_key):
    state = {"name": "missionscope.state.snapshot", "timeUnixNano": str(BEGIN_NS), "attributes": [
        {"key": "missionscope.state.snapshot", "value": {"stringValue": '{"stage": "plan"}'}}]}  # fmt: skip
    late = {**state, "timeUnixNano": str(BEGIN_NS + 9 * SECOND_NS), "attributes": [
        {"key": "missionscope.state.snapshot", "value": {"stringValue": '{"stage": "later"}'}}]}  # fmt: skip
    send(project.pk, span(1, state, exception(*BOOM), late, failed=True, gen_ai__agent__name="planner"))
    from analysis.recompute import recompute_missions
    from traces.models import Mission

    recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    group = group_of(api_key, "ValueError")
    [row] = ask(api_key, f"{group}/events/")["results"]
    states = ask(api_key, f"{group}/events/{row['id']}/")["states"]
    assert [(each["agent_name"], each["state"]) for each in states] == [("planner", {"stage": "plan"})]


def test_records_of_the_same_failure_are_named(project, api_key):
    told = {"exception__type": BOOM[0], "exception__message": BOOM[1]}
    send(project.pk, span(1, exception(*BOOM, stack=PYTHON_STACK), failed=True), line("bad", number=1, **told))
    group = group_of(api_key, "ValueError")
    [row] = ask(api_key, f"{group}/events/")["results"]
    [other] = ask(api_key, f"{group}/events/{row['id']}/")["told_also"]
    assert (other["source"], other["is_counted"]) == ("log", False)


def test_members_decide_and_the_answer_shows_it(errors, api_key, bob):
    client, group = logged_in(bob), group_of(api_key, "ValueError")
    answer = patch(client, group, status="resolved", assignee="alice")
    assert (answer.status_code, answer.json()["status"], answer.json()["assignee"]) == (200, "resolved", "alice")
    answer = patch(client, group, status="ignored", ignore_for_events=5)
    assert (answer.json()["status"], answer.json()["ignore_until_count"]) == ("ignored", 7)
    assert patch(client, group, status="unresolved", assignee="").json()["assignee"] is None
    assert AuditEvent.objects.filter(action__startswith="error.", user=bob).count() == 5


def test_who_may_not_decide_is_refused(errors, api_key, charlie, alice):
    from accounts.actions import add_member, create_user

    group = group_of(api_key, "ValueError")
    vera = create_user("vera", "vera-password")
    add_member(errors, vera, "viewer")
    reader = create_api_key(errors, "r", ("read", "ingest"))
    stranger = create_api_key(charlie.memberships.get().project, "c", ("admin",))
    asked = {
        403: [logged_in(vera), with_key(reader.key)],
        404: [logged_in(charlie), with_key(stranger.key)],
        401: [Client()],
    }
    for status, clients in asked.items():
        for client in clients:
            assert patch(client, group, status="resolved").status_code == status
    assert ask(api_key, f"{group}/")["status"] == "unresolved"
    assert patch(with_key(api_key.key), group, status="resolved").status_code == 200


def test_a_session_without_its_token_decides_nothing(errors, api_key, alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert patch(client, group_of(api_key, "ValueError"), status="resolved").status_code == 403


@pytest.mark.parametrize(
    "change", [{"status": "x"}, {"assignee": "charlie"}, {"status": "ignored", "ignore_for_s": 0}, {"assignee": 5.5}]
)
def test_odd_decisions_are_refused(errors, api_key, charlie, change):
    answer = patch(with_key(api_key.key), group_of(api_key, "ValueError"), **change)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_the_list_asks_as_often_for_many_as_for_one(project, api_key):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            ask(api_key)
        return len(asked)

    send(project.pk, line("number one is alone", at_s=1))
    ask(api_key)
    first = queries()
    words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau".split()
    send(project.pk, *(line(f"broken {word}", at_s=at) for at, word in enumerate(words)))
    assert len(titles(api_key)) == len(words) + 1
    assert queries() == first
