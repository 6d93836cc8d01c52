"""What a tool got and what it returned, read when a person looks."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from core.hashing import digest8
from telemetry.conventions.conversation import ToolIo
from telemetry.conventions.events import CHOICE_EVENT, MESSAGE_EVENTS
from telemetry.conventions.parts import parse_text
from telemetry.conventions.values import read_json, unquote
from telemetry.records import EventRecord

_ARGUMENTS = (
    "gen_ai.tool.call.arguments", "ai.toolCall.args", "ai.toolCall.input", "tool_arguments", "tool.parameters",
    "tool_call.function.arguments", "gcp.vertex.agent.tool_call_args", "mcp.request.argument", "mcp.tool.arguments",
    "langfuse.observation.input", "mlflow.spanInputs", "lmnr.span.input", "genkit:input", "langsmith.inputs",
    "traceloop.entity.input", "input.value",
)  # fmt: skip
_RESULTS = (
    "gen_ai.tool.call.result", "ai.toolCall.result", "ai.toolCall.output", "tool_response",
    "gcp.vertex.agent.tool_response", "mcp.response.value", "mcp.tool.result", "langfuse.observation.output",
    "mlflow.spanOutputs", "lmnr.span.output", "genkit:output", "langsmith.outputs", "traceloop.entity.output",
    "output.value",
)  # fmt: skip
_TOOL_EVENTS = tuple(name for name, role in MESSAGE_EVENTS.items() if role == "tool")


def read_tool_io(attributes: Mapping[str, Any], events: Sequence[EventRecord] = ()) -> ToolIo:
    """A tool run's arguments and result from the first place that has each. Never raises."""
    arguments, arguments_source = _first(attributes, _ARGUMENTS)
    result, result_source = _first(attributes, _RESULTS)
    if not arguments_source:
        arguments, arguments_source = _of_event(events, _TOOL_EVENTS, "content")
    if not result_source:
        result, result_source = _of_event(events, (CHOICE_EVENT,), "message")
    sources = {"arguments": arguments_source, "result": result_source}
    return ToolIo(
        arguments=arguments, result=result, provenance={field: source for field, source in sources.items() if source}
    )


def hash_arguments(attributes: Mapping[str, Any]) -> bytes:
    """8 bytes that are equal for equal arguments, as sent; empty when there are none. Cheap: nothing is decoded."""
    for name in _ARGUMENTS:
        value = attributes.get(name)
        if value is not None and value not in ("", {}, []):
            data = value.encode(errors="replace") if isinstance(value, str) else _canonical(value)
            return digest8(data)
    return b""


_canonical = msgspec.msgpack.Encoder(order="deterministic").encode


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, str]:
    """The first that says something; an empty `{}` of one name gives way to a fuller value of another."""
    empty: tuple[Any, str] = (None, "")
    for name in names:
        if attributes.get(name) is None:
            continue
        value = _plain(attributes[name])
        if value not in ({}, [], ""):
            return value, name
        if not empty[1]:
            empty = (value, name)
    return empty


def _plain(value: Any) -> Any:
    """Decoded JSON, without the wrapper OpenLLMetry puts round a tool's input."""
    value = parse_text(unquote(value)) if isinstance(value, str) else value
    if isinstance(value, dict) and set(value) <= {"input_str", "tags", "metadata", "inputs", "kwargs"}:
        inner = value.get("inputs") or read_json(value.get("input_str")) or value.get("input_str")
        return value if inner is None else inner
    return value


def _of_event(events: Sequence[EventRecord], names: tuple[str, ...], field: str) -> tuple[Any, str]:
    for event in events:
        if event.name in names:
            value = event.attributes.get(field, event.attributes.get("content"))
            if value is not None:
                return _plain(value), f"event {event.name}"
    return None, ""
