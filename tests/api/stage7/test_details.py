"""Steps, agents, questions and the list of missions in stage7's shapes."""

import secrets
from urllib.parse import quote

import pytest

from tests.api.stage7.conftest import Told
from tests.api.stage7.reading import decode
from tests.api.stage7.run import GOAL, LONG, Run, moment_ns
from tests.api.stage7.test_statistics import OF_STEP
from tests.plans.stage7_events import event, finished, output, stored

pytestmark = pytest.mark.server

OF_DETAIL = {"verb", "description", "status", "dependencies", "inputs", "inputReferences", "inputValues", "results",
             "agentId"}  # fmt: skip
OF_SNAPSHOT = {"id", "status", "steps", "missionId", "userId", "agentClass", "instanceId", "dependencies",
               "conversation", "role", "lastFailedStep"}  # fmt: skip
OF_QUESTION = {"type", "request_id", "question", "answerType", "choices", "missionId", "agentId", "stepId", "status",
               "askedAt", "answeredAt", "answer"}  # fmt: skip


def test_a_step_is_found_by_its_id_alone(made: Told):
    step, run = made.step("text"), made.run
    assert step.keys() >= OF_DETAIL
    assert (step["verb"], step["description"], step["status"]) == ("THINK", "Write", "completed")
    assert (step["agentId"], step["missionId"]) == (run.id("agent-one"), run.mission)
    assert step["results"][0]["result"] == LONG
    assert made.step("text", missionId=run.mission) == step
    assert made.asker.read(f"/api/v1/stage7/agent/step/{run.id('text')}") == step


def test_its_inputs_are_whole_and_name_their_sources(made: Told):
    run = made.run
    assert decode(made.step("asks")["inputValues"])["terms"]["value"] == LONG
    assert made.step("asks")["inputs"]["terms"]["value"] == LONG
    silent = made.step("silent")
    assert silent["dependencies"] == [
        {"inputName": "term", "sourceStepId": run.id("text"), "outputName": "notes"},
    ]
    assert silent["inputs"]["term"]["sourceId"] == run.id("text")
    assert (silent["status"], made.step("silent", status="effective")["status"]) == ("completed", "error")
    assert silent["error"] == "the term is empty"
    assert made.step("lost")["dependencies"][0]["sourceStepId"] == run.id("nobody")


def test_a_repeated_step_is_told_apart(made: Told):
    first, second = (made.asker.read(f"/api/v1/stage7/step/{made.run.id('twice')}{mark}") for mark in ("", "~2"))
    assert [first["description"], second["description"]] == ["once", "twice"]
    assert [each["results"][0]["result"] for each in (first, second)] == ["first", "second"]


def test_a_step_is_told_as_it_was(made: Told):
    then = made.step("text", at=str(moment_ns(150)))
    assert (then["status"], then["results"]) == ("pending", None)
    assert made.asker.get(f"/api/v1/stage7/step/{made.run.id('text')}", at=str(moment_ns(0))).status_code == 404


@pytest.mark.parametrize("path", ["step/{0}", "step/{0}~2", "agent/{0}", "agent/step/{0}", "missions/{0}/statistics"])
def test_what_is_not_there_is_said_as_components_read_it(made: Told, path: str):
    answer = made.asker.get(f"/api/v1/stage7/{path.format(secrets.token_hex(4))}")
    assert answer.status_code == 404
    told = answer.json()
    assert told["error"] == told["message"] == told["detail"]
    assert (told["code"], told["errors"]) == ("not_found", [])
    elsewhere = made.asker.get(f"/api/v1/stage7/step/{made.run.id('text')}", missionId="nowhere")
    assert elsewhere.status_code == 404


def test_the_newest_mission_that_has_the_step_is_meant(fresh: Told):
    old, new = (Run(f"{fresh.run.mission}-{word}", fresh.run.mark) for word in ("old", "new"))
    for at, run in ((0, old), (10**7, new)):
        made = event("step_created", at, stepId=run.id("s"), actionVerb="A", description=run.mission,
                     missionId=run.mission)  # fmt: skip
        fresh.send("storeData", stored(made))
    fresh.asker.until_computed()
    assert fresh.step("s")["missionId"] == fresh.step("s", missionId=new.mission)["missionId"] == new.mission
    assert fresh.step("s", missionId=old.mission)["missionId"] == old.mission


def test_ids_may_hold_anything(fresh: Told):
    run = Run(f"a/b c?{fresh.run.mark}%", fresh.run.mark)
    step_id = f"s/t?{run.mark} #%2F"
    fresh.send(
        "storeData",
        stored(
            event("step_created", 0, stepId=step_id, actionVerb="A", missionId=run.mission, agentId=f"g/{run.mark}")
        ),
        stored(event("agent_created", 1, agentId=f"g/{run.mark}", missionId=run.mission)),
    )
    told = Told(fresh.asker, run)
    assert told.read("statistics")["missionId"] == run.mission
    assert fresh.asker.read(f"/api/v1/stage7/step/{quote(step_id, safe='')}")["id"] == step_id
    assert fresh.asker.read(f"/api/v1/stage7/agent/step/{quote(step_id, safe='')}")["id"] == step_id
    assert fresh.asker.read(f"/api/v1/stage7/agent/{quote(f'g/{run.mark}', safe='')}")["id"] == f"g/{run.mark}"


def test_agents_are_snapshots_with_whole_steps(made: Told):
    run = made.run
    first, second = made.read("agents")
    for agent in (first, second):
        assert agent.keys() >= OF_SNAPSHOT
        assert agent["missionId"] == run.mission
        assert all(step.keys() >= OF_STEP for step in agent["steps"])
    assert [len(agent["steps"]) for agent in (first, second)] == [5, 2]
    assert first["steps"][2]["dependencies"] == [
        {"inputName": "term", "sourceStepId": run.id("text"), "outputName": "notes"},
    ]
    assert first["steps"][1]["isPreview"]
    assert made.read("agents", full="1")[0]["steps"][1]["result"][0]["result"] == LONG
    assert [agent["id"] for agent in made.read("agents", at=str(moment_ns(300)))] == [run.id("agent-one")]


def test_one_agent_has_whole_values_and_what_its_stored_state_tells(fresh: Told):
    run = fresh.run
    fresh.send("storeData", *run.bodies())
    said = [{"role": "user", "content": "peel"}]
    state = {"id": run.id("agent-one"), "missionId": run.mission, "status": "paused", "dependencies": ["a"],
             "conversation": said, "timestamp": event("", 600)["timestamp"]}  # fmt: skip
    fresh.send("storeData", {"id": state["id"], "data": state, "storageType": "mongo", "collection": "agents"})
    agent = fresh.asker.read(f"/api/v1/stage7/agent/{run.id('agent-one')}")
    assert agent.keys() >= OF_SNAPSHOT
    assert (agent["status"], agent["dependencies"]) == ("paused", ["a"])
    assert agent["conversation"] == said
    assert agent["steps"][1]["result"][0]["result"] == LONG
    before = fresh.asker.read(f"/api/v1/stage7/agent/{run.id('agent-one')}", at=str(moment_ns(500)))
    assert (before["status"], before["conversation"]) == ("running", None)


def test_questions_come_open_ones_first(fresh: Told):
    run = fresh.run
    fresh.send("storeData", *run.bodies())
    early = {**run.question(), "request_id": run.id("early"), "timestamp": event("", 100)["timestamp"],
             "stepId": run.id("text"), "question": LONG}  # fmt: skip
    answer = {"type": "USER_INPUT_RESPONSE", "content": {"requestId": run.id("early"), "response": "green",
              "missionId": run.mission}, "timestamp": event("", 150)["timestamp"]}  # fmt: skip
    fresh.send("messages", run.question(), early, answer)
    pending, done = fresh.read("human-requests")
    assert pending.keys() == done.keys() == OF_QUESTION
    assert pending | {"askedAt": None} == {
        "type": "USER_INPUT_REQUEST", "request_id": run.id("question"), "question": "Which apples?",
        "answerType": "multipleChoice", "choices": ["red", "green"], "missionId": run.mission,
        "agentId": run.id("agent-one"), "stepId": run.id("asks"), "status": "pending", "askedAt": None,
        "answeredAt": None, "answer": None,
    }  # fmt: skip
    assert (done["request_id"], done["status"], done["answer"]) == (run.id("early"), "completed", "green")
    assert (done["askedAt"], done["answeredAt"]) == (early["timestamp"], answer["timestamp"])
    assert done["question"] == LONG


def test_the_list_of_missions_has_goals_and_what_became_of_them(made: Told):
    run = made.run
    [mission] = made.asker.read("/api/v1/stage7/missions", q=f"apples {run.mark}")
    assert mission.keys() == {"id", "name", "status", "goal"}
    assert (mission["id"], mission["name"], mission["goal"]) == (run.mission, f"apples {run.mark}", GOAL)
    assert mission["status"] in ("awaiting", "running", "completed", "error", "aborted")
    assert len(made.asker.read("/api/v1/stage7/missions", limit="1")) == 1
    assert made.asker.read("/api/v1/stage7/missions", q=secrets.token_hex(8)) == []
    assert made.asker.get("/api/v1/stage7/missions", limit="0").status_code == 400


def test_a_question_of_a_span_is_one_too(fresh: Told):
    span = {"traceId": secrets.token_hex(16), "spanId": secrets.token_hex(8), "name": "ask", "kind": 1,
            "startTimeUnixNano": str(moment_ns(0)), "attributes": [
                {"key": "missionscope.span.kind", "value": {"stringValue": "HUMAN"}},
                {"key": "missionscope.human.question", "value": {"stringValue": "Peel?"}}]}  # fmt: skip
    fresh.asker.send(fresh.run.calls(span))
    [question] = fresh.read("human-requests")
    assert question.keys() == OF_QUESTION
    assert (question["question"], question["answerType"], question["answeredAt"]) == ("Peel?", "text", None)


def test_a_step_says_what_was_returned_last(fresh: Told):
    run = fresh.run
    fresh.send("storeData", *run.bodies(), stored(finished(run.id("lost"), 900, output("page", "text"))))
    assert fresh.step("lost")["results"][0]["name"] == "page"
