"""What tokens of stage7's SecurityManager may read: Alice hers, Bob his, the administrator all, Charlie nothing."""

import re

import pytest
from django.test import Client

from accounts.actions import create_project
from analysis.recompute import recompute_missions
from search.indexing import index_pending
from tests.api.conftest import make_rich_mission
from tests.api.test_access import api_routes, fill_in, only, statuses
from tests.ingest.delivery import deliver
from tests.tokens import Signer
from traces.models import Mission, TraceBinding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("take_tokens")]

ALICE, BOB, CHARLIE = "6f1c2a6e-5d0b-4b5c-9a3f-0d6f0f1f2a01", "u-bob", "u-charlie"
OF_ALL = {
    "api/v1/logs/", "api/v1/metrics/", "api/v1/metrics/catalogue/", "api/v1/metrics/exemplars/", "api/v1/source-maps/",
    "api/v1/rejections/", "api/v1/errors/", "api/v1/stage7/brain/models",
    "api/v1/stage7/brain/performance",
    "api/v1/stage7/brain/performance/rankings",
}  # fmt: skip
"""About the project as a whole: not for those who may see their own missions only."""


def told(mission_id, user_id, words):
    """A mission with something of everything; its first span names the user, its log has the words."""
    traces, logs = make_rich_mission(mission_id)
    first = traces["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    if user_id:
        first["attributes"].append({"key": "stage7.user.id", "value": {"stringValue": user_id}})
    logs["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"] = {"stringValue": words}
    return traces, logs


@pytest.fixture
def missions(project):
    """One mission of Alice's, one of Bob's, one that names nobody."""
    for mission_id, user_id, words in (
        ("of alice", ALICE, "wombat apple"),
        ("of bob", BOB, "wombat banana"),
        ("of nobody", "", "wombat cherry"),
    ):
        traces, logs = told(mission_id, user_id, words)
        deliver(project.pk, traces)
        deliver(project.pk, logs, "logs")
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    index_pending()
    return project


def bearing(token):
    return Client(headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def alice_asks(signer):
    return bearing(signer.user(ALICE))


@pytest.fixture
def bob_asks(signer):
    return bearing(signer.user(BOB, type="api"))


@pytest.fixture
def admin_asks(signer):
    return bearing(signer.user("u-root", roles=["admin"]))


def paths_of(asker, mission_id):
    """Every path below a mission, with what is in it."""
    named = mission_id.replace(" ", "%20")
    root = f"/api/v1/missions/{named}/"
    span = asker.get(f"{root}spans/").json()["results"][0]
    call = asker.get(f"{root}llm-calls/").json()["results"][0]["id"]
    run = asker.get(f"{root}tool-calls/").json()["results"][0]["id"]
    given = {"trace_id": span["trace_id"], "span_id": span["span_id"], "mission_id": named}
    routes = [route for route in api_routes() if "mission_id" in route]
    return [fill_in(route, given | {"pk": call if "llm-calls" in route else run}) for route in routes]


def ids(client, path="/api/v1/missions/", **parameters):
    answer = client.get(path, parameters)
    assert answer.status_code == 200, answer.content
    return sorted(row.get("mission_id", row.get("id")) for row in answer.json()["results"])


def test_the_own_missions_are_open_and_others_are_not_there(missions, signer, admin_asks, alice_asks, bob_asks):
    of_alice, of_bob = paths_of(admin_asks, "of alice"), paths_of(admin_asks, "of bob")
    of_nobody = paths_of(admin_asks, "of nobody")
    assert len(of_alice) > 15
    for paths, client, status in (
        (of_alice, alice_asks, 200),
        (of_alice, bob_asks, 404),
        (of_bob, bob_asks, 200),
        (of_bob, alice_asks, 404),
        (of_nobody, alice_asks, 404),
        (of_nobody, bob_asks, 404),
    ):
        assert statuses(client, paths) == only(status, paths)
    for paths in (of_alice, of_bob, of_nobody):
        assert statuses(admin_asks, paths) == only(200, paths)
        assert statuses(bearing(signer.user(CHARLIE)), paths) == only(404, paths)
        assert statuses(bearing(signer.service()), paths) == only(200, paths)


def test_ids_of_anothers_records_open_nothing_in_ones_own(missions, admin_asks, bob_asks):
    details = [path for path in paths_of(admin_asks, "of alice") if re.search(r"(spans|llm-calls|tool-calls)/.+", path)]
    assert len(details) == 3
    own = [path.replace("of%20alice", "of%20bob") for path in details]
    assert statuses(bob_asks, own) == only(404, own)


def test_lists_hold_the_own_missions_alone(missions, signer, admin_asks, alice_asks, bob_asks):
    assert ids(admin_asks) == ["of alice", "of bob", "of nobody"]
    assert (ids(alice_asks), ids(bob_asks), ids(bearing(signer.user(CHARLIE)))) == (["of alice"], ["of bob"], [])
    for parameters in ({"q": "wombat"}, {"q": "of"}, {"sort": "name"}, {"service": "tests"}, {"project": "apollo"}):
        assert ids(alice_asks, **parameters) == ["of alice"], parameters
    for parameters in ({"user_id": BOB}, {"user": BOB}, {"q": "banana"}, {"q": "of bob"}):
        assert "of bob" not in ids(alice_asks, **parameters), parameters


def test_the_summary_counts_the_own_missions_alone(missions, admin_asks, alice_asks, bob_asks, signer):
    def counted(client, **parameters):
        answer = client.get("/api/v1/missions/summary/", parameters).json()
        return answer["count"], int(answer["span_count"]), sum(int(model["call_count"]) for model in answer["models"])

    assert counted(admin_asks) == counted(bearing(signer.service())) == (3, 24, 3)
    assert counted(alice_asks) == counted(alice_asks, q="wombat") == counted(bob_asks) == (1, 8, 1)
    assert counted(bearing(signer.user(CHARLIE))) == counted(alice_asks, q="banana") == (0, 0, 0)


def test_the_search_finds_texts_of_the_own_missions_alone(missions, admin_asks, alice_asks, signer):
    path = "/api/v1/search/"
    assert ids(admin_asks, path, q="wombat") == ["of alice", "of bob", "of nobody"]
    assert ids(alice_asks, path, q="wombat") == ["of alice"]
    assert ids(alice_asks, path, q="banana") == []
    assert ids(alice_asks, path, q="wombat", mission="of alice") == ["of alice"]
    assert alice_asks.get(path, {"q": "wombat", "mission": "of bob"}).status_code == 404
    assert ids(bearing(signer.user(CHARLIE)), path, q="wombat") == []


def test_a_trace_leads_to_the_own_mission_alone(missions, admin_asks, alice_asks, bob_asks):
    trace = admin_asks.get("/api/v1/missions/of%20alice/spans/").json()["results"][0]["trace_id"]
    assert TraceBinding.objects.filter(trace_id=bytes.fromhex(trace)).exists()
    assert alice_asks.get(f"/api/v1/missions/{trace}/").json()["id"] == "of alice"
    assert bob_asks.get(f"/api/v1/missions/{trace}/").status_code == 404


def test_anothers_mission_and_none_are_told_alike(missions, bob_asks):
    there, nowhere = (bob_asks.get(f"/api/v1/missions/{name}/spans/") for name in ("of%20alice", "of%20nowhere"))
    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


def test_what_is_about_the_whole_project_is_for_those_who_see_all(missions, admin_asks, alice_asks):
    others = [route for route in api_routes() if "mission_id" not in route and "group_pk" not in route]
    assert set(others) >= OF_ALL | {"api/v1/missions/", "api/v1/missions/summary/", "api/v1/search/"}
    for route in others:
        wanted = 403 if route in OF_ALL else 200
        assert (alice_asks.get(f"/{route}").status_code, admin_asks.get(f"/{route}").status_code) == (wanted, 200), (
            route
        )
    for route in (route for route in api_routes() if "group_pk" in route):
        path = fill_in(route, {"group_pk": "1", "event_pk": "1"})
        assert (alice_asks.get(path).status_code, admin_asks.get(path).status_code) == (403, 404), route


def test_a_guest_is_told_that_it_may_read_nothing(missions, signer):
    guest = bearing(signer.user(ALICE, roles=["guest"]))
    answer = guest.get("/api/v1/missions/")
    assert (answer.status_code, answer.json()["code"]) == (403, "access_denied")


def test_tokens_read_their_project_alone(missions, signer, alice, admin_asks):
    elsewhere = create_project("elsewhere", "Elsewhere", owner=alice)
    deliver(elsewhere.pk, told("far away", ALICE, "wombat")[0])
    for client in (admin_asks, bearing(signer.user(ALICE))):
        assert client.get("/api/v1/missions/far%20away/").status_code == 404
        assert "far away" not in ids(client, project="elsewhere")


def test_a_mission_goes_to_the_user_that_an_earlier_record_names(missions, project, alice_asks, bob_asks):
    traces, _ = told("of bob", ALICE, "")
    first = traces["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    first["startTimeUnixNano"] = "1600000000000000000"
    deliver(project.pk, traces)
    assert (ids(alice_asks), ids(bob_asks)) == (["of alice", "of bob"], [])


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_tokens_write_nothing(missions, admin_asks, method):
    given = dict.fromkeys(("mission_id", "trace_id", "span_id", "pk", "group_pk", "event_pk"), "1")
    for route in api_routes():
        answer = getattr(admin_asks, method)(fill_in(route, given))
        assert answer.status_code in (401, 403, 405), route


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda signer: Signer().user(ALICE), "A valid API key, token or login is needed."),
        (lambda signer: signer.user(ALICE, type="refresh"), "A valid API key, token or login is needed."),
        (lambda signer: signer.user(ALICE, lasts_s=-600), "The token has expired."),
    ],
)
def test_what_is_no_good_token_is_a_clear_401(missions, signer, make, sentence):
    answer = bearing(make(signer)).get("/api/v1/missions/")
    assert (answer.status_code, answer["WWW-Authenticate"], answer.json()["detail"]) == (401, "Bearer", sentence)


def test_without_a_public_key_the_answer_says_to_come_back(missions, signer, settings, tmp_path):
    settings.MISSIONSCOPE_TOKEN_KEY_FILE = str(tmp_path / "nowhere.pem")
    answer = bearing(signer.user(ALICE)).get("/api/v1/missions/")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer["Retry-After"]) > 0


def test_a_token_in_the_address_is_no_token(missions, signer):
    for name in ("token", "access_token", "authorization"):
        assert Client().get("/api/v1/missions/", {name: signer.user(ALICE)}).status_code == 401


def test_api_keys_and_sessions_go_on_seeing_all(missions, api_key, alice):
    person = Client()
    person.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    for client in (Client(headers={"x-api-key": api_key.key}), person):
        assert ids(client) == ["of alice", "of bob", "of nobody"]
        assert client.get("/api/v1/rejections/").status_code == 200
