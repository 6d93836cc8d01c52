"""Who may read: keys within their project and scopes, people within their projects, and nobody else."""

import re
import secrets

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.actions import add_member, create_api_key, create_user, remove_member, revoke_api_key
from analysis.recompute import recompute_missions
from faults.collecting import collect_pending
from tests.api.conftest import make_rich_mission
from tests.ingest.delivery import deliver
from traces.models import Mission

pytestmark = pytest.mark.django_db

BY_OTHER_IDS = re.compile("<segment:(step|agent)_id>")
"""Of steps and agents that OTLP knows nothing of: see tests/api/stage7/test_access.py."""
OF_ALERTS = "api/v1/alert"
"""Paths that also take writes, with rows of their own: see tests/api/test_alert_access.py."""
OF_THE_MISSION = re.compile(r"secret|errors/\d")
LISTS = ("results", "count", "models", "performanceData", "rankings")
TAKE_WRITES = {"/api/v1/source-maps/"}
ANYBODY_MAY = {"api/v1/schema", "api/v1/ingest/schema", "api/v1/docs"}


@pytest.fixture
def mission(project):
    """A mission of Alice's project that has something of everything."""
    traces, logs = make_rich_mission("secret plan")
    deliver(project.pk, traces)
    deliver(project.pk, logs, "logs")
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    collect_pending()
    return Mission.objects.get(project_id=project.pk)


@pytest.fixture
def paths(mission, project, api_key):
    """Every path of the API, with what is in the mission."""
    ask = with_key(api_key.key)
    root = "/api/v1/missions/secret%20plan/"
    span = ask.get(f"{root}spans/").json()["results"][0]
    call = ask.get(f"{root}llm-calls/").json()["results"][0]["id"]
    run = ask.get(f"{root}tool-calls/").json()["results"][0]["id"]
    error = ask.get("/api/v1/errors/").json()["results"][0]["id"]
    event = ask.get(f"/api/v1/errors/{error}/events/").json()["results"][0]["id"]
    given = {
        "group_pk": error,
        "event_pk": event,
        "trace_id": span["trace_id"],
        "span_id": span["span_id"],
        "mission_id": "secret%20plan",
    }
    return [fill_in(route, given | {"pk": call if "llm-calls" in route else run}) for route in api_routes()]


def fill_in(route, given):
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: given[match[1]], route)


def api_routes():
    """Addresses of the API that the URL conf knows, but the catch-all, BY_OTHER_IDS, OF_ALERTS and what all may see."""
    routes = [str(pattern.pattern) for pattern in walk_patterns(get_resolver().url_patterns)]
    known = [route for route in routes if route.startswith("api/v1") and route not in ANYBODY_MAY]
    return [route for route in known if not BY_OTHER_IDS.search(route) and not route.startswith(OF_ALERTS)]


def walk_patterns(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from walk_patterns(pattern.url_patterns)
        else:
            yield pattern


def with_key(key):
    return Client(headers={"authorization": f"Bearer {key}"})


def logged_in(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def statuses(client, paths, **parameters):
    return {path: client.get(path, parameters).status_code for path in paths}


def only(status, paths):
    return dict.fromkeys(paths, status)


def is_empty(answer):
    """A list without results, or numbers over no missions."""
    return answer == [] or next(answer[name] for name in LISTS if name in answer) in ([], 0)


def test_a_key_reads_its_project(paths, api_key):
    assert len(paths) > 15
    assert statuses(with_key(api_key.key), paths) == only(200, paths)
    assert statuses(Client(headers={"x-api-key": api_key.key}), paths) == only(200, paths)


def test_nobody_reads_without_a_key_or_login(paths):
    assert statuses(Client(), paths) == only(401, paths)
    answer = Client().get(paths[0])
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json() == {"detail": answer.json()["detail"], "code": "not_authenticated", "errors": []}


@pytest.mark.parametrize(
    "header", ["Bearer nope", "Bearer ", "Basic YTpi", "Bearer \xff", "Bearer " + "x" * 5000, "Bearer"]
)
def test_a_wrong_key_reads_nothing(paths, header):
    assert statuses(Client(headers={"authorization": header}), paths[:3]) == only(401, paths[:3])


def test_a_revoked_key_reads_nothing(paths, project, api_key, django_capture_on_commit_callbacks):
    assert with_key(api_key.key).get(paths[0]).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        revoke_api_key(project, api_key.row.pk)
    assert statuses(with_key(api_key.key), paths) == only(401, paths)


def test_a_key_in_the_address_is_no_key(paths, api_key):
    for name in ("token", "key", "api_key", "x-api-key", "authorization"):
        assert Client().get(paths[0], {name: api_key.key}).status_code == 401


def test_a_key_that_may_only_send_reads_nothing(paths, project):
    made = create_api_key(project, "exporter", ("ingest",))
    assert statuses(with_key(made.key), paths) == only(403, paths)
    assert with_key(made.key).get(paths[0]).json()["code"] == "access_denied"


def test_a_key_of_another_project_sees_nothing_and_is_told_nothing(paths, charlie):
    elsewhere = charlie.memberships.get().project
    stranger = with_key(create_api_key(elsewhere, "c", ("ingest", "read", "admin")).key)
    of_missions = [path for path in paths if OF_THE_MISSION.search(path)]
    for parameters in ({}, {"project": "apollo"}, {"project_id": "1"}):
        assert statuses(stranger, of_missions, **parameters) == only(404, of_missions)
    for path in set(paths) - set(of_missions):
        assert is_empty(stranger.get(path, {"q": "plan", "project": "apollo"}).json()), path
    there = stranger.get("/api/v1/missions/secret%20plan/spans/")
    nowhere = stranger.get(f"/api/v1/missions/{secrets.token_hex(4)}/spans/")
    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


def test_ids_of_another_project_open_nothing_in_ones_own(paths, charlie):
    elsewhere = charlie.memberships.get().project
    deliver(elsewhere.pk, make_rich_mission("mine")[0])
    stranger = with_key(create_api_key(elsewhere, "c", ("read",)).key)
    details = [path for path in paths if re.search(r"(spans|llm-calls|tool-calls)/.+", path)]
    assert len(details) == 3
    for path in details:
        own = path.replace("secret%20plan", "mine")
        assert stranger.get(own).status_code == 404, own
    assert stranger.get("/api/v1/search/", {"q": "plan", "mission": "secret plan"}).status_code == 404


def test_people_see_their_projects(paths, alice, bob):
    for user in (alice, bob):
        assert statuses(logged_in(user), paths) == only(200, paths)
    assert logged_in(alice).get(paths[0], {"project": "apollo"}).status_code == 200


def test_strangers_see_nothing(paths, charlie, project):
    client = logged_in(charlie)
    of_missions = [path for path in paths if OF_THE_MISSION.search(path)]
    assert statuses(client, of_missions) == only(404, of_missions)
    assert statuses(client, paths, project="apollo") == only(404, paths)
    assert client.get("/api/v1/missions/").json()["results"] == []


def test_who_loses_access_sees_nothing_more(paths, alice, bob, project):
    client = logged_in(bob)
    assert client.get(paths[0]).status_code == 200
    remove_member(project, bob)
    assert statuses(client, paths) == only(404, paths)


def test_a_viewer_may_read(paths, project):
    vera = create_user("vera", "vera-password")
    add_member(project, vera, "viewer")
    assert statuses(logged_in(vera), paths) == only(200, paths)


def test_with_two_projects_the_parameter_chooses(paths, alice, charlie, project):
    elsewhere = charlie.memberships.get().project
    add_member(elsewhere, alice, "viewer")
    client = logged_in(alice)
    assert client.get("/api/v1/missions/", {"project": "elsewhere"}).json()["results"] == []
    assert [m["id"] for m in client.get("/api/v1/missions/", {"project": "apollo"}).json()["results"]] == [
        "secret plan"
    ]


def test_the_same_trace_in_two_projects_stays_apart(project, charlie, api_key):
    elsewhere = charlie.memberships.get().project
    request = make_rich_mission("shared")[0]
    deliver(project.pk, request)
    request["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] = "theirs"
    deliver(elsewhere.pk, request)
    theirs = with_key(create_api_key(elsewhere, "c", ("read",)).key)
    names = [
        {s["name"] for s in ask.get("/api/v1/missions/shared/spans/").json()["results"]}
        for ask in (with_key(api_key.key), theirs)
    ]
    assert names[1] - names[0] == {"theirs"}
    assert "theirs" not in names[0]


def test_an_attribute_that_names_a_project_changes_nothing(project, charlie, api_key):
    elsewhere = charlie.memberships.get().project
    request = make_rich_mission("mine")[0]
    for name in ("project_id", "project.id", "missionscope.project"):
        request["resourceSpans"][0]["resource"]["attributes"].append(
            {"key": name, "value": {"intValue": str(elsewhere.pk)}}
        )
    deliver(project.pk, request)
    assert set(Mission.objects.values_list("project_id", flat=True)) == {project.pk}


def test_many_wrong_keys_are_slowed_and_a_right_one_goes_on(paths, api_key, settings):
    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 5
    assert with_key(api_key.key).get(paths[0]).status_code == 200
    answers = [Client(headers={"authorization": f"Bearer wrong{at}"}).get(paths[0]) for at in range(8)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 3
    assert answers[-1].json()["code"] == "too_many_requests"
    assert int(answers[-1]["Retry-After"]) > 0
    assert with_key(api_key.key).get(paths[0]).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_reading_paths_take_no_writes(paths, api_key, method):
    client = with_key(api_key.key)
    may = re.compile(r"/errors/\d+/$") if method == "patch" else None
    for path in (path for path in paths if path not in TAKE_WRITES):
        if may is not None and may.search(path):
            continue  # people decide about errors: tests/errors/test_api.py
        answer = getattr(client, method)(path)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed"), path


def test_every_address_of_the_program_is_closed_to_strangers(db):
    """What the URL conf knows answers a stranger with a login, a refusal, or is on the list of what anybody may see."""
    open_to_all = {"", "healthz", "readyz", "login/", "logout/", "theme", *ANYBODY_MAY}
    for pattern in walk_patterns(get_resolver().url_patterns):
        route = str(pattern.pattern)
        if route in open_to_all or route.startswith("^"):
            continue
        path = "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda match: "1" * 4 if match[1] in ("int", "key") else "x", route)
        answer = Client().get(path, follow=True)
        is_login = bool(answer.redirect_chain) and answer.redirect_chain[-1][0].startswith("/login/")
        assert is_login or answer.status_code in (401, 403, 404, 405), (path, answer.status_code)
