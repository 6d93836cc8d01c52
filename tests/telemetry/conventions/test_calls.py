"""A model call's narrow fields in every family, and what identifies its messages."""

import json

import pytest

from telemetry.conventions import map_span
from tests.telemetry.conventions.making import START_NS, make_event, make_span

OI = {"openinference.span.kind": "LLM"}
CHAT = {"gen_ai.operation.name": "chat"}

NAMES = {
    "opentelemetry from 1.37": (
        {**CHAT, "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
         "gen_ai.response.model": "gpt-4o-1", "gen_ai.response.id": "r-1", "gen_ai.response.finish_reasons": ["stop"]},
        ("chat", "openai", "gpt-4o", "gpt-4o-1", "r-1", ("stop",)),
    ),
    "opentelemetry to 1.36": (
        {**CHAT, "gen_ai.system": "anthropic", "gen_ai.request.model": "claude",
         "gen_ai.response.finish_reasons": '["end_turn", "stop"]'},
        ("chat", "anthropic", "claude", "", "", ("end_turn", "stop")),
    ),
    "openinference": (
        {**OI, "llm.provider": "openai", "llm.system": "openai", "llm.model_name": "o1", "llm.finish_reason": "length"},
        ("chat", "openai", "o1", "o1", "", ("length",)),
    ),
    "openllmetry": (
        {"llm.request.type": "completion", "gen_ai.system": "OpenAI", "gen_ai.request.model": "davinci",
         "gen_ai.completion.0.finish_reason": "stop"},
        ("text_completion", "OpenAI", "davinci", "", "", ("stop",)),
    ),
    "langfuse": (
        {"langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4"},
        ("chat", "", "gpt-4", "", "", ()),
    ),
    "vercel": (
        {"ai.operationId": "ai.streamText.doStream", "ai.model.id": "gpt-4o", "ai.model.provider": "openai.chat",
         "ai.response.model": "gpt-4o-2", "ai.response.id": "x", "ai.response.finishReason": "tool-calls"},
        ("chat", "openai.chat", "gpt-4o", "gpt-4o-2", "x", ("tool-calls",)),
    ),
    "mlflow": (
        {"mlflow.spanType": '"CHAT_MODEL"', "mlflow.llm.model": '"gpt-4o"', "mlflow.llm.provider": '"openai"'},
        ("chat", "openai", "gpt-4o", "", "", ()),
    ),
    "langsmith": (
        {"langsmith.span.kind": "llm", "langsmith.metadata.ls_provider": "openai",
         "langsmith.metadata.ls_model_name": "gpt-4o"},
        ("chat", "openai", "gpt-4o", "", "", ()),
    ),
    "an embedding": (
        {"openinference.span.kind": "EMBEDDING", "embedding.model_name": "ada"}, ("embeddings", "", "ada", "", "", ()),
    ),
    "a recorded reply": (
        {**OI, "output.value": '{"id":"c-1","model":"gpt-4o-2024","choices":[{"finish_reason":"stop","message":{}}]}'},
        ("chat", "", "", "gpt-4o-2024", "c-1", ("stop",)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NAMES)
def test_it_reads_provider_models_and_endings(case):
    attributes, expected = NAMES[case]
    llm = map_span(make_span(attributes)).llm
    found = (llm.operation, llm.provider_name, llm.request_model, llm.response_model, llm.response_id)
    assert (*found, llm.finish_reasons) == expected


def parts_json(*messages):
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in messages])


def openai_json(*messages):
    return json.dumps([{"role": role, "content": text} for role, text in messages])


def hashes(attributes, events=()):
    return map_span(make_span(attributes, events=tuple(events))).llm.message_hashes


FIRST, SECOND = ("system", "be brief"), ("user", "hello")

CARRIERS = {
    "parts": {**CHAT, "gen_ai.input.messages": parts_json(FIRST, SECOND)},
    "structured parts": {**CHAT, "gen_ai.input.messages": json.loads(parts_json(FIRST, SECOND))},
    "plain contents": {**CHAT, "gen_ai.input.messages": openai_json(FIRST, SECOND)},
    "vercel": {"ai.operationId": "ai.generateText.doGenerate", "ai.prompt.messages": openai_json(FIRST, SECOND)},
    "langfuse": {"langfuse.observation.type": "generation", "langfuse.observation.input": openai_json(FIRST, SECOND)},
    "mlflow": {"mlflow.spanType": '"LLM"', "mlflow.spanInputs": json.dumps({"messages": [
        {"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]})},
    "recorded request": {**OI, "input.value": json.dumps({"model": "m", "messages": [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": [{"type": "text", "text": "hello", "cache_control": {"type": "ephemeral"}}]}]})},
    "pydantic ai's events": {**CHAT, "events": json.dumps([
        {"event.name": "gen_ai.system.message", "content": "be brief", "role": "system", "gen_ai.message.index": 0},
        {"event.name": "gen_ai.user.message", "content": "hello", "role": "user", "gen_ai.message.index": 1},
        {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "hi"}}])},
}  # fmt: skip


@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_same_message_has_the_same_hash_in_every_family(carrier):
    found = hashes(CARRIERS[carrier])
    assert found == hashes(CARRIERS["parts"])
    assert [len(value) for value in found] == [8, 8]


def test_message_events_have_the_same_hashes_too():
    events = [
        make_event("gen_ai.system.message", {"content": "be brief", "gen_ai.system": "openai"}),
        make_event("gen_ai.user.message", {"content": "hello"}),
        make_event("gen_ai.choice", {"finish_reason": "stop", "message": '{"content": "hi"}'}),
    ]
    assert hashes(CHAT, events) == hashes(CARRIERS["parts"])
    details = make_event(
        "gen_ai.client.inference.operation.details", {"gen_ai.input.messages": parts_json(FIRST, SECOND)}
    )
    assert hashes(CHAT, [details]) == hashes(CARRIERS["parts"])


def test_a_call_that_adds_messages_keeps_the_hashes_of_the_old_ones():
    flat = {**OI, "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "hello"}
    longer = {
        **flat,
        "llm.input_messages.1.message.role": "assistant",
        "llm.input_messages.1.message.tool_calls.0.tool_call.id": "c",
        "llm.input_messages.10.message.role": "tool",
        "llm.input_messages.2.message.role": "tool",
    }
    assert hashes(longer)[:1] == hashes(flat)
    assert len(set(hashes(longer))) == 3  # the two tool messages are equal
    indexed = {"llm.request.type": "chat", "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "hello"}
    assert len(hashes(indexed)) == 1


def test_ids_and_endings_of_a_message_do_not_change_its_hash_but_role_and_text_do():
    base = {"role": "assistant", "content": "hi"}
    changed = [{**base, "id": "1"}, {**base, "finish_reason": "stop"}]
    other = [{**base, "role": "user"}, {**base, "content": "ho"}, {**base, "tool_calls": [{"id": "c"}]}]
    found = hashes({**CHAT, "gen_ai.input.messages": [base, *changed, *other]})
    assert len(set(found[:3])) == 1
    assert len(set(found)) == 4


TOOL_CALLS = {
    "parts": {**CHAT, "gen_ai.output.messages": json.dumps([{"role": "assistant", "finish_reason": "x", "parts": [
        {"type": "text", "content": "ok"}, {"type": "tool_call", "id": "c-1", "name": "f", "arguments": {}}]}])},
    "openai's messages": {**CHAT, "gen_ai.response.finish_reasons": ["x"], "gen_ai.output.messages": json.dumps(
        [{"role": "assistant", "tool_calls": [{"id": "c-1", "function": {"name": "f", "arguments": "{}"}}]}])},
    "openinference": {**OI, "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c-1",
                      "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "f"},
    "openllmetry": {"llm.request.type": "chat", "gen_ai.completion.0.tool_calls.0.id": "c-1",
                    "gen_ai.completion.0.tool_calls.0.name": "f"},
    "vercel": {"ai.operationId": "ai.generateText.doGenerate", "ai.response.toolCalls": json.dumps(
        [{"toolCallId": "c-1", "toolName": "f", "args": "{}"}])},
    "anthropic's reply": {**OI, "output.value": json.dumps({"type": "message", "role": "assistant", "content": [
        {"type": "tool_use", "id": "c-1", "name": "f", "input": {}}]})},
    "openai's responses": {**OI, "output.value": json.dumps({"output": [
        {"type": "reasoning", "id": "rs", "summary": []},
        {"type": "function_call", "id": "fc", "call_id": "c-1", "name": "f", "arguments": "{}"}]})},
    "bedrock's reply": {**OI, "output.value": json.dumps({"stopReason": "tool_use", "output": {"message": {
        "role": "assistant", "content": [{"toolUse": {"toolUseId": "c-1", "name": "f", "input": {}}}]}}})},
    "a recorded stream": {**OI, "output.value":
        'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c-1","function":{"name":"f"}}]}}]}\n\n'
        'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}\n\n'
        "data: [DONE]\n\n"},
    "langfuse's output": {"langfuse.observation.type": "generation", "langfuse.observation.output": json.dumps(
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c-1", "type": "function", "function": {}}]})},
}  # fmt: skip


@pytest.mark.parametrize("case", TOOL_CALLS)
def test_it_finds_the_tool_calls_a_reply_asks_for(case):
    assert map_span(make_span(TOOL_CALLS[case])).llm.tool_call_ids == ("c-1",)


def test_a_choice_event_asks_for_tools_and_says_how_it_ended():
    event = make_event("gen_ai.choice", {"finish_reason": "tool_calls", "message": json.dumps(
        {"tool_calls": [{"id": "c-1", "function": {"name": "f", "arguments": "{}"}}]})})  # fmt: skip
    llm = map_span(make_span(CHAT, events=(event,))).llm
    assert (llm.tool_call_ids, llm.finish_reasons) == (("c-1",), ("tool_calls",))


FIRST_TOKENS = {
    "seconds": ({"gen_ai.response.time_to_first_chunk": 0.25}, (), 250_000_000),
    "milliseconds": ({"ai.response.msToFirstChunk": 125.5}, (), 125_500_000),
    "a moment in a json string": (
        {"langfuse.observation.completion_start_time": '"2023-11-14T22:13:20.500000Z"'}, (), 500_000_000,
    ),
    "an event": ({}, (make_event("llm.content.completion.chunk", time_ns=START_NS + 7),
                      make_event("llm.content.completion.chunk", time_ns=START_NS + 3)), 3),
    "mlflow's first chunk": ({}, (make_event("mlflow.chunk.item.0", time_ns=START_NS + 9),), 9),
    "nothing": ({"langfuse.observation.completion_start_time": "soon"}, (), None),
}  # fmt: skip


@pytest.mark.parametrize("case", FIRST_TOKENS)
def test_it_reads_the_time_to_the_first_token(case):
    attributes, events, expected = FIRST_TOKENS[case]
    assert map_span(make_span({**OI, **attributes}, events=events)).llm.time_to_first_token_ns == expected
