"""Every family's word for a kind of work, and which word wins when a span speaks several."""

import pytest

from telemetry.conventions import map_span
from telemetry.meaning import SPAN_KINDS
from tests.telemetry.conventions.making import make_event, make_span

OTEL = "gen_ai.operation.name"
OI = "openinference.span.kind"

ONE_WORD = [
    *[({OTEL: word}, "LLM") for word in ("chat", "generate_content", "text_completion", "chat.completions")],
    ({OTEL: "embeddings"}, "EMBEDDING"),
    ({OTEL: "retrieval"}, "RETRIEVER"),
    *[({OTEL: word}, "AGENT") for word in ("invoke_agent", "create_agent", "plan")],
    ({OTEL: "invoke_workflow"}, "CHAIN"),
    ({OTEL: "execute_tool"}, "TOOL"),
    *[({OTEL: word}, "MEMORY") for word in ("search_memory", "upsert_memory", "delete_memory_store")],
    ({OTEL: "execute_event_loop_cycle"}, "CHAIN"),
    *[
        ({OI: word}, word)
        for word in (
            "LLM",
            "EMBEDDING",
            "CHAIN",
            "RETRIEVER",
            "RERANKER",
            "TOOL",
            "AGENT",
            "GUARDRAIL",
            "EVALUATOR",
            "PROMPT",
        )
    ],
    ({OI: "UNKNOWN"}, "CHAIN"),
    ({"llm.request.type": "chat"}, "LLM"),
    ({"llm.request.type": "completion"}, "LLM"),
    ({"llm.request.type": "embedding"}, "EMBEDDING"),
    ({"llm.request.type": "rerank"}, "RERANKER"),
    ({"traceloop.span.kind": "workflow"}, "CHAIN"),
    ({"traceloop.span.kind": "task"}, "CHAIN"),
    ({"traceloop.span.kind": "agent"}, "AGENT"),
    ({"traceloop.span.kind": "tool"}, "TOOL"),
    ({"langfuse.observation.type": "generation"}, "LLM"),
    ({"langfuse.observation.type": "span"}, "CHAIN"),
    ({"langfuse.observation.type": "agent"}, "AGENT"),
    ({"langfuse.observation.type": "guardrail"}, "GUARDRAIL"),
    ({"langfuse.observation.type": "retriever"}, "RETRIEVER"),
    ({"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "m"}, "LLM"),
    ({"ai.operationId": "ai.streamObject.doStream"}, "LLM"),
    ({"operation.name": "ai.streamText.doStream my-function"}, "LLM"),
    ({"ai.operationId": "ai.generateText", "ai.model.id": "m"}, "CHAIN"),
    ({"ai.operationId": "ai.embedMany.doEmbed"}, "EMBEDDING"),
    ({"ai.operationId": "ai.toolCall", "ai.toolCall.name": "weather"}, "TOOL"),
    ({"mlflow.spanType": '"CHAT_MODEL"'}, "LLM"),
    ({"mlflow.spanType": '"LLM"'}, "LLM"),
    ({"mlflow.spanType": "TOOL"}, "TOOL"),
    ({"mlflow.spanType": '"MEMORY"'}, "MEMORY"),
    ({"mlflow.spanType": '"PARSER"'}, "CHAIN"),
    ({"mlflow.spanType": '"SOMETHING_NEW"'}, "CHAIN"),
    ({"langsmith.span.kind": "llm"}, "LLM"),
    ({"langsmith.span.kind": "retriever"}, "RETRIEVER"),
    ({"lmnr.span.type": "LLM"}, "LLM"),
    ({"lmnr.span.type": "DEFAULT"}, "CHAIN"),
    ({"lmnr.span.type": "HUMAN_EVALUATOR"}, "HUMAN"),
    ({"genkit:metadata:subtype": "model"}, "LLM"),
    ({"genkit:metadata:subtype": "flow"}, "CHAIN"),
    ({"missionscope.span.kind": "HUMAN"}, "HUMAN"),
    ({"stage7.action_verb": "ASK_USER_QUESTION", "stage7.step.id": "s"}, "HUMAN"),
    ({"stage7.action_verb": "SEARCH", "stage7.step.id": "s"}, "STEP"),
    ({"inspect.span.type": "scorer"}, "EVALUATOR"),
    ({"messaging.system": "rabbitmq", "messaging.operation.type": "receive"}, "QUEUE"),
    ({"db.system.name": "postgresql"}, "DB"),
    ({"db.system": "redis"}, "DB"),
    ({"rpc.system": "grpc"}, "RPC"),
    ({"http.request.method": "GET"}, "HTTP"),
    ({"http.method": "GET"}, "HTTP"),
    ({"mcp.method.name": "tools/call", "gen_ai.tool.name": "search"}, "TOOL"),
    ({"mcp.method.name": "tools/list"}, "RPC"),
    ({"gen_ai.tool.name": "search"}, "TOOL"),
    ({"gen_ai.request.model": "gpt-4o", "gen_ai.usage.output_tokens": 3}, "LLM"),
    ({"gcp.vertex.agent.llm_request": "{}", "gen_ai.request.model": "gemini-2.0-flash"}, "LLM"),
    ({}, "OTHER"),
]


@pytest.mark.parametrize(("attributes", "kind"), ONE_WORD, ids=lambda value: str(value)[:60])
def test_it_knows_each_familys_word(attributes, kind):
    found = map_span(make_span(attributes)).span_kind
    assert found == kind
    assert found in SPAN_KINDS


@pytest.mark.parametrize(
    ("name", "kind"),
    [("HumanInTheLoop.ask", "HUMAN"), ("HumanInTheLoop.close", "OTHER"), ("Conversation.sendMessage", "OTHER")],
)
def test_the_sdks_question_to_a_person_is_known_by_its_name(name, kind):
    assert map_span(make_span({}, name=name)).span_kind == kind
    assert map_span(make_span({"missionscope.span.kind": "TOOL"}, name=name)).span_kind == "TOOL"


MIXED = [
    # OpenLLMetry's framework span beside OpenTelemetry's operation: the more specific word.
    ({"traceloop.span.kind": "task", OTEL: "chat"}, "LLM"),
    ({OI: "CHAIN", OTEL: "execute_tool", "gen_ai.tool.name": "t"}, "TOOL"),
    ({"langfuse.observation.type": "span", OI: "RETRIEVER"}, "RETRIEVER"),
    ({"langfuse.observation.type": "tool", OI: "CHAIN"}, "TOOL"),
    ({"ai.operationId": "ai.generateText.doGenerate", OTEL: "chat", OI: "LLM"}, "LLM"),
    # Everything filed under generations: the operation says what it is.
    ({"langfuse.observation.type": "generation", OTEL: "invoke_agent"}, "AGENT"),
    ({"langfuse.observation.type": "generation", OTEL: "execute_tool"}, "TOOL"),
    ({OI: "LLM", OTEL: "invoke_workflow"}, "CHAIN"),
    # An agent that names its model and its whole usage is still no model call.
    ({OTEL: "invoke_agent", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 900}, "AGENT"),
    ({OI: "CHAIN", "llm.model_name": "gpt-4o"}, "CHAIN"),
    # Google ADK puts an empty model request on tool spans.
    ({OTEL: "execute_tool", "gcp.vertex.agent.llm_request": "{}", "gen_ai.tool.name": "t"}, "TOOL"),
    # An explicit CHAIN that happened to be an HTTP request stays what its sender called it.
    ({OI: "CHAIN", "http.request.method": "POST"}, "CHAIN"),
    ({"langfuse.observation.type": "span", "http.request.method": "POST"}, "HTTP"),
    # Logfire writes a streamed answer once more, as a log.
    ({"logfire.span_type": "log", "gen_ai.request.model": "gpt-4o", "request_data": "{}"}, "OTHER"),
]


@pytest.mark.parametrize(("attributes", "kind"), MIXED, ids=lambda value: str(value)[:80])
def test_the_more_specific_word_wins(attributes, kind):
    assert map_span(make_span(attributes)).span_kind == kind


def test_pydantic_ais_agent_run_is_an_agent_in_old_and_new_words():
    old = make_span({"agent_name": "coder", "model_name": "gpt-4o", "all_messages_events": "[]"}, name="agent run")
    new = make_span({"gen_ai.agent.name": "coder", "pydantic_ai.all_messages": "[]", "gen_ai.usage.input_tokens": 5})
    assert [map_span(span).span_kind for span in (old, new)] == ["AGENT", "AGENT"]
    tool = make_span({"gen_ai.tool.name": "add", "tool_arguments": "{}", "gen_ai.agent.name": "a"}, name="running tool")
    assert map_span(tool).span_kind == "TOOL"


def test_an_mcp_tool_call_is_counted_on_one_side():
    attributes = {"mcp.method.name": "tools/call", "gen_ai.tool.name": "search"}
    client, server = make_span(attributes, otel_kind=3), make_span(attributes, otel_kind=2)
    lone_server = make_span(attributes, otel_kind=2, parent=b"")
    assert [map_span(span).span_kind for span in (client, server, lone_server)] == ["TOOL", "RPC", "TOOL"]


def test_a_chain_named_step_with_a_step_id_is_a_step():
    step = make_span({OI: "CHAIN", "mission.step": 0}, name="step")
    helper = make_span({OI: "CHAIN", "mission.step": 0}, name="format_docs")
    assert [map_span(span).span_kind for span in (step, helper)] == ["STEP", "CHAIN"]


def test_producers_and_consumers_are_queues_without_any_attribute():
    assert map_span(make_span(name="publish", otel_kind=4)).span_kind == "QUEUE"
    assert map_span(make_span(name="on-message", otel_kind=5)).span_kind == "QUEUE"
    assert map_span(make_span(name="call", otel_kind=3)).span_kind == "RPC"


def test_names_alone_tell_the_kind_when_nothing_else_does():
    assert map_span(make_span(name="execute_tool search")).span_kind == "TOOL"
    assert map_span(make_span(name="invoke_agent planner")).span_kind == "AGENT"
    evaluated = make_span(name="judge", events=(make_event("gen_ai.evaluation.result"),))
    assert map_span(evaluated).span_kind == "EVALUATOR"
