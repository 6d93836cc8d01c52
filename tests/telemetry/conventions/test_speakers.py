"""Which spans carry words of their own: agents and steps with messages or texts, never calls or tool runs."""

import pytest

from telemetry.conventions import map_span
from tests.telemetry.conventions.making import make_event, make_span

AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"}
CHAIN = {"openinference.span.kind": "CHAIN"}
MESSAGES = '[{"role":"user","parts":[{"type":"text","content":"go"}]}]'


@pytest.mark.parametrize(
    "attributes",
    [
        {**AGENT, "gen_ai.input.messages": MESSAGES},
        {**AGENT, "gen_ai.output.messages": MESSAGES},
        {**AGENT, "input.value": "go"},
        {**AGENT, "langfuse.observation.output": {"answer": 1}},
        {**AGENT, "llm.input_messages.0.message.content": "go"},
        {**AGENT, "pydantic_ai.all_messages": MESSAGES},
        {**CHAIN, "output.value": "done"},
    ],
)
def test_an_agent_or_step_with_words_carries_messages(attributes):
    assert map_span(make_span(attributes)).has_messages


def test_messages_in_events_count():
    events = (make_event("gen_ai.user.message", {"content": "go"}),)
    assert map_span(make_span(AGENT, events=events)).has_messages


@pytest.mark.parametrize(
    "attributes",
    [
        AGENT,
        {**AGENT, "gen_ai.input.messages": "[]", "input.value": ""},
        {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.input.messages": MESSAGES},
        {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t", "input.value": "go"},
        {"http.request.method": "GET", "input.value": "go"},
    ],
)
def test_silent_agents_calls_tools_and_other_work_carry_none(attributes):
    assert not map_span(make_span(attributes)).has_messages
