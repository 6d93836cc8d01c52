"""A model call read as a conversation, whichever family and provider it came from."""

import json

import pytest

from telemetry.conventions import read_conversation, read_tool_io
from telemetry.conventions.conversation import Message, Part, ToolDefinition
from tests.telemetry.conventions.making import make_event

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
SYSTEM = Message("system", (Part("text", content="be brief"),))
USER = Message("user", (Part("text", content="weather in Paris?"),))
CALL = Message("assistant", (Part("tool_call", id="c-1", name="weather", arguments={"city": "Paris"}),))
ANSWER = Message("tool", (Part("tool_call_response", id="c-1", response={"sky": "blue"}),))
REPLY = Message("assistant", (Part("text", content="Blue."),))
EXCHANGE = (USER, CALL, ANSWER)
TOOL = ("weather", "Tells the weather", SCHEMA)

OPENAI_CALL = {"id": "c-1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Paris"}'}}
OPENAI_MESSAGES = [
    {"role": "user", "content": "weather in Paris?"},
    {"role": "assistant", "content": None, "tool_calls": [OPENAI_CALL]},
    {"role": "tool", "tool_call_id": "c-1", "content": '{"sky":"blue"}'},
]
OPENAI_TOOL = {"type": "function", "function": dict(zip(("name", "description", "parameters"), TOOL, strict=True))}
ANTHROPIC_TOOL = {"name": "weather", "description": "Tells the weather", "input_schema": SCHEMA}
PARTS = [
    {"role": "user", "parts": [{"type": "text", "content": "weather in Paris?"}]},
    {"role": "assistant", "parts": [
        {"type": "tool_call", "id": "c-1", "name": "weather", "arguments": {"city": "Paris"}}]},
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c-1", "response": {"sky": "blue"}}]},
]  # fmt: skip


def flatten(prefix, value):
    """OpenTelemetry's attributes hold no maps: `{"a": [{"b": 1}]}` becomes `prefix.a.0.b`."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    flat = {}
    for key, inner in items:
        name = f"{prefix}.{key}"
        flat |= flatten(name, inner) if isinstance(inner, (dict, list)) else {name: inner}
    return flat


FAMILIES = {
    "opentelemetry from 1.37, json text": {
        "gen_ai.input.messages": json.dumps(PARTS),
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Blue."}]}]),
        "gen_ai.tool.definitions": json.dumps([{"type": "function", **OPENAI_TOOL["function"]}]),
    },
    "opentelemetry from 1.37, structured": {
        "gen_ai.input.messages": PARTS,
        "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "Blue."}]}],
        "gen_ai.tool.definitions": [{"type": "function", **OPENAI_TOOL["function"]}],
    },
    "openinference": {
        **flatten("llm.input_messages", [
            {"message": {"role": "user", "contents": [
                {"message_content": {"type": "text", "text": "weather in Paris?"}}]}},
            {"message": {"role": "assistant", "tool_calls": [{"tool_call": {
                "id": "c-1", "function": {"name": "weather", "arguments": '{"city":"Paris"}'}}}]}},
            {"message": {"role": "tool", "tool_call_id": "c-1", "content": '{"sky":"blue"}'}},
        ]),
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "Blue.",
        "llm.tools.0.tool.json_schema": json.dumps(OPENAI_TOOL),
    },
    "openllmetry": {
        **flatten("gen_ai.prompt", [
            {"role": "user", "content": '[{"type":"text","text":"weather in Paris?"}]'},
            {"role": "assistant", "tool_calls": [
                {"id": "c-1", "name": "weather", "arguments": '{"city":"Paris"}'}]},
            {"role": "tool", "tool_call_id": "c-1", "content": '{"sky":"blue"}'},
        ]),
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Blue.",
        "llm.request.functions.0.name": "weather",
        "llm.request.functions.0.description": "Tells the weather",
        "llm.request.functions.0.parameters": json.dumps(SCHEMA),
    },
    "langfuse": {
        "langfuse.observation.input": json.dumps({"messages": OPENAI_MESSAGES, "tools": [OPENAI_TOOL]}),
        "langfuse.observation.output": json.dumps({"role": "assistant", "content": "Blue."}),
    },
    "vercel": {
        "ai.prompt.messages": json.dumps([
            {"role": "user", "content": [{"type": "text", "text": "weather in Paris?"}]},
            {"role": "assistant", "content": [
                {"type": "tool-call", "toolCallId": "c-1", "toolName": "weather", "input": {"city": "Paris"}}]},
            {"role": "tool", "content": [
                {"type": "tool-result", "toolCallId": "c-1", "output": '{"sky":"blue"}'}]},
        ]),
        "ai.response.text": "Blue.",
        "ai.prompt.tools": [json.dumps({"type": "function", "name": "weather", "description": "Tells the weather",
                                        "inputSchema": SCHEMA})],
    },
    "pydantic ai's events": {
        "events": json.dumps([
            {"event.name": "gen_ai.user.message", "content": "weather in Paris?", "gen_ai.message.index": 0},
            {"event.name": "gen_ai.assistant.message", "role": "assistant", "tool_calls": [OPENAI_CALL]},
            {"event.name": "gen_ai.tool.message", "id": "c-1", "content": '{"sky":"blue"}', "role": "tool"},
            {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "Blue."}},
        ]),
        "model_request_parameters": json.dumps({"function_tools": [
            {"name": "weather", "description": "Tells the weather", "parameters_json_schema": SCHEMA}]}),
    },
    "mlflow": {
        "mlflow.spanInputs": json.dumps({"model": "m", "messages": OPENAI_MESSAGES}),
        "mlflow.spanOutputs": json.dumps({"choices": [{"message": {"role": "assistant", "content": "Blue."}}]}),
        "mlflow.chat.tools": json.dumps([OPENAI_TOOL]),
    },
    "google adk": {
        "gcp.vertex.agent.llm_request": json.dumps({"model": "gemini", "config": {"tools": [
            {"function_declarations": [{"name": "weather", "description": "Tells the weather",
                                        "parameters": SCHEMA}]}]}, "contents": [
            {"role": "user", "parts": [{"text": "weather in Paris?"}]},
            {"role": "model", "parts": [
                {"function_call": {"id": "c-1", "name": "weather", "args": {"city": "Paris"}}}]},
            {"role": "tool", "parts": [
                {"function_response": {"id": "c-1", "response": {"sky": "blue"}}}]}]}),
        "gcp.vertex.agent.llm_response": json.dumps({"content": {"role": "model", "parts": [{"text": "Blue."}]}}),
    },
    "anthropic, recorded": {
        "input.value": json.dumps({"model": "claude", "tools": [ANTHROPIC_TOOL], "messages": [
            {"role": "user", "content": "weather in Paris?"},
            {"role": "assistant", "content": [
                {"type": "tool_use", "id": "c-1", "name": "weather", "input": {"city": "Paris"}}]},
            {"role": "tool", "content": [
                {"type": "tool_result", "tool_use_id": "c-1", "content": [
                    {"type": "text", "text": '{"sky":"blue"}'}]}]}]}),
        "output.value": json.dumps({"type": "message", "role": "assistant", "content": [
            {"type": "text", "text": "Blue."}]}),
    },
    "openai's responses, recorded": {
        "input.value": json.dumps({"model": "gpt-5", "tools": [{"type": "function", **OPENAI_TOOL["function"]}],
                                   "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "weather in Paris?"}]},
            {"type": "function_call", "call_id": "c-1", "name": "weather", "arguments": '{"city":"Paris"}'},
            {"type": "function_call_output", "call_id": "c-1", "output": '{"sky":"blue"}'}]}),
        "output.value": json.dumps({"output": [
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Blue."}]}]}),
    },
    "bedrock, recorded": {
        "input.value": json.dumps({"toolConfig": {"tools": [{"toolSpec": {
            "name": "weather", "description": "Tells the weather", "inputSchema": {"json": SCHEMA}}}]}, "messages": [
            {"role": "user", "content": [{"text": "weather in Paris?"}]},
            {"role": "assistant", "content": [
                {"toolUse": {"toolUseId": "c-1", "name": "weather", "input": {"city": "Paris"}}}]},
            {"role": "tool", "content": [
                {"toolResult": {"toolUseId": "c-1", "content": [{"text": '{"sky":"blue"}'}]}}]}]}),
        "output.value": json.dumps({"output": {"message": {"role": "assistant", "content": [{"text": "Blue."}]}}}),
    },
    "langchain, recorded": {
        "input.value": json.dumps({"messages": [[
            {"lc": 1, "type": "constructor", "id": ["langchain", "HumanMessage"],
             "kwargs": {"content": "weather in Paris?", "type": "human"}},
            {"lc": 1, "type": "constructor", "id": ["langchain", "AIMessage"], "kwargs": {
                "content": "", "tool_calls": [{"name": "weather", "args": {"city": "Paris"}, "id": "c-1"}]}},
            {"lc": 1, "type": "constructor", "id": ["langchain", "ToolMessage"], "kwargs": {
                "content": '{"sky":"blue"}', "tool_call_id": "c-1"}}]], "tools": [OPENAI_TOOL]}),
        "output.value": json.dumps({"generations": [[{"text": "Blue.", "message": {
            "id": ["langchain", "AIMessage"], "kwargs": {"content": "Blue."}}}]]}),
    },
}  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_gives_the_same_conversation(family):
    conversation = read_conversation(FAMILIES[family])
    assert conversation.input_messages == EXCHANGE
    assert conversation.output_messages == (REPLY,)
    (tool,) = conversation.tool_definitions
    assert (tool.name, tool.description, tool.parameters) == TOOL
    assert set(conversation.provenance) >= {"input_messages", "output_messages", "tool_definitions"}


def test_message_events_of_the_older_convention():
    events = [
        make_event("gen_ai.system.message", {"content": "be brief"}),
        make_event("gen_ai.user.message", {"content": "weather in Paris?"}),
        make_event("gen_ai.assistant.message", {"tool_calls": json.dumps([OPENAI_CALL])}),
        make_event("gen_ai.tool.message", {"id": "c-1", "content": '{"sky":"blue"}'}),
        make_event("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": '{"content":"Blue."}'}),
        make_event("exception", {"exception.type": "E"}),
    ]
    conversation = read_conversation({}, events)
    assert conversation.input_messages == (SYSTEM, *EXCHANGE)
    assert conversation.output_messages == (Message("assistant", REPLY.parts, finish_reason="stop"),)
    assert conversation.provenance["input_messages"] == "event gen_ai.*.message"


def test_details_of_an_operation_may_come_in_one_event():
    event = make_event("gen_ai.client.inference.operation.details", {"gen_ai.input.messages": json.dumps(PARTS)})
    assert read_conversation({}, [event]).input_messages == EXCHANGE


def test_a_mixed_span_is_read_field_by_field():
    conversation = read_conversation(
        {
            "gen_ai.input.messages": json.dumps(PARTS),
            "llm.input_messages.0.message.content": "another telling of the same",
            "llm.output_messages.0.message.content": "Blue.",
            "llm.invocation_parameters": '{"temperature": 0.1, "top_p": 1}',
            "gen_ai.request.temperature": 0.2,
            "gen_ai.request.model": "m",
        }
    )
    assert conversation.input_messages == EXCHANGE
    assert conversation.output_messages == (REPLY,)
    assert conversation.parameters == {"temperature": 0.2, "top_p": 1}
    assert conversation.provenance == {
        "input_messages": "gen_ai.input.messages",
        "output_messages": "llm.output_messages.N",
        "parameters": "gen_ai.request.*, llm.invocation_parameters",
    }


def test_gaps_of_a_flattened_array_are_said():
    conversation = read_conversation(
        {"llm.input_messages.10.message.content": "last", "llm.input_messages.2.message.content": "first"}
    )
    assert [message.parts[0].content for message in conversation.input_messages] == ["first", "last"]
    assert conversation.provenance["input_messages"] == "llm.input_messages.N (9 of its indexes did not arrive)"


INSTRUCTIONS = {
    "opentelemetry": {"gen_ai.system_instructions": '[{"type":"text","content":"be brief"}]'},
    "plain text": {"gen_ai.system_instructions": "be brief"},
    "anthropic": {"input.value": '{"system":"be brief","messages":[{"role":"user","content":"x"}]}'},
    "anthropic's blocks": {"input.value": '{"system":[{"type":"text","text":"be brief","cache_control":'
                           '{"type":"ephemeral"}}],"messages":[{"role":"user","content":"x"}]}'},
    "gemini": {"input.value": '{"systemInstruction":{"parts":[{"text":"be brief"}]},"contents":'
               '[{"parts":[{"text":"x"}]}]}'},
    "openai's responses": {"input.value": '{"instructions":"be brief","input":"x"}'},
    "vercel": {"ai.prompt": '{"system":"be brief","messages":[{"role":"user","content":"x"}]}'},
}  # fmt: skip


@pytest.mark.parametrize("case", INSTRUCTIONS)
def test_instructions_given_apart_are_kept_apart(case):
    conversation = read_conversation(INSTRUCTIONS[case])
    assert conversation.system_instructions == SYSTEM.parts
    if "input_messages" in conversation.provenance:
        assert [part.content for part in conversation.input_messages[0].parts] == ["x"]


MEDIA = [
    ({"type": "image_url", "image_url": {"url": "https://x/i.png"}}, Part("uri", modality="image", uri="https://x/i.png")),
    ({"type": "input_image", "image_url": "https://x/i.png"}, Part("uri", modality="image", uri="https://x/i.png")),
    ({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
     Part("blob", modality="image", mime_type="image/png", data="AAAA")),
    ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
     Part("blob", modality="image", mime_type="image/png", data="AAAA")),
    ({"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}}, Part("blob", mime_type="audio/wav", data="AAAA")),
    ({"fileData": {"fileUri": "gs://b/a.wav", "mimeType": "audio/wav"}},
     Part("uri", mime_type="audio/wav", uri="gs://b/a.wav")),
    ({"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
     Part("blob", modality="image", mime_type="image/png", data="AAAA")),
    ({"type": "uri", "modality": "video", "mime_type": "video/mp4", "uri": "https://x/v"},
     Part("uri", modality="video", mime_type="video/mp4", uri="https://x/v")),
    ({"type": "file", "modality": "document", "mime_type": "application/pdf", "file_id": "f-1"},
     Part("file", modality="document", mime_type="application/pdf", file_id="f-1")),
    ({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
     Part("blob", modality="audio", mime_type="wav", data="AAAA")),
    ({"image": {"format": "png", "source": {"bytes": "AAAA"}}},
     Part("blob", modality="image", mime_type="png", data="AAAA")),
    ({"type": "thinking", "thinking": "hm", "signature": "s"}, Part("reasoning", content="hm")),
    ({"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}, Part("reasoning", content="hm")),
    ({"text": "hm", "thought": True}, Part("reasoning", content="hm")),
    ({"type": "compaction", "content": "x"}, Part("generic", data={"type": "compaction", "content": "x"})),
    ({"type": "never seen", "a": 1}, Part("generic", data={"type": "never seen", "a": 1})),
    (17, Part("generic", data=17)),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "part"), MEDIA, ids=lambda value: str(value)[:40])
def test_it_reads_parts_of_every_kind_and_loses_none(raw, part):
    attributes = {"gen_ai.input.messages": json.dumps([{"role": "user", "content": [raw]}])}
    assert read_conversation(attributes).input_messages == (Message("user", (part,)),)


def sse(*events):
    return "".join(f"event: x\ndata: {json.dumps(event)}\n\n" for event in events)


STREAMS = {
    "openai chat": sse(
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]},
        {"choices": [{"index": 0, "delta": {"content": "Bl"}}]},
        {"choices": [{"index": 0, "delta": {"content": "ue."}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 3}},
    ) + "data: [DONE]\n\n",
    "anthropic": sse(
        {"type": "message_start", "message": {"role": "assistant", "type": "message", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Bl"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ue."}},
        {"type": "message_delta", "delta": {"stop_reason": "stop"}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    ),
    "gemini": sse(
        {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": "Bl"}]}}]},
        {"candidates": [{"index": 0, "content": {"parts": [{"text": "ue."}]}, "finishReason": "stop"}]},
    ),
    "openai's responses": ": comment\n\n" + sse(
        {"type": "response.created", "response": {"id": "r", "output": []}},
        {"type": "response.output_text.delta", "delta": "Bl"},
        {"type": "response.completed", "response": {"id": "r", "status": "stop", "output": [
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Blue."}]}]}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("provider", STREAMS)
def test_a_recorded_stream_reads_like_the_whole_reply(provider):
    conversation = read_conversation({"output.value": STREAMS[provider]})
    assert conversation.output_messages == (Message("assistant", REPLY.parts, finish_reason="stop"),)


def test_a_stream_cut_off_keeps_what_came():
    text = sse({"type": "response.output_text.delta", "delta": "Bl"}) + 'data: {"type": "response.outp'
    conversation = read_conversation({"output.value": text})
    assert conversation.output_messages[0].parts == (Part("text", content="Bl"),)


def test_tool_arguments_of_a_stream_are_put_together():
    text = sse(
        {"type": "message_start", "message": {"role": "assistant"}},
        {"type": "content_block_start", "index": 0,
         "content_block": {"type": "tool_use", "id": "c-1", "name": "weather", "input": {}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"city":'}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '"Paris"}'}},
    )  # fmt: skip
    assert read_conversation({"output.value": text}).output_messages == (CALL,)


WHOLE = [
    ("just text", Part("text", content="just text")),
    ('{"answer": 42}', Part("generic", data={"answer": 42})),
    ("[1, 2]", Part("generic", data=[1, 2])),
    ('{"broken', Part("text", content='{"broken')),
    ({"error": {"message": "no"}}, Part("generic", data={"type": "error", "error": {"message": "no"}})),
]


@pytest.mark.parametrize(("value", "part"), WHOLE, ids=lambda value: str(value)[:30])
def test_an_unknown_shape_is_one_part(value, part):
    assert read_conversation({"output.value": value}).output_messages == (Message("assistant", (part,)),)


def test_an_agents_whole_exchange_ends_with_its_last_words():
    for attributes in (
        {"pydantic_ai.all_messages": json.dumps([*PARTS, {"role": "assistant", "parts": [
            {"type": "text", "content": "Blue."}]}])},
        {"all_messages_events": json.dumps([
            {"event.name": "gen_ai.user.message", "content": "weather in Paris?", "role": "user"},
            {"event.name": "gen_ai.assistant.message", "content": "Blue.", "role": "assistant"}])},
    ):  # fmt: skip
        conversation = read_conversation(attributes)
        assert conversation.input_messages[0] == USER
        assert conversation.output_messages == (REPLY,)


def test_vercels_answer_is_one_message_of_reasoning_text_and_calls():
    attributes = {
        "ai.response.reasoning": "hm",
        "ai.response.text": "Let me look.",
        "ai.response.toolCalls": '[{"toolCallId":"c-1","toolName":"weather","args":"{\\"city\\":\\"Paris\\"}"}]',
        "ai.response.finishReason": "tool-calls",
    }
    (message,) = read_conversation(attributes).output_messages
    assert [part.type for part in message.parts] == ["reasoning", "text", "tool_call"]
    assert message.parts[2] == CALL.parts[0]
    assert message.finish_reason == "tool-calls"


def test_content_shared_by_a_resource_is_used_when_the_span_has_none():
    resource = {"gen_ai.system_instructions": "be brief", "service.name": "x"}
    assert read_conversation({}, (), resource).system_instructions == SYSTEM.parts


def test_a_tool_may_be_defined_by_name_alone():
    assert read_conversation({"gen_ai.tool.definitions": '["weather"]'}).tool_definitions == (
        ToolDefinition("weather", raw="weather"),
    )


TOOL_IO = [
    ({"gen_ai.tool.call.arguments": '{"a":1}', "gen_ai.tool.call.result": "landed"}, {"a": 1}, "landed"),
    ({"tool.parameters": '{"a":1}', "output.value": '{"ok":true}'}, {"a": 1}, {"ok": True}),
    ({"input.value": "open x", "output.value": "done"}, "open x", "done"),
    ({"traceloop.entity.input": '{"input_str": "{\\"a\\": 1}", "tags": []}', "traceloop.entity.output": "2"},
     {"a": 1}, "2"),
    ({"langfuse.observation.input": "{}", "langfuse.observation.output": "{}"}, {}, {}),
    ({"ai.toolCall.args": '{"a":1}', "ai.toolCall.result": '{"b":2}'}, {"a": 1}, {"b": 2}),
    ({"tool_arguments": '{"a":1}', "tool_response": "7"}, {"a": 1}, "7"),
    ({"mlflow.spanInputs": '{"a": 1}', "mlflow.spanOutputs": '"text"'}, {"a": 1}, "text"),
    ({"gcp.vertex.agent.tool_call_args": '{"a":1}', "gcp.vertex.agent.tool_response": '{"b":2}'}, {"a": 1}, {"b": 2}),
    ({"gcp.vertex.agent.tool_call_args": "{}", "input.value": '{"a":1}'}, {"a": 1}, None),
    ({"gen_ai.tool.call.arguments": {"a": 1}}, {"a": 1}, None),
    ({}, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "arguments", "result"), TOOL_IO, ids=lambda value: str(value)[:50])
def test_it_reads_what_a_tool_got_and_returned(attributes, arguments, result):
    found = read_tool_io(attributes)
    assert (found.arguments, found.result) == (arguments, result)


def test_a_tools_input_may_come_in_events():
    events = [
        make_event("gen_ai.tool.message", {"content": '{"a": 1}', "id": "c"}),
        make_event("gen_ai.choice", {"message": '[{"text": "ok"}]', "id": "c"}),
    ]
    found = read_tool_io({}, events)
    assert (found.arguments, found.result) == ({"a": 1}, [{"text": "ok"}])
    assert found.provenance == {"arguments": "event gen_ai.tool.message", "result": "event gen_ai.choice"}
