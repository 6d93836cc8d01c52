"""Missions taken together: right to the last digit on both databases, and the same as the missions one by one."""

import random
from decimal import Decimal

import pytest

from accounts.actions import create_api_key
from analysis.recompute import recompute_missions
from tests.api.conftest import make_request, make_span
from tests.api.test_access import logged_in, with_key
from tests.api.test_filters import chat, tool
from tests.api.test_queries import count_queries
from tests.ingest.delivery import deliver
from traces.models import Mission

pytestmark = pytest.mark.django_db

COMPUTED = 6
"""Queries of an answer that is not remembered: four of missions and spans, two of calls."""
PATH = "/api/v1/missions/summary/"
NOTHING = {"count": 0, "p50": None, "p90": None, "p99": None, "max": None}
MODELS = ("gpt-4o", "Zeta", "alpha", "é-model", "")


def compute_all():
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))


def nearest_rank(values, percent):
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def spread_of(values):
    if not values:
        return NOTHING
    found = {f"p{percent}": str(nearest_rank(values, percent)) for percent in (50, 90, 99)}
    return {"count": len(values), **found, "max": str(max(values))}


@pytest.fixture
def sent(project):
    """Sixty missions of random calls; the facts to compare with: (mission, model, ns, tokens in, cost, failed)."""
    chance = random.Random(5)
    calls = []
    for at in range(60):
        trace = f"{at + 1:032x}"
        spans = [tool(trace, 40, f"tool {at % 3}")]
        for n in range(chance.randint(0, 6)):
            model, seconds = chance.choice(MODELS), chance.choice((None, 0, 1, 2, 2, 3, 5, 8))
            cost = f"0.{chance.randint(1, 10**9):09d}"
            spans.append(chat(trace, n, model, cost=cost, seconds=seconds))
            failed = chance.random() < 0.2
            spans[-1]["status"] = {"code": 2, "message": "overloaded"} if failed else {}
            calls.append((f"m{at}", model, None if seconds is None else seconds * 10**9, 10, Decimal(cost), failed))
        deliver(project.pk, make_request(f"m{at}", spans))
    compute_all()
    return calls


def test_it_is_what_the_missions_say_one_by_one(sent, api_key):
    client = with_key(api_key.key)
    for asked in ({}, {"model": "gpt-4o"}, {"tool": "tool 1", "status": "ok"}, {"min_duration_ns": "1"}, {"q": "m1"}):
        rows = client.get("/api/v1/missions/", {**asked, "limit": 1000}).json()["results"]
        found = client.get(PATH, asked).json()
        assert found["count"] == len(rows) > 0
        assert found["counts"] == {
            status: sum(row["status"] == status for row in rows)
            for status in ("waiting", "active", "ok", "failed", "gone")
        }
        for name in ("error_count", "span_count", "llm_call_count", "tool_call_count"):
            assert found[name] == sum(row[name] for row in rows), name
        for name in ("input_tokens", "output_tokens"):
            assert (found[name] or 0) == sum(row[name] or 0 for row in rows), name
        assert Decimal(found["cost_usd"] or 0) == sum((Decimal(row["cost_usd"] or 0) for row in rows), Decimal(0))
        assert found["duration_ns"] == spread_of([int(row["duration_ns"]) for row in rows if row["duration_ns"]])
        spans = [span for row in rows for span in client.get(f"/api/v1/missions/{row['id']}/spans/").json()["results"]]
        assert found["span_duration_ns"] == spread_of(
            [int(each["duration_ns"]) for each in spans if each["duration_ns"]]
        )


def test_models_are_told_apart_letter_for_letter(sent, api_key):
    found = with_key(api_key.key).get(PATH).json()["models"]
    assert {each["model"] for each in found} == {model for _, model, *_ in sent}
    assert [each["call_count"] for each in found] == sorted((each["call_count"] for each in found), reverse=True)
    for each in found:
        calls = [call for call in sent if call[1] == each["model"]]
        assert each["call_count"] == len(calls)
        assert each["error_count"] == sum(call[5] for call in calls)
        assert each["input_tokens"] == sum(call[3] for call in calls)
        assert Decimal(each["cost_usd"]) == sum(call[4] for call in calls)
        assert each["duration_ns"] == spread_of([call[2] for call in calls if call[2] is not None])


def test_models_are_those_of_the_missions_that_match(sent, api_key):
    found = with_key(api_key.key).get(PATH, {"model": "alpha"}).json()["models"]
    missions = {mission for mission, model, *_ in sent if model == "alpha"}
    wanted = {model: sum(call[0] in missions and call[1] == model for call in sent) for model in MODELS}
    assert {each["model"]: each["call_count"] for each in found} == {name: n for name, n in wanted.items() if n}


def test_usage_that_a_wrapper_repeats_is_counted_once(project, api_key):
    """One wrapper that its convention tells, one that only the tree tells."""
    trace = "ab" * 16
    outer, inner = chat(trace, 0, "gpt-4o", cost="0.5", seconds=9), chat(trace, 1, "gpt-4o", cost="0.25", seconds=3)
    inner["parentSpanId"] = outer["spanId"]
    usage = {"ai__usage__promptTokens": 10, "ai__usage__completionTokens": 5, "ai__model__id": "gpt-4o"}
    vercel = make_span(trace, 20, "ai.generateText", operation__name="ai.generateText", **usage)
    vercel_inner = make_span(trace, 21, "ai.generateText.doGenerate", parent=21,
                             operation__name="ai.generateText.doGenerate", **usage)  # fmt: skip
    deliver(project.pk, make_request("wrapped", [outer, inner, vercel, vercel_inner]))
    compute_all()
    client = with_key(api_key.key)
    mission, found = client.get("/api/v1/missions/wrapped/").json(), client.get(PATH).json()
    assert (mission["input_tokens"], mission["output_tokens"], mission["llm_call_count"]) == (20, 10, 2)
    for name in ("input_tokens", "output_tokens", "llm_call_count"):
        assert found[name] == mission[name]
    assert Decimal(found["cost_usd"]) == Decimal(mission["cost_usd"])
    [model] = found["models"]
    assert (model["model"], model["call_count"], model["input_tokens"], model["output_tokens"]) == ("gpt-4o", 2, 20, 10)
    assert Decimal(model["cost_usd"]) == Decimal(mission["cost_usd"])
    assert (model["duration_ns"]["count"], model["duration_ns"]["max"]) == (2, str(3 * 10**9))
    counted = {
        call["span_id"]: call["is_counted"]
        for call in client.get("/api/v1/missions/wrapped/llm-calls/").json()["results"]
    }
    assert counted == {span["spanId"]: span in (inner, vercel_inner) for span in (outer, inner, vercel, vercel_inner)}


def test_a_call_is_counted_again_when_its_inner_one_turns_out_to_be_none(project, api_key):
    """The records come in another order, with a recompute between: the same numbers."""
    trace = "cd" * 16
    outer, inner = chat(trace, 0, "gpt-4o", seconds=9), chat(trace, 1, "gpt-4o", seconds=3)
    inner["parentSpanId"] = outer["spanId"]
    for spans, wanted in (([outer], 1), ([inner], 1), ([chat(trace, 2, "gpt-4o")], 2)):
        deliver(project.pk, make_request("late", spans))
        compute_all()
        found = with_key(api_key.key).get(PATH).json()
        assert (found["llm_call_count"], found["models"][0]["call_count"]) == (wanted, wanted)
        assert found["models"][0]["input_tokens"] == found["input_tokens"] == 10 * wanted


def test_the_largest_counts_and_the_finest_costs_neither_fail_nor_round(project, api_key):
    trace = "ef" * 16
    most = 2**63 - 1
    costs = ("999999999999", "0." + "0" * 29 + "1", "1e-31", "1e-5000")
    spans = [
        make_span(trace, at, "chat", gen_ai__operation__name="chat", gen_ai__request__model="m",
                  gen_ai__usage__input_tokens=most, gen_ai__usage__cost=cost)
        for at, cost in enumerate(costs)
    ]  # fmt: skip
    deliver(project.pk, make_request("huge", spans))
    compute_all()
    client = with_key(api_key.key)
    found, mission = client.get(PATH).json(), client.get("/api/v1/missions/huge/").json()
    assert found["input_tokens"] == mission["input_tokens"] == found["models"][0]["input_tokens"] == most
    assert (
        found["cost_usd"] == mission["cost_usd"] == found["models"][0]["cost_usd"] == "999999999999." + "0" * 29 + "1"
    )
    for asked in ({"sort": "cost"}, {"min_cost_usd": "1"}):
        assert len(client.get("/api/v1/missions/", asked).json()["results"]) == 1


def test_nothing_is_zero_and_unknown_is_null(api_key):
    found = with_key(api_key.key).get(PATH).json()
    assert (found["count"], found["span_count"], found["error_count"]) == (0, 0, 0)
    assert found["duration_ns"] == found["span_duration_ns"] == NOTHING
    assert (found["input_tokens"], found["output_tokens"], found["cost_usd"], found["models"]) == (None, None, None, [])


def test_members_see_the_same_and_strangers_their_own(sent, alice, bob, charlie, api_key):
    whole = with_key(api_key.key).get(PATH).json()
    for user in (alice, bob):
        assert logged_in(user).get(PATH, {"project": "apollo"}).json() == whole
    stranger = with_key(create_api_key(charlie.memberships.get().project, "c", ("read",)).key)
    for client in (logged_in(charlie), stranger):
        for asked in ({}, {"model": "gpt-4o"}, {"q": "m1"}):
            assert client.get(PATH, asked).json()["count"] == 0
            assert client.get(PATH, asked).json()["models"] == []
    assert logged_in(charlie).get(PATH, {"project": "apollo"}).status_code == 404


def test_a_mission_that_is_called_summary_has_another_name_in_addresses(project, api_key):
    deliver(project.pk, make_request("summary", [make_span("12" * 16, 0, "work")]))
    compute_all()
    client = with_key(api_key.key)
    [row] = client.get("/api/v1/missions/").json()["results"]
    assert (row["id"], row["url"]) == ("summary", "/missions/~summary/")
    assert client.get("/api/v1/missions/~summary/").json()["id"] == "summary"
    assert client.get("/api/v1/missions/~summary/spans/").json()["results"][0]["mission_id"] == "summary"


def test_what_was_computed_is_remembered_until_a_mission_changes(project, charlie, api_key):
    client = with_key(api_key.key)
    trace = "ab" * 16
    deliver(project.pk, make_request("m", [chat(trace, 0, "gpt-4o")]))
    compute_all()
    first, one = count_queries(client, PATH)
    again, same = count_queries(client, PATH)
    assert same == one
    assert again == first - COMPUTED
    assert count_queries(client, f"{PATH}?model=gpt-4o")[0] == first
    deliver(project.pk, make_request("m", [chat(trace, 1, "gpt-4o")]))
    compute_all()
    assert client.get(PATH).json()["models"][0]["call_count"] == client.get(PATH).json()["llm_call_count"] == 2
    stranger = with_key(create_api_key(charlie.memberships.get().project, "c", ("read",)).key)
    assert stranger.get(PATH).json()["count"] == 0


def test_it_asks_as_often_for_fifty_missions_as_for_one(project, api_key):
    client = with_key(api_key.key)
    asked = []
    for wanted in (1, 50):
        for at in range(Mission.objects.count(), wanted):
            trace = f"{at + 1:032x}"
            deliver(project.pk, make_request(f"m{at}", [chat(trace, 0, f"model {at}"), tool(trace, 1, "t")]))
        compute_all()
        count, found = count_queries(client, f"{PATH}?tool=t")
        assert (found["count"], len(found["models"])) == (wanted, wanted)
        asked.append(count)
    assert asked[0] - COMPUTED == asked[1] - COMPUTED <= 3
