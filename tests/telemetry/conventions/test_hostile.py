"""Whatever a sender puts under a known name, reading it raises nothing and ends soon."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemetry.conventions import (
    map_log,
    map_span,
    read_conversation,
    read_provenance,
    read_tool_io,
    split_messages,
)
from telemetry.conventions.names import SPAN_FIELDS
from telemetry.conventions.states import STATE_EVENTS
from tests.telemetry.conventions.making import make_event, make_log, make_span

_KIND_NAMES = (
    "openinference.span.kind", "langfuse.observation.type", "ai.operationId", "mlflow.spanType", "lmnr.span.type",
    "logfire.span_type", "logfire.pending_parent_id", "mcp.method.name", "langsmith.span.kind", "llm.request.type",
)  # fmt: skip
_CONTENT_NAMES = (
    "gen_ai.system_instructions", "gen_ai.tool.definitions", "llm.tools.0.tool.json_schema", "ai.prompt.tools",
    "llm.input_messages.0.message.content", "llm.input_messages.0.message.contents.1.message_content.text",
    "llm.input_messages.7.message.tool_calls.0.tool_call.id", "gen_ai.prompt.0.content", "gen_ai.completion.3.role",
    "gen_ai.prompt.0", "llm.output_messages.0.message", "llm.invocation_parameters", "all_messages_events",
    "ai.response.text", "ai.response.object", "ai.response.toolCalls", "model_request_parameters", "tool_arguments",
    "gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "tool_response",
)  # fmt: skip
_NAMES = sorted({*(name for names in SPAN_FIELDS.values() for name in names), *_KIND_NAMES, *_CONTENT_NAMES})
_WORDS = (
    "role", "content", "parts", "type", "text", "tool_calls", "function", "arguments", "choices", "message", "usage",
    "candidates", "output", "input", "messages", "kwargs", "config", "error", "user", "assistant", "tool_use", "id",
    "image_url", "source", "data", "reasoning", "functionCall", "generations", "delta", "event.name", "gen_ai.choice",
    "actions", "state_delta", "input_tokens", "total", "op", "path", "system", "tools", "contents", "name",
)  # fmt: skip

_scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=12)
_words = st.sampled_from(_WORDS)
_values = st.recursive(
    _scalars | _words | st.binary(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words, inner, max_size=4),
    max_leaves=14,
)
_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | _words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words, inner, max_size=5),
    max_leaves=20,
).map(json.dumps)
_streams = st.lists(_json_values, max_size=4).map(lambda events: "".join(f"data: {event}\n\n" for event in events))
_attributes = st.dictionaries(st.sampled_from(_NAMES), _values | _json_values | _streams, max_size=10)
_event_names = st.sampled_from(
    [*sorted(STATE_EVENTS), "exception", "gen_ai.choice", "gen_ai.tool.message", "gen_ai.user.message",
     "gen_ai.client.inference.operation.details", "gen_ai.evaluation.result"]
)  # fmt: skip
_events = st.lists(st.tuples(_event_names, _attributes), max_size=3)


def read_everything(attributes: dict[str, Any], events: list[tuple[str, dict[str, Any]]]) -> None:
    records = tuple(make_event(name, carried) for name, carried in events)
    kinds: list[dict[str, Any]] = [{}, {"openinference.span.kind": "LLM"}, {"openinference.span.kind": "TOOL"}]
    for kind in kinds:
        span = make_span({**attributes, **kind}, events=records, parent=b"")
        map_span(span)
        read_provenance(span)
    read_conversation(attributes, records, attributes)
    read_tool_io(attributes, records)
    for name, value in attributes.items():
        if isinstance(value, str):
            split_messages(name, value)
    for name, carried in events:
        map_log(make_log(carried, event_name=name, body=attributes.get("input.value")))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(attributes=_attributes, events=_events)
def test_it_reads_any_attributes_without_raising(attributes, events):
    read_everything(attributes, events)


@pytest.mark.parametrize("name", ["gen_ai.input.messages", "input.value", "langfuse.observation.input", "ai.prompt"])
@pytest.mark.parametrize(
    "shape",
    [
        lambda depth: "[" * depth + "]" * depth,
        lambda depth: '[{"role":"user","content":' * depth + '"x"' + "}]" * depth,
        lambda depth: '{"type":"message","content":' * depth + '"x"' + "}" * depth,
        lambda depth: '{"kwargs":' * depth + '{"messages":[]}' + "}" * depth,
        lambda depth: '{"type":"tool_result","content":[' * depth + "1" + "]}" * depth,
    ],
    ids=["lists", "contents", "messages", "kwargs", "results"],
)
def test_it_bears_values_of_great_depth(name, shape):
    for depth in (30, 300, 900, 100_000):
        read_everything({name: shape(depth), "output.value": shape(depth)}, [])


def test_a_far_index_costs_nothing():
    attributes = {"llm.input_messages.999999.message.content": "far", "llm.input_messages.2.message.role": "user"}
    conversation = read_conversation(attributes)
    assert [message.role for message in conversation.input_messages] == ["user", "user"]
    assert "999998" in conversation.provenance["input_messages"]


def test_names_made_up_for_each_span_do_not_fill_the_memory():
    from telemetry.conventions import plan

    for number in range(3000):
        map_span(make_span({f"made.up.{number}": 1}))
    assert len(plan._span_plans) <= 1024
