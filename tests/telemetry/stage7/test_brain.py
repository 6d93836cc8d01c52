"""Brain's exchanges and attempts become spans, whatever their form."""

from itertools import permutations
from typing import Any

import pytest

from telemetry.conventions.messages import read_conversation
from telemetry.conventions.spans import map_span
from telemetry.records import SpanRecord
from telemetry.stage7 import convert
from telemetry.stage7.brain_words import request_span
from telemetry.stage7.ids import agent_trace, call_trace, step_trace
from traces.merge import merge_records

S = 1_000_000_000
AT = 1_752_081_600 * S
"""2025-07-09T17:20:00Z"""


def clock(second: int) -> str:
    return f"2025-07-09T17:{20 + second // 60}:{second % 60:02d}.000Z"


def exchange(**changes: Any) -> dict[str, Any]:
    whole = {
        "path": "/chat",
        "request": {
            "exchanges": [{"role": "system", "content": "You plan."}, {"role": "user", "content": "Plan it"}],
            "optimization": "accuracy",
            "conversationType": "TextToText",
            "responseType": "text",
            "temperature": 0.2,
            "max_length": 1000,
        },
        "response": {"result": "a plan", "confidence": 0.9, "model": "gpt-4o", "requestId": "r2"},
        "status": 200,
        "startedAt": clock(0),
        "endedAt": clock(9),
        "missionId": "m1",
        "agentId": "a1",
        "stepId": "s1",
    }
    return {**whole, **changes}


def attempt(request_id: str, start: int, end: int | None, **changes: Any) -> dict[str, Any]:
    whole = {
        "requestId": request_id,
        "callId": "c1",
        "modelName": "openai/gpt-4",
        "conversationType": "TextToText",
        "messages": [{"role": "user", "content": "Plan it, in JSON"}],
        "response": "a plan",
        "startTime": clock(start),
        "endTime": None if end is None else clock(end),
        "tokenCount": 0,
        "success": True,
    }
    return {**whole, **changes}


def spans_of(item: dict[str, Any]) -> tuple[SpanRecord, ...]:
    return convert("brain", item, AT).spans


def only_span(item: dict[str, Any]) -> SpanRecord:
    [span] = spans_of(item)
    return span


def attempt_span(item: dict[str, Any]) -> SpanRecord:
    return spans_of(item)[-1]


def test_an_exchange_is_a_model_call_in_its_steps_trace():
    span = only_span(exchange())
    meaning, said = map_span(span), read_conversation(span.attributes)
    assert span.trace_id == step_trace("s1")
    assert (span.start_ns, span.end_ns) == (AT, AT + 9 * S)
    assert (meaning.span_kind, meaning.agent_name, meaning.step_id) == ("LLM", "a1", "s1")
    assert meaning.mission_key is not None
    assert meaning.mission_key.key == "m1"
    assert meaning.llm is not None
    assert (meaning.llm.response_model, meaning.llm.response_id) == ("gpt-4o", "r2")
    assert [message.role for message in said.input_messages] == ["system", "user"]
    assert said.output_messages[0].parts[0].content == "a plan"
    assert said.parameters == {"temperature": 0.2, "max_tokens": 1000}
    assert span.attributes["stage7.optimization"] == "accuracy"
    assert meaning.service_name == "brain"


@pytest.mark.parametrize(
    ("changes", "trace"),
    [
        ({"stepId": None}, agent_trace("a1")),
        ({"stepId": None, "agentId": None}, call_trace("r2")),
        ({"stepId": None, "agentId": "unknown_agent", "callId": "c9"}, call_trace("c9")),
    ],
)
def test_a_call_lies_in_the_trace_of_the_closest_thing_it_names(changes: dict[str, Any], trace: bytes):
    assert only_span(exchange(**changes)).trace_id == trace


def test_the_same_exchange_twice_is_one_span_and_a_later_one_is_another():
    assert spans_of(exchange()) == spans_of(exchange())
    later = only_span(exchange(startedAt=clock(30), endedAt=clock(31)))
    assert later.span_id != only_span(exchange()).span_id


def test_attempts_lie_inside_their_call_and_join_the_exchange_in_any_order():
    items = [
        attempt("r1", 0, 4, success=False, response="", error="timeout of 120000ms exceeded"),
        attempt("r2", 6, 9),
        exchange(callId="c1", stepId=None, agentId=None),
    ]
    for order in permutations(items):
        spans = [span for item in order for span in spans_of(item)]
        by_id: dict[bytes, list[SpanRecord]] = {}
        for span in spans:
            by_id.setdefault(span.span_id, []).append(span)
        assert {span.trace_id for span in spans} == {call_trace("c1")}
        calls = [merge_records(records) for records in by_id.values()]
        [outer] = [call for call in calls if not call.parent_span_id]
        inner = [call for call in calls if call.parent_span_id]
        assert {call.parent_span_id for call in inner} == {outer.span_id}
        assert {call.span_id for call in inner} == {request_span("r1"), request_span("r2")}
        assert (outer.start_ns, outer.end_ns, outer.status_code) == (AT, AT + 9 * S, 0)
        assert "error.type" not in outer.attributes
        assert read_conversation(outer.attributes).output_messages[0].parts[0].content == "a plan"


def test_a_call_whose_attempts_have_only_failed_is_still_open():
    outer, inner = spans_of(attempt("r1", 0, 4, success=False, error={"message": "boom"}))
    assert outer.end_ns is None
    assert (inner.status_code, inner.status_message, inner.attributes["error.type"]) == (2, "boom", "attempt_failed")


def test_an_attempt_that_has_begun_is_open_and_its_end_completes_it():
    begun = attempt_span({"requestId": "r1", "modelName": "m", "prompt": "hello", "startTime": clock(1)})
    assert begun.end_ns is None
    ended = attempt_span(attempt("r1", 1, 3, callId=None))
    assert (begun.trace_id, begun.span_id) == (ended.trace_id, ended.span_id)
    assert read_conversation(begun.attributes).input_messages[0].parts[0].content == "hello"


def test_no_token_is_no_count_and_the_estimate_stands_apart():
    span = attempt_span(attempt("r1", 0, 1, messages=None, prompt="x" * 41, response="y" * 8))
    meaning = map_span(span).llm
    assert meaning is not None
    assert (meaning.input_tokens, meaning.output_tokens) == (None, None)
    assert span.attributes["stage7.estimated_input_tokens"] == 11
    assert span.attributes["stage7.estimated_output_tokens"] == 2
    assert not any(name.startswith("gen_ai.usage") for name in span.attributes)


def test_counts_that_are_told_are_counts():
    usage = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
    span = attempt_span(attempt("r1", 0, 1, usage=usage, tokenCount=17))
    meaning = map_span(span).llm
    assert meaning is not None
    assert (meaning.input_tokens, meaning.output_tokens) == (12, 5)
    assert "stage7.estimated_input_tokens" not in span.attributes
    zeros = attempt_span(attempt("r1", 0, 1, usage={"prompt_tokens": 0, "completion_tokens": 0}))
    assert map_span(zeros).llm == map_span(attempt_span(attempt("r1", 0, 1))).llm


def test_503_is_no_model_available_with_what_was_excluded():
    item = exchange(
        status="503",
        response={"error": "No suitable model", "requestId": "r9"},
        blacklist=[
            {"modelName": "gpt-4", "mechanism": "tracker", "reason": "timeout", "blacklistUntil": clock(50)},
            "claude",
            {"model": "x", "blacklistedUntil": 1_752_090_000_000},
            7,
        ],
    )
    span = only_span(item)
    assert (span.status_code, span.status_message) == (2, "No suitable model")
    assert span.attributes["error.type"] == "model_unavailable"
    assert "gen_ai.output.messages" not in span.attributes
    assert span.attributes["stage7.blacklist"] == [
        {"model": "gpt-4", "mechanism": "tracker", "reason": "timeout", "until": clock(50)},
        {"model": "claude"},
        {"model": "x", "until": 1_752_090_000_000},
    ]


def test_blacklists_may_come_as_an_object():
    span = only_span(exchange(blacklist={"gpt-4": clock(50), "claude": {"reason": "bad JSON"}}))
    assert span.attributes["stage7.blacklist"] == [
        {"model": "gpt-4", "until": clock(50)},
        {"model": "claude", "reason": "bad JSON"},
    ]


def test_a_caller_that_gave_up_has_no_reply():
    span = only_span(exchange(response=None, status=None, error="timeout of 120000ms exceeded"))
    assert (span.attributes["error.type"], span.status_code) == ("no_reply", 2)


@pytest.mark.parametrize(
    ("answer", "position"),
    [('{"a": 1}', None), ('  {"a": [1, 2,]}', 14), ("Sure! Here is", 0), ('{"a": NaN}', ...), ("[" * 5_000, ...)],
)
def test_an_answer_that_should_be_json_is_checked(answer: str, position: Any):
    request = {"exchanges": [{"role": "user", "content": "?"}], "conversationType": "TextToJSON"}
    span = only_span(exchange(request=request, response={"result": answer, "requestId": "r"}))
    assert span.attributes["stage7.json_valid"] is (position is None)
    assert span.attributes.get("stage7.json_invalid") is (None if position is None else True)
    if isinstance(position, int):
        assert span.attributes["stage7.json_error_position"] == position
        assert span.attributes["stage7.json_error_line"] == 1
    assert span.status_code == 0


def test_a_decoded_answer_and_an_answer_in_prose_are_not_faulted():
    request = {"prompt": "?", "responseType": "json"}
    decoded = only_span(exchange(path="/generate", request=request, response={"result": {"a": 1}}))
    assert decoded.attributes["stage7.json_valid"] is True
    assert read_conversation(decoded.attributes).output_messages[0].parts
    assert "stage7.json_valid" not in only_span(exchange()).attributes


def test_generate_names_its_agent_as_trace_id():
    request = {"prompt": "draw", "type": "TextToImage", "modelName": "dall-e", "trace_id": "agent-7", "image": "x.png"}
    item = exchange(path="http://brain:5070/generate?x=1", request=request, agentId=None, stepId=None)
    span = only_span(item)
    assert span.trace_id == agent_trace("agent-7")
    assert span.attributes["gen_ai.operation.name"] == "generate_content"
    assert map_span(span).span_kind == "LLM"
    assert span.attributes["stage7.request.image"] == "x.png"


def test_cache_hits_retries_repairs_and_back_off_are_kept():
    told = attempt(
        "r1", 0, 1, cacheHit=True, isRetry=True, repairedResponse='{"a":1}', backoffMs=4_000, provider="openai"
    )
    span = attempt_span(told)
    names = ("stage7.cache_hit", "stage7.is_retry", "stage7.repaired", "stage7.backoff_ms", "gen_ai.provider.name")
    assert [span.attributes[name] for name in names] == [True, True, '{"a":1}', 4_000, "openai"]
    assert only_span(exchange(cacheHit=True)).attributes["stage7.cache_hit"] is True


def test_an_attempt_with_a_logic_failure_has_failed():
    span = attempt_span(attempt("r1", 0, 1, logicFailure=True))
    assert (span.status_code, span.attributes["error.type"]) == (2, "logic_failure")


def test_a_report_of_a_logic_failure_names_the_attempts_span():
    request = {"requestId": "r2", "reason": "no valid plan", "severity": "critical"}
    item = {"path": "/reportLogicFailure", "request": request, "response": {"success": True}, "startedAt": clock(20)}
    [line] = convert("brain", item, AT).logs
    assert (line.trace_id, line.span_id) == (call_trace("r2"), request_span("r2"))
    assert line.event_name == "stage7.brain.logic_failure"
    assert "no valid plan" in line.body
    assert line.severity_number == 21
    assert line.time_ns == AT + 20 * S


def test_a_call_in_another_trace_tells_its_request_ids_trace_the_mission():
    [line] = convert("brain", exchange(), AT).logs
    assert line.trace_id == call_trace("r2")
    assert line.attributes["stage7.mission.id"] == "m1"
    assert convert("brain", exchange(missionId=None), AT).logs == ()


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"path": "/getLLMCalls", "response": {"llmCalls": 3}},
        {"path": "/feedback", "request": {"type": "plan_generation_feedback", "success": False}},
        {"path": "/reportLogicFailure", "request": "gone"},
        {"path": "/reportLogicFailure", "request": {"reason": "no id"}},
        {"path": "/chat"},
        {"path": "/chat", "request": [1], "response": [2], "status": {}, "startedAt": [], "endedAt": -1},
        {"path": "/chat", "request": '{"messages": "hi"}', "response": "plain text", "status": 1e400},
        {"path": 7, "request": {"requestId": 5, "reason": None}},
        {"requestId": 12, "modelName": {"name": "m"}, "messages": "hello", "error": [], "tokenCount": "many"},
        {"modelName": "m", "messages": [[], 1, None], "usage": "none", "blacklist": 3, "startTime": True},
        {"callId": "c", "requestId": ["x"], "response": {"odd": 1}, "endTime": "never", "success": "maybe"},
    ],
)
def test_whatever_comes_is_kept_as_something(item: dict[str, Any]):
    found = convert("brain", item, AT)
    assert found.spans or found.logs
    for span in found.spans:
        assert len(span.trace_id) == 16
        assert len(span.span_id) == 8
        assert map_span(span).span_kind == "LLM"


def test_an_end_before_the_start_is_the_start():
    span = only_span(exchange(startedAt=clock(9), endedAt=clock(0)))
    assert span.end_ns == span.start_ns == AT + 9 * S


def test_calls_that_tell_neither_id_nor_time_are_one_only_when_they_are_equal():
    bare = [{"path": "/chat", "request": {"prompt": "x"}, "missionId": mission} for mission in ("m1", "m2", "m1")]
    first, other, same = (only_span(item) for item in bare)
    assert first == same
    assert (first.trace_id, first.span_id) != (other.trace_id, other.span_id)
