"""Three conventions in which senders write the same thing: OpenTelemetry GenAI, OpenInference, OpenLLMetry."""

import json
from typing import Any, NamedTuple, Protocol

from demo.conversation import Call, Message, ToolCall
from demo.records import Attributes, Scope


class Named(NamedTuple):
    """A span's name and the attributes a convention gives it."""

    name: str
    attributes: Attributes


class Dialect(Protocol):
    """How one instrumentation writes agents, model calls and tool runs."""

    scope: Scope

    def agent(self, name: str, description: str) -> Named:
        """An agent at work."""

    def chat(self, call: Call, agent_name: str) -> Named:
        """A model call."""

    def tool(self, call: ToolCall, agent_name: str) -> Named:
        """A tool run, before its result is known."""

    def tool_result(self, result: str) -> Attributes:
        """What a tool returned."""


def to_json(value: Any) -> str:
    """JSON as a sender writes it into an attribute."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class GenAi:
    """OpenTelemetry's GenAI conventions, latest."""

    scope = Scope("opentelemetry.instrumentation.genai", "0.4.0")

    def agent(self, name: str, description: str) -> Named:
        attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name}
        return Named(f"invoke_agent {name}", attributes | {"gen_ai.agent.description": description})

    def chat(self, call: Call, agent_name: str) -> Named:
        attributes: Attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": call.model.provider,
            "gen_ai.request.model": call.model.asked,
            "gen_ai.agent.name": agent_name,
            "gen_ai.system_instructions": to_json([{"type": "text", "content": call.system}]),
            "gen_ai.input.messages": to_json([_gen_ai_message(message) for message in call.sent]),
        }
        attributes |= {f"gen_ai.request.{name}": value for name, value in call.parameters.items()}
        if call.tools:
            definitions = [
                {"type": "function", "name": t.name, "description": t.description, "parameters": t.schema}
                for t in call.tools
            ]
            attributes["gen_ai.tool.definitions"] = to_json(definitions)
        if call.reply is not None:
            attributes |= self._answer(call, call.reply)
        return Named(f"chat {call.model.asked}", attributes)

    def _answer(self, call: Call, reply: Message) -> Attributes:
        message = _gen_ai_message(reply) | {"finish_reason": call.finish_reason}
        attributes: Attributes = {
            "gen_ai.output.messages": to_json([message]),
            "gen_ai.response.model": call.model.answered,
            "gen_ai.response.id": call.response_id,
            "gen_ai.response.finish_reasons": [call.finish_reason],
            "gen_ai.usage.input_tokens": call.input_tokens,
            "gen_ai.usage.output_tokens": call.output_tokens,
        }
        if call.cached_tokens:
            attributes["gen_ai.usage.cache_read.input_tokens"] = call.cached_tokens
        if call.reasoning_tokens:
            attributes["gen_ai.usage.reasoning.output_tokens"] = call.reasoning_tokens
        if call.first_token_s is not None:
            attributes["gen_ai.request.stream"] = True
            attributes["gen_ai.response.time_to_first_chunk"] = call.first_token_s
        return attributes

    def tool(self, call: ToolCall, agent_name: str) -> Named:
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": call.name,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": call.id,
            "gen_ai.tool.call.arguments": to_json(call.arguments),
            "gen_ai.agent.name": agent_name,
        }
        return Named(f"execute_tool {call.name}", attributes)

    def tool_result(self, result: str) -> Attributes:
        return {"gen_ai.tool.call.result": result}


def _gen_ai_message(message: Message) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    if message.reasoning:
        parts.append({"type": "reasoning", "content": message.reasoning})
    if message.answers:
        parts.append({"type": "tool_call_response", "id": message.answers, "response": message.text})
    elif message.text:
        parts.append({"type": "text", "content": message.text})
    parts += [{"type": "tool_call", "id": c.id, "name": c.name, "arguments": c.arguments} for c in message.calls]
    return {"role": message.role, "parts": parts}


class OpenInference:
    """OpenInference, as its LangChain and OpenAI instrumentations write it."""

    scope = Scope("openinference.instrumentation.langchain", "0.1.55")

    def agent(self, name: str, description: str) -> Named:
        attributes = {"openinference.span.kind": "AGENT", "agent.name": name, "graph.node.id": name}
        return Named(name, attributes | {"metadata": to_json({"description": description})})

    def chat(self, call: Call, agent_name: str) -> Named:
        attributes: Attributes = {
            "openinference.span.kind": "LLM",
            "llm.model_name": call.model.asked,
            "llm.provider": call.model.provider,
            "llm.invocation_parameters": to_json({"model": call.model.asked, **call.parameters}),
            "agent.name": agent_name,
        }
        for index, message in enumerate((Message("system", call.system), *call.sent)):
            attributes |= _open_inference_message(f"llm.input_messages.{index}.message", message)
        for index, tool in enumerate(call.tools):
            schema = {"name": tool.name, "description": tool.description, "parameters": tool.schema}
            attributes[f"llm.tools.{index}.tool.json_schema"] = to_json({"type": "function", "function": schema})
        if call.reply is not None:
            attributes |= _open_inference_message("llm.output_messages.0.message", call.reply)
            attributes |= {
                "llm.response.model_name": call.model.answered,
                "llm.finish_reason": call.finish_reason,
                "llm.token_count.prompt": call.input_tokens,
                "llm.token_count.completion": call.output_tokens,
                "llm.token_count.total": call.input_tokens + call.output_tokens,
            }
            if call.cached_tokens:
                attributes["llm.token_count.prompt_details.cache_read"] = call.cached_tokens
        return Named("ChatOpenAI", attributes)

    def tool(self, call: ToolCall, agent_name: str) -> Named:
        attributes = {
            "openinference.span.kind": "TOOL",
            "tool.name": call.name,
            "tool_call.id": call.id,
            "input.value": to_json(call.arguments),
            "input.mime_type": "application/json",
            "agent.name": agent_name,
        }
        return Named(call.name, attributes)

    def tool_result(self, result: str) -> Attributes:
        kind = "application/json" if result[:1] in "{[" else "text/plain"
        return {"output.value": result, "output.mime_type": kind}


def _open_inference_message(prefix: str, message: Message) -> Attributes:
    return _indexed_message(prefix, message, call_name=".tool_call", function_name=".function")


class OpenLlmetry:
    """OpenLLMetry (Traceloop), with the indexed prompt and completion attributes."""

    scope = Scope("opentelemetry.instrumentation.mistralai", "0.47.3")

    def agent(self, name: str, description: str) -> Named:
        attributes = {"traceloop.span.kind": "agent", "traceloop.entity.name": name, "gen_ai.agent.name": name}
        return Named(f"{name}.agent", attributes | {"traceloop.entity.input": to_json({"role": description})})

    def chat(self, call: Call, agent_name: str) -> Named:
        attributes: Attributes = {
            "llm.request.type": "chat",
            "gen_ai.system": call.model.provider,
            "gen_ai.request.model": call.model.asked,
            "gen_ai.agent.name": agent_name,
        }
        attributes |= {f"gen_ai.request.{name}": value for name, value in call.parameters.items()}
        for index, message in enumerate((Message("system", call.system), *call.sent)):
            attributes |= _indexed_message(f"gen_ai.prompt.{index}", message)
        for index, tool in enumerate(call.tools):
            start = f"llm.request.functions.{index}"
            attributes |= {f"{start}.name": tool.name, f"{start}.description": tool.description}
            attributes[f"{start}.parameters"] = to_json(tool.schema)
        if call.reply is not None:
            attributes |= _indexed_message("gen_ai.completion.0", call.reply)
            attributes |= {
                "gen_ai.completion.0.finish_reason": call.finish_reason,
                "gen_ai.response.model": call.model.answered,
                "gen_ai.response.id": call.response_id,
                "gen_ai.usage.prompt_tokens": call.input_tokens,
                "gen_ai.usage.completion_tokens": call.output_tokens,
                "llm.usage.total_tokens": call.input_tokens + call.output_tokens,
            }
        return Named(f"{call.model.provider}.chat", attributes)

    def tool(self, call: ToolCall, agent_name: str) -> Named:
        attributes = {
            "traceloop.span.kind": "tool",
            "traceloop.entity.name": call.name,
            "traceloop.entity.input": to_json(call.arguments),
            "gen_ai.tool.call.id": call.id,
            "gen_ai.agent.name": agent_name,
        }
        return Named(f"{call.name}.tool", attributes)

    def tool_result(self, result: str) -> Attributes:
        return {"traceloop.entity.output": result}


def _indexed_message(prefix: str, message: Message, *, call_name: str = "", function_name: str = "") -> Attributes:
    """A message as attributes with numbers in their names; the names go between those of a call and its fields."""
    attributes: Attributes = {f"{prefix}.role": message.role}
    if message.text:
        attributes[f"{prefix}.content"] = message.text
    if message.answers:
        attributes[f"{prefix}.tool_call_id"] = message.answers
    for index, call in enumerate(message.calls):
        start = f"{prefix}.tool_calls.{index}{call_name}"
        attributes |= {f"{start}.id": call.id, f"{start}{function_name}.name": call.name}
        attributes[f"{start}{function_name}.arguments"] = to_json(call.arguments)
    return attributes
