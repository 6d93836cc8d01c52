"""Statistics in MissionControl's shape, as stage7's components read them, now and in the past."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.stage7.conftest import Told
from tests.api.stage7.reading import decode, read_graph, read_window
from tests.api.stage7.run import LONG, call, moment_ns
from tests.plans.stage7_events import event

pytestmark = pytest.mark.server

OF_MESSAGE = {"type", "sender", "recipient", "missionId", "content"}
OF_CONTENT = {"llmCalls", "activeLLMCalls", "agentCountByStatus", "agentStatistics", "engineerStatistics"}
OF_AGENT = {"id", "status", "taskCount", "currentTaskNo", "currentTaskVerb", "steps", "color"}
OF_STEP = {
    "id", "parentStepId", "scope_id", "missionId", "actionVerb", "description", "status", "ownerAgentId",
    "originalOwnerAgentId", "currentOwnerAgentId", "delegatingAgentId", "delegatedToAgentId", "delegationHistory",
    "lastOwnershipChange", "inputReferences", "inputValues", "dependencies", "outputs", "result", "recommendedRole",
    "retryCount", "lastError",
}  # fmt: skip
"""Of the fields that stage7's own steps have, all that its records ever tell."""
OF_OUTPUT = {"success", "name", "resultType", "result", "resultDescription", "error"}


def agents_of(message: Any) -> dict[str, Any]:
    """By id, in their order."""
    return {agent["id"]: agent for group in decode(message["content"]["agentStatistics"]).values() for agent in group}


def steps_of(message: Any) -> dict[str, Any]:
    """By id, in their order."""
    return {step["id"]: step for agent in agents_of(message).values() for step in agent["steps"]}


def test_every_field_of_the_message_is_there(made: Told):
    message = made.read("statistics")
    assert message.keys() == OF_MESSAGE
    assert message["content"].keys() == OF_CONTENT | {"omittedSteps"}
    assert (message["type"], message["recipient"], message["missionId"]) == (
        "agentStatistics",
        "user",
        made.run.mission,
    )
    for agent in agents_of(message).values():
        assert agent.keys() >= OF_AGENT
        hue = int(agent["color"].removeprefix("hsl(").removesuffix(", 70%, 50%)"))
        assert 0 <= hue < 360
    for step in steps_of(message).values():
        assert step.keys() >= OF_STEP | {"verb", "isEndpoint"}
        assert step["verb"] == step["actionVerb"]
        for output in step["result"] or []:
            assert output.keys() >= OF_OUTPUT
        for name, value in step["inputValues"].items():
            assert value.keys() >= {"inputName", "value", "valueType"}
            assert value["inputName"] == name
        for name, reference in step["inputReferences"].items():
            assert reference.keys() == {"inputName", "valueType", "outputName", "sourceId", "sourceStep"}
            assert reference["inputName"] == name


def test_the_network_is_drawn_of_it(made: Told):
    graph = read_graph(made.read("statistics")["content"]["agentStatistics"])
    run = made.run
    assert graph.nodes[run.id("root")].label == "ACCOMPLISH (RUNNING)"
    assert {run.id("twice"), f"{run.id('twice')}~2"} <= set(graph.nodes)
    assert len(graph.nodes) == 7
    assert graph.edges == {(run.id("text"), run.id("silent"))}
    assert graph.dropped == {(run.id("nobody"), run.id("lost"))}
    assert len({node.fill for node in graph.nodes.values()}) == 2
    assert graph.nodes[run.id("text")].agent == run.id("agent-one")


def test_the_window_counts_agents_and_steps(made: Told):
    shown = read_window(made.read("statistics")["content"])
    assert shown["agents"] == {"running": 1, "initializing": 1}
    assert shown["steps"] == {"running": 1, "completed": 5, "pending": 1}
    assert (shown["calls"], shown["active"], shown["plugins"]) == (0, 0, [])


def test_what_became_of_steps_is_told_when_asked_for(made: Told):
    run = made.run
    plain, effective = steps_of(made.read("statistics")), steps_of(made.read("statistics", status="effective"))
    wanted = {"root": "replaced", "text": "completed", "silent": "error", "asks": "waiting", "lost": "pending"}
    assert {word: effective[run.id(word)]["status"] for word in wanted} == wanted
    assert {word: plain[run.id(word)]["effectiveStatus"] for word in wanted} == wanted
    assert plain[run.id("silent")]["status"] == "completed"
    nodes = read_graph(made.read("statistics", status="effective")["content"]["agentStatistics"]).nodes
    assert nodes[run.id("silent")].border == "red"


def test_agents_are_told_how_far_they_are(made: Told):
    agents = agents_of(made.read("statistics"))
    first, second = agents[made.run.id("agent-one")], agents[made.run.id("agent-two")]
    assert (first["taskCount"], first["currentTaskNo"], first["currentTaskVerb"]) == (5, 3, "SCRAPE")
    assert (second["taskCount"], second["currentTaskNo"], second["status"]) == (2, 2, "initializing")


def test_steps_know_their_parent_their_end_and_their_owner(made: Told):
    run, steps = made.run, steps_of(made.read("statistics"))
    assert steps[run.id("text")]["parentStepId"] == run.id("root")
    assert [steps[run.id(word)]["isEndpoint"] for word in ("text", "silent")] == [False, True]
    assert steps[run.id("silent")]["ownerAgentId"] == run.id("agent-one")
    assert steps[run.id("text")]["outputs"] == {"notes": {"description": "Notes", "isDeliverable": False}}
    assert [task["actionVerb"] for task in steps[run.id("root")]["result"][0]["result"]] == [
        "THINK", "SEARCH", "ASK", "SCRAPE",
    ]  # fmt: skip


def test_values_are_previews_until_they_are_asked_for_whole(made: Told):
    run = made.run
    short, whole = steps_of(made.read("statistics")), steps_of(made.read("statistics", full="1"))
    assert short[run.id("text")]["result"][0]["result"] == LONG[:300]
    assert whole[run.id("text")]["result"][0]["result"] == LONG
    assert whole[run.id("asks")]["inputValues"]["terms"]["value"] == LONG
    assert {step["isPreview"] for step in short.values()} == {True}
    assert {step["isPreview"] for step in whole.values()} == {False}


@pytest.mark.parametrize("form", ["ns", "ms", "iso"])
def test_the_past_is_told_as_it_was_known(made: Told, form: str):
    at_ms = 25
    at = {"ns": str(moment_ns(at_ms)), "ms": str(moment_ns(at_ms) // 10**6), "iso": event("", at_ms)["timestamp"]}[form]
    steps = steps_of(made.read("statistics", at=at))
    assert {word: step["status"] for word, step in steps.items()} == {made.run.id("root"): "running"}
    assert agents_of(made.read("statistics", at=at)).keys() == {made.run.id("agent-one")}
    later = steps_of(made.read("statistics", at=str(moment_ns(150))))
    assert later[made.run.id("text")]["effectiveStatus"] == "running"
    assert later[made.run.id("text")]["result"] is None
    assert made.read("statistics", at="2020-01-01T00:00:00Z")["content"]["agentStatistics"]["entries"] == []


@pytest.mark.parametrize("at", ["yesterday", "-1", "99999999999999999999", "1e9", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_refused(made: Told, at: str):
    answer = made.asker.get(f"/api/v1/stage7/missions/{made.run.mission}/statistics", at=at)
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == ["at"]
    assert answer.json()["message"] == answer.json()["error"] == answer.json()["detail"]


def test_model_calls_are_those_of_the_mission_and_of_the_time(fresh: Told):
    fresh.send("storeData", *fresh.run.bodies())
    fresh.send("statistics", fresh.run.push(900, 0))
    fresh.asker.send(fresh.run.calls(call(moment_ns(0), 1, "m"), call(moment_ns(500), 60, "m")))
    content = fresh.read("statistics")["content"]
    assert (content["llmCalls"], content["activeLLMCalls"]) == (2, 0)
    past = fresh.read("statistics", at=str(moment_ns(1500)))["content"]
    assert (past["llmCalls"], past["activeLLMCalls"]) == (2, 1)
    earlier = fresh.read("statistics", at=str(moment_ns(400)))["content"]
    assert (earlier["llmCalls"], earlier["activeLLMCalls"]) == (1, 1)


def test_without_model_calls_the_last_told_count_stands(fresh: Told):
    fresh.send("storeData", *fresh.run.bodies())
    fresh.send("statistics", fresh.run.push(7, 0), fresh.run.push(12, 120_000))
    shown = read_window(fresh.read("statistics")["content"])
    assert (shown["calls"], shown["active"], shown["plugins"]) == (12, 1, ["PEELER"])
    assert read_window(fresh.read("statistics", at=str(moment_ns(60_000)))["content"])["calls"] == 7


def test_a_step_that_no_agent_has_is_drawn_too(fresh: Told):
    fresh.send("statistics", {"missionId": fresh.run.mission, "timestamp": event("", 0)["timestamp"], "content": {
        "agentStatistics": {"_type": "Map", "entries": [["running", [{"steps": [{"id": fresh.run.id("s")}]}]]]},
    }})  # fmt: skip
    [node] = read_graph(fresh.read("statistics")["content"]["agentStatistics"]).nodes.values()
    assert node.agent == "unknown_agent"
    assert node.label == " (PENDING)"


def test_ids_are_unique_whatever_steps_are_called(fresh: Told):
    run = fresh.run
    created = [event("step_created", at, stepId=run.id(word), actionVerb="A", missionId=run.mission, status="pending")
               for at, word in enumerate(("x", "x", "x"))]  # fmt: skip
    mean = [event("step_created", 9, stepId=f"{run.id('x')}~2", actionVerb="MEAN", missionId=run.mission)]
    fresh.send(
        "storeData", *({"data": each, "storageType": "mongo", "collection": "events"} for each in created + mean)
    )
    names = list(read_graph(fresh.read("statistics")["content"]["agentStatistics"]).nodes)
    assert names == [run.id("x"), f"{run.id('x')}~2~", f"{run.id('x')}~3", f"{run.id('x')}~2"]
    for name in names:
        step = fresh.asker.read(f"/api/v1/stage7/step/{quote(name, safe='')}")
        assert (step["id"], step["verb"]) == (name, "MEAN" if name == names[-1] else "A")


def test_the_same_is_answered_whatever_came_twice(made: Told):
    before = made.read("statistics")
    made.send("storeData", *made.run.bodies())
    assert json.dumps(made.read("statistics")) == json.dumps(before)
