"""OpenInference and OpenLLMetry on the OpenAI client: what the model was asked and said, in any of their words."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.blackbox.client import Reader, mission_path
from tests.senders.agent import INSTRUCTIONS, QUESTION, WEATHER
from tests.senders.model_server import ANSWER, ANSWERING_MODEL, BUSY, BUSY_MODEL, MODEL, STREAMED, TOOL_CALL_ID
from tests.senders.program import OPENINFERENCE, OPENLLMETRY, OPENLLMETRY_EVENTS

Run = Callable[[str], None]
FINISH_REASON = {OPENINFERENCE: "tool_calls", OPENLLMETRY: "tool_call"}
"""Traceloop writes the conventions' singular."""
ASKED_MODEL = {OPENINFERENCE: ANSWERING_MODEL, OPENLLMETRY: MODEL}
"""Arize's one name for the model is the one that answered, once it has."""


@pytest.mark.parametrize("sender", [OPENINFERENCE, OPENLLMETRY])
def test_model_calls_of_the_openai_client(run_program: Run, stored: Reader, mission: str, sender: str) -> None:
    run_program(sender)

    rows = stored.items(f"{mission_path(mission)}llm-calls/")
    asking, answering, streaming, failing = sorted(rows, key=lambda row: int(row["start_ns"]))
    assert {row["provider_name"] for row in rows} == {"openai"}
    assert [row["request_model"] for row in (asking, answering, streaming)] == [ASKED_MODEL[sender]] * 3
    assert failing["request_model"] == BUSY_MODEL
    assert {row["response_model"] for row in (asking, answering, streaming)} == {ANSWERING_MODEL}
    assert [(row["input_tokens"], row["output_tokens"]) for row in (asking, answering, streaming)] == [
        (52, 14), (81, 12), (30, 5)]  # fmt: skip
    assert (asking["cache_read_input_tokens"], failing["input_tokens"]) == (16, None)
    assert (asking["finish_reasons"], answering["finish_reasons"]) == ([FINISH_REASON[sender]], ["stop"])
    assert [row["status"] for row in (asking, answering, streaming)] == ["ok"] * 3
    assert failing["status"] == "failed"
    assert BUSY in failing["error"]
    assert all(float(row["cost_usd"]) > 0 for row in (asking, answering, streaming))

    said = detail(stored, mission, asking)
    words = [(message["role"], texts(message)) for message in said["input_messages"]]
    assert words[-1] == ("user", [QUESTION])
    assert INSTRUCTIONS in json.dumps([said["system_instructions"], said["input_messages"]])
    (call,) = [part for message in said["output_messages"] for part in message["parts"] if part["type"] == "tool_call"]
    assert (call["id"], call["name"], call["arguments"]) == (TOOL_CALL_ID, "get_weather", {"city": "Oslo"})
    assert "get_weather" in json.dumps(said["tool_definitions"])
    assert said["parameters"]["temperature"] == 0.2

    said = detail(stored, mission, answering)
    assert [text for message in said["output_messages"] for text in texts(message)] == [ANSWER]
    (response,) = [part for m in said["input_messages"] for part in m["parts"] if part["type"] == "tool_call_response"]
    assert response["id"] == TOOL_CALL_ID
    assert "light rain" in json.dumps(response)
    said = detail(stored, mission, streaming)
    assert [text for message in said["output_messages"] for text in texts(message)] == ["".join(STREAMED)]

    (tool,) = stored.items(f"{mission_path(mission)}tool-calls/")
    assert (tool["tool_name"], tool["status"], tool["effective_status"]) == ("get_weather", "UNSET", "ok")
    found = stored.settled(mission, lambda m: m["tool_call_count"] == 1 and m["llm_call_count"] == 4)
    assert (found["llm_call_count"], found["tool_call_count"], found["error_count"]) == (4, 1, 1)
    assert (found["input_tokens"], found["output_tokens"]) == (52 + 81 + 30, 14 + 12 + 5)
    assert "forecaster" in found["agents"]
    (tool,) = stored.items(f"{mission_path(mission)}tool-calls/")
    assert (tool["tool_call_id"], tool["requested_by"]) == (TOOL_CALL_ID, asking["id"])
    done = stored.read(f"{mission_path(mission)}tool-calls/{tool['id']}/")
    assert (as_value(done["arguments"]), as_value(done["result"])) == ({"city": "Oslo"}, WEATHER)


def test_openllmetrys_messages_as_events(run_program: Run, stored: Reader, mission: str) -> None:
    """With `use_attributes=False` its messages are log records of the GenAI conventions."""
    run_program(OPENLLMETRY_EVENTS)

    calls = stored.items(f"{mission_path(mission)}llm-calls/")
    assert len(calls) == 4
    logs = stored.logs(mission)
    bodies = json.dumps([log["body"] for log in logs])
    for words in (QUESTION, INSTRUCTIONS, ANSWER, TOOL_CALL_ID):
        assert words in bodies
    by_span = {log["span_id"] for log in logs if log["event_name"] == "gen_ai.user.message"}
    assert by_span == {call["span_id"] for call in calls}
    assert {log["event_name"] for log in logs} >= {"gen_ai.user.message", "gen_ai.choice"}


def detail(stored: Reader, mission: str, row: dict[str, Any]) -> dict[str, Any]:
    """A model call with what was said."""
    found: dict[str, Any] = stored.read(f"{mission_path(mission)}llm-calls/{row['id']}/")
    return found


def texts(message: dict[str, Any]) -> list[str]:
    """The words of a message."""
    return [part["content"] for part in message["parts"] if part["type"] == "text"]


def as_value(value: Any) -> Any:
    """JSON text or the value itself."""
    return json.loads(value) if isinstance(value, str) else value
