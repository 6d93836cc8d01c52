"""Which missions a filter leaves: by model, tool, duration and cost, alone and together with the others."""

import pytest

from accounts.actions import create_api_key
from analysis.recompute import recompute_missions
from tests.api.conftest import make_request, make_span
from tests.api.test_access import logged_in, only, statuses, with_key
from tests.ingest.delivery import deliver
from traces.models import Mission

pytestmark = pytest.mark.django_db

SECOND = 10**9
ALL = {"short", "long", "open", "odd", "backwards"}


def chat(trace, at, request_model, response_model="", *, cost="", seconds=1):
    """A model call of 10 tokens in and 5 out."""
    more = {"gen_ai__response__model": response_model} if response_model else {}
    more |= {"gen_ai__usage__cost": cost} if cost else {}
    return make_span(trace, at, f"chat {request_model}", seconds=seconds, gen_ai__operation__name="chat",
                     gen_ai__request__model=request_model, gen_ai__usage__input_tokens=10,
                     gen_ai__usage__output_tokens=5, **more)  # fmt: skip


def tool(trace, at, name):
    return make_span(trace, at, "run", gen_ai__operation__name="execute_tool", gen_ai__tool__name=name)


@pytest.fixture
def missions(project):
    """Five missions: two ordinary, one open, one with names that try to look like others, one whose end comes first."""
    t = [f"{at + 1:032x}" for at in range(5)]
    backwards = make_span(t[4], 0, "work", seconds=-1)
    given = {
        "short": [chat(t[0], 0, "gpt-4o", "gpt-4o-2024", cost="0.1"), tool(t[0], 3, "lookup")],
        "long": [chat(t[1], 0, "claude", cost="0.3", seconds=20), chat(t[1], 1, "gpt-4o", cost="0.2"),
                 make_span(t[1], 2, "work", seconds=28)],
        "open": [chat(t[2], 0, "gpt-4o-mini", seconds=None)],
        "odd": [chat(t[3], 0, 'q"claude'), chat(t[3], 1, 'q,"claude'), tool(t[3], 2, "LOOKUP"), tool(t[3], 3, "é")],
        "backwards": [backwards],
    }  # fmt: skip
    for mission_id, spans in given.items():
        deliver(project.pk, make_request(mission_id, spans))
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))


CASES = [
    ({"model": "gpt-4o"}, {"short", "long"}),
    ({"model": "gpt-4o-2024"}, {"short"}),
    ({"model": "GPT-4o"}, set()),
    ({"model": "gpt"}, set()),
    ({"model": "claude"}, {"long"}),
    ({"model": 'q"claude'}, {"odd"}),
    ({"model": "%"}, set()),
    ({"model": '"'}, set()),
    ({"model": "claude", "tool": "lookup"}, set()),
    ({"tool": "lookup"}, {"short"}),
    ({"tool": "LOOKUP"}, {"odd"}),
    ({"tool": "é"}, {"odd"}),
    ({"min_duration_ns": "0"}, ALL - {"open"}),
    ({"min_duration_ns": str(4 * SECOND)}, {"short", "long", "odd"}),
    ({"min_duration_ns": str(4 * SECOND + 1)}, {"long"}),
    ({"max_duration_ns": str(4 * SECOND)}, ALL - {"open", "long"}),
    ({"max_duration_ns": "0"}, {"backwards"}),
    ({"min_duration_ns": "1", "max_duration_ns": str(4 * SECOND)}, {"short", "odd"}),
    ({"min_duration_ns": str(2**63 - 1)}, set()),
    ({"min_cost_usd": "0.1"}, {"short", "long"}),
    ({"min_cost_usd": "0.5"}, {"long"}),
    ({"min_cost_usd": "0.500001"}, set()),
    ({"min_cost_usd": "0", "model": "gpt-4o", "max_duration_ns": str(10 * SECOND), "status": "ok"}, {"short"}),
    ({"model": "gpt-4o", "q": "lon"}, {"long"}),
]


@pytest.mark.parametrize(("parameters", "left"), CASES)
def test_a_filter_leaves_what_it_says(missions, api_key, parameters, left):
    answer = with_key(api_key.key).get("/api/v1/missions/", parameters)
    assert {mission["id"] for mission in answer.json()["results"]} == left


def test_rows_tell_models_and_tools(missions, api_key):
    found = {row["id"]: row for row in with_key(api_key.key).get("/api/v1/missions/").json()["results"]}
    assert found["short"]["models"] == ["gpt-4o", "gpt-4o-2024"]
    assert found["short"]["tools"] == ["lookup"]
    assert found["backwards"]["models"] == found["backwards"]["tools"] == []


@pytest.mark.parametrize("sort", ["duration", "-cost", "name", "-last_activity"])
def test_filtered_pages_join_in_every_order(missions, api_key, sort):
    client = with_key(api_key.key)
    asked = {"min_duration_ns": "0", "sort": sort}
    whole = [row["id"] for row in client.get("/api/v1/missions/", asked).json()["results"]]
    page, found = client.get("/api/v1/missions/", {**asked, "limit": 1}).json(), []
    while True:
        found += [row["id"] for row in page["results"]]
        if page["next"] is None:
            break
        page = client.get(page["next"]).json()
    assert found == whole
    assert set(whole) == ALL - {"open"}


@pytest.mark.parametrize("path", ["/api/v1/missions/", "/api/v1/missions/summary/"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_duration_ns", "-1"), ("min_duration_ns", "1.5"), ("max_duration_ns", str(2**63)),
        ("max_duration_ns", "1e9"),
        ("min_cost_usd", "-0.1"), ("min_cost_usd", "NaN"), ("min_cost_usd", "1e3"), ("min_cost_usd", "1,5"),
        ("min_cost_usd", "."), ("min_cost_usd", "١"), ("min_cost_usd", "9" * 16), ("min_cost_usd", "1\n"),
        ("model", "x" * 1001), ("tool", "x" * 1001),
    ],
)  # fmt: skip
def test_what_is_odd_is_refused_by_name(api_key, path, name, value):
    answer = with_key(api_key.key).get(path, {name: value})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == [name]
    twice = with_key(api_key.key).get(f"{path}?{name}=1&{name}=1")
    assert twice.json()["errors"][0]["message"] == "must be given once"


def test_members_filter_alike_and_strangers_find_nothing(missions, alice, bob, charlie):
    path = "/api/v1/missions/"
    for user in (alice, bob):
        found = logged_in(user).get(path, {"model": "gpt-4o", "project": "apollo"}).json()["results"]
        assert len(found) == 2
    stranger = with_key(create_api_key(charlie.memberships.get().project, "c", ("read",)).key)
    for client in (logged_in(charlie), stranger):
        for parameters in ({"model": "gpt-4o"}, {"tool": "lookup"}, {"min_duration_ns": "0"}, {"min_cost_usd": "0"}):
            assert client.get(path, parameters).json()["results"] == []
    assert statuses(logged_in(charlie), [path], model="gpt-4o", project="apollo") == only(404, [path])
