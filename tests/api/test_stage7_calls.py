"""Brain's calls and plugins' executions, sent through the real doors and read back over REST."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from tests.api.conftest import Asker, mission_path
from tests.blackbox.json_doors import JsonSender

pytestmark = pytest.mark.server

BROKEN = '{"plan": [1, 2,]}'
REPAIRED = '{"plan": [1, 2]}'


class Stage(NamedTuple):
    asker: Asker
    mission: str

    def send(self, door: str, *items: Any) -> None:
        sender = JsonSender(self.asker.url, self.asker.http.headers["authorization"][7:], f"/api/v1/stage7/{door}")
        answer = sender.send(list(items))
        sender.close()
        assert answer == {"accepted": len(items), "rejected": []}

    def read(self, rest: str, **parameters: Any) -> Any:
        self.asker.until_computed()
        return self.asker.read(mission_path(self.mission, rest), **parameters)

    def calls(self) -> list[Any]:
        return sorted(
            self.read("llm-calls/")["results"], key=lambda call: (int(call["start_ns"]), call["request_model"])
        )

    def named(self, *words: str) -> list[str]:
        """Ids of this mission's own."""
        return [f"{self.mission}-{word}" for word in words]


@pytest.fixture
def stage(asker: Asker) -> Stage:
    return Stage(asker, f"m-{secrets.token_hex(6)}")


def clock(second: int) -> str:
    return f"2026-01-02T03:{second // 60:02d}:{second % 60:02d}.000Z"


def exchange(stage: Stage, reply_id: str, start: int, end: int, **changes: Any) -> dict[str, Any]:
    whole = {
        "path": "/chat",
        "request": {
            "exchanges": [{"role": "user", "content": "Plan the trip"}],
            "optimization": "accuracy",
            "conversationType": "TextToJSON",
        },
        "response": {"result": REPAIRED, "confidence": 0.9, "model": "gpt-4o-2024", "requestId": reply_id},
        "status": 200,
        "startedAt": clock(start),
        "endedAt": clock(end),
        "missionId": stage.mission,
        "stepId": f"{stage.mission}-step",
    }
    return {**whole, **changes}


def attempt(stage: Stage, request_id: str, start: int, end: int, **changes: Any) -> dict[str, Any]:
    whole = {
        "requestId": request_id,
        "modelName": "openai/gpt-4o",
        "conversationType": "TextToJSON",
        "messages": [{"role": "system", "content": "Answer in JSON"}, {"role": "user", "content": "Plan the trip"}],
        "response": BROKEN,
        "repairedResponse": REPAIRED,
        "startTime": clock(start),
        "endTime": clock(end),
        "tokenCount": 0,
        "success": True,
        "missionId": stage.mission,
        "stepId": f"{stage.mission}-step",
    }
    return {**whole, **changes}


FAILED = {"success": False, "response": "", "repairedResponse": None, "error": "429 Too Many Requests"}


def test_a_call_shows_its_attempts_from_what_was_asked_to_what_was_returned(stage: Stage):
    call_id, first, second = stage.named("call", "r1", "r2")
    stage.send(
        "brain", attempt(stage, second, 6, 9, callId=call_id, usage={"prompt_tokens": 100, "completion_tokens": 7})
    )
    stage.send("brain", exchange(stage, second, 0, 9, callId=call_id))
    stage.send("brain", attempt(stage, first, 0, 4, callId=call_id, **FAILED))
    [outer] = [call for call in stage.calls() if call["response_model"] == "gpt-4o-2024"]
    one = stage.read(f"llm-calls/{outer['id']}/")
    assert one["status"] == "ok"
    assert one["attempt_count"] == 2
    assert one["input_messages"][0]["parts"][0]["content"] == "Plan the trip"
    assert one["brain"]["optimization"] == "accuracy"
    assert one["brain"]["returned"] == REPAIRED
    assert [(each["status"], each["error"]) for each in one["attempts"]] == [("failed", FAILED["error"]), ("ok", "")]
    last = one["attempts"][1]
    assert last["request_model"] == "openai/gpt-4o"
    assert last["brain"]["sent"][0]["content"] == "Answer in JSON"
    assert (last["brain"]["raw"], last["brain"]["repaired"]) == (BROKEN, REPAIRED)
    assert (last["brain"]["json_valid"], last["brain"]["json_error_position"]) == (False, 15)
    assert int(last["start_ns"]) - int(one["attempts"][0]["end_ns"]) == 2 * 10**9
    spans = stage.read("spans/")["results"]
    assert {span["parent_span_id"] for span in spans if span["name"].startswith("attempt")} == {outer["span_id"]}
    mission = stage.read("")
    assert (mission["llm_call_count"], mission["input_tokens"], mission["output_tokens"]) == (2, 100, 7)


def test_the_id_in_the_reply_joins_a_call_seen_from_outside_with_its_attempts(stage: Stage):
    first, second = stage.named("r1", "r2")
    stage.send(
        "brain", exchange(stage, second, 0, 9), attempt(stage, first, 0, 4, **FAILED), attempt(stage, second, 6, 9)
    )
    [outer] = [call for call in stage.calls() if call["response_model"] == "gpt-4o-2024"]
    one = stage.read(f"llm-calls/{outer['id']}/")
    assert [each["brain"]["raw"] for each in one["attempts"]] == [None, BROKEN]
    assert stage.read("")["llm_call_count"] == 2
    assert stage.read("llm-calls/", include="content")["results"]


def test_the_same_records_again_change_nothing(stage: Stage):
    call_id, first = stage.named("call", "r1")
    items = [exchange(stage, first, 0, 9, callId=call_id), attempt(stage, first, 1, 9, callId=call_id)]
    stage.send("brain", *items)
    before = (stage.read(""), stage.read("llm-calls/")["results"])
    stage.send("brain", *reversed(items))
    assert (stage.read(""), stage.read("llm-calls/")["results"]) == before


def test_a_reported_logic_failure_fails_the_call_in_effect(stage: Stage):
    [request_id] = stage.named("r1")
    stage.send("brain", exchange(stage, request_id, 0, 9))
    assert stage.calls()[0]["status"] == "ok"
    report = {"requestId": request_id, "reason": "the plan has no steps", "severity": "critical"}
    stage.send("brain", {"path": "/reportLogicFailure", "request": report, "status": 200, "startedAt": clock(20)})
    assert stage.calls()[0]["status"] == "failed"
    lines = stage.read("logs/")["results"]
    [line] = [line for line in lines if line["event_name"] == "stage7.brain.logic_failure"]
    assert "the plan has no steps" in line["body"]


def test_an_answer_that_comes_again_later_names_the_call_it_was_made_for(stage: Stage):
    [request_id] = stage.named("r1")
    stage.send("brain", exchange(stage, request_id, 60, 61), exchange(stage, request_id, 0, 9))
    first, again = stage.calls()
    assert stage.read(f"llm-calls/{again['id']}/")["replay_of"] == first["id"]
    assert stage.read(f"llm-calls/{first['id']}/")["replay_of"] is None


def test_no_model_left_is_a_failed_call_that_names_what_was_excluded(stage: Stage):
    excluded = [{"model": "gpt-4o", "mechanism": "tracker", "reason": "timeout", "until": clock(90)}]
    reply = {"error": "No suitable model"}
    stage.send("brain", exchange(stage, "", 0, 9, status=503, response=reply, blacklist=excluded))
    [call] = stage.calls()
    assert (call["status"], call["error"]) == ("failed", "No suitable model")
    assert stage.read(f"llm-calls/{call['id']}/")["brain"]["blacklist"] == excluded


def execution(stage: Stage, start: int, outputs: Any, **changes: Any) -> dict[str, Any]:
    inputs = {"query": {"inputName": "query", "value": "flights", "valueType": "string"}}
    whole = {
        "request": {
            "actionVerb": "SEARCH",
            "missionId": stage.mission,
            "inputValues": {"_type": "Map", "entries": list(map(list, inputs.items()))},
            "id": f"{stage.mission}-step",
        },
        "response": outputs,
        "status": 200,
        "startedAt": clock(start),
        "endedAt": clock(start + 5),
        "inputReferences": {"query": {"inputName": "query", "outputName": "topic", "sourceId": "s0"}},
        "inputs": [["q", inputs["query"]], ["__auth_token", {"inputName": "__auth_token", "value": "very-secret-9"}]],
        "outputs": {"found": {"type": "array", "description": "flights"}, "count": "how many"},
        "stderr": "2026-01-02 03:00:01,000 - ERROR - it broke\n",
        "exitCode": 0,
    }
    return {**whole, **changes}


def test_a_plugins_execution_is_a_tool_run_with_its_way_from_plan_to_plugin(stage: Stage):
    silent = {"success": True, "name": "found", "resultType": "ERROR", "result": "nothing came"}
    good = {"success": True, "name": "found", "resultType": "array", "result": [1]}
    stage.send("plugins", execution(stage, 0, [silent]), execution(stage, 10, [good]))
    runs = sorted(stage.read("tool-calls/")["results"], key=lambda run: int(run["start_ns"]))
    assert [(run["tool_name"], run["effective_status"], run["error"]) for run in runs] == [
        ("SEARCH", "failed", "nothing came"),
        ("SEARCH", "ok", ""),
    ]
    one = stage.read(f"tool-calls/{runs[0]['id']}/")
    assert one["arguments"] == {"query": "flights"}
    assert one["result"] == [silent]
    told = one["execution"]
    assert (told["inputs"][0]["name"], told["inputs"][0]["expression"]) == ("query", "topic of step s0")
    assert [(row["name"], row["outcome"]) for row in told["outputs"]] == [("found", "failed"), ("count", "")]
    assert told["exit_code"] == 0
    whole = str(stage.read("spans/", include="content"))
    assert "very-secret-9" not in whole
    [line] = [line for line in stage.read("logs/")["results"] if line["body"] == "it broke"][:1]
    assert line["span_id"] == runs[0]["span_id"]


def test_a_question_to_a_person_waits_until_the_step_goes_on(stage: Stage):
    def recently(seconds_ago: int) -> dict[str, str]:
        moment = datetime.now(UTC) - timedelta(seconds=seconds_ago)
        return {"startedAt": moment.isoformat(), "endedAt": (moment + timedelta(seconds=5)).isoformat()}

    asked = {"success": True, "name": "pending_user_input", "resultType": "string", "request_id": "h", "result": None}
    good = {"success": True, "name": "found", "resultType": "array", "result": [1]}
    stage.send("plugins", execution(stage, 0, [asked], **recently(60)))
    [run] = stage.read("tool-calls/")["results"]
    assert (run["effective_status"], run["error"]) == ("waiting", "")
    assert stage.read("")["status"] == "waiting"
    stage.send("plugins", execution(stage, 0, [good], **recently(20)))
    assert [run["effective_status"] for run in stage.read("tool-calls/")["results"]] == ["ok", "ok"]
    assert stage.read("")["status"] == "ok"
