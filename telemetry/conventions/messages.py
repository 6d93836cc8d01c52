"""What a model was given and what it said, read when a person looks.

Each field is taken from the first place that has it, and `provenance` says which. A value of
unknown shape becomes one text or generic part: nothing is lost and nothing raises.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from telemetry.conventions.bodies import ReplyBody, RequestBody, read_reply, read_request
from telemetry.conventions.conversation import Conversation, Message, Part, ToolDefinition
from telemetry.conventions.definitions import read_definitions
from telemetry.conventions.events import (
    CHOICE_EVENT,
    DETAILS_EVENT,
    MESSAGE_EVENTS,
    choice_message,
    event_message,
    read_event_list,
)
from telemetry.conventions.indexed import gather
from telemetry.conventions.names import SPAN_FIELDS
from telemetry.conventions.parameters import read_parameters
from telemetry.conventions.parts import read_message, read_parts
from telemetry.conventions.values import decode_json, read_json, unquote
from telemetry.records import EventRecord

_ALL_MESSAGES = SPAN_FIELDS["all_messages"]
_CONTENT_EVENTS = {"gen_ai.content.prompt": "gen_ai.prompt", "gen_ai.content.completion": "gen_ai.completion"}
_INSTRUCTIONS = ("gen_ai.system_instructions", "gen_ai.system_instruction")
_DEFINITIONS = ("gen_ai.tool.definitions", "gen_ai.request.tools", "ai.prompt.tools", "mlflow.chat.tools",
                "model_request_parameters", "llm.tools", "langfuse.observation.tools")  # fmt: skip
_OUTPUTS = tuple(name for name in SPAN_FIELDS["output_fallback"] if name != "ai.response.toolCalls")


class _Found(NamedTuple):
    messages: tuple[Message, ...]
    source: str
    request: RequestBody | None = None


_NOTHING = _Found((), "")


def read_conversation(
    attributes: Mapping[str, Any],
    events: Sequence[EventRecord] = (),
    resource: Mapping[str, Any] | None = None,
) -> Conversation:
    """The conversation of one span.

    `events` are the span's own and, through `event_of_log`, the log records joined to it.
    `resource` gives content its sender set once for all spans.
    """
    attributes = _all_attributes(attributes, events, resource)
    given, said = _read_input(attributes, events), _read_output(attributes, events)
    if not given.messages and not said.messages:
        given, said = _read_all_messages(attributes) or (given, said)
    request = given.request or RequestBody()
    instructions, instructions_source = _read_instructions(attributes, given, request)
    tools, tools_source = _read_tools(attributes, given, request)
    parameters, parameters_source = read_parameters(attributes, request.parameters, given.source)
    sources = {
        "system_instructions": instructions_source,
        "input_messages": given.source,
        "output_messages": said.source,
        "tool_definitions": tools_source,
        "parameters": parameters_source,
    }
    return Conversation(
        system_instructions=instructions,
        input_messages=given.messages,
        output_messages=said.messages,
        tool_definitions=tools,
        parameters=parameters,
        provenance={field: source for field, source in sources.items() if source},
    )


def _all_attributes(
    attributes: Mapping[str, Any], events: Sequence[EventRecord], resource: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    """The span's attributes over those of content events over the resource's shared content."""
    merged: dict[str, Any] = {key: value for key, value in (resource or {}).items() if key.startswith("gen_ai.")}
    for event in events:
        if event.name == DETAILS_EVENT or event.name in _CONTENT_EVENTS:
            merged |= event.attributes
    return {**merged, **attributes}


def _messages(raw: Sequence[Any], role: str) -> tuple[Message, ...]:
    return tuple(read_message(item, role) for item in raw)


def _read_input(attributes: Mapping[str, Any], events: Sequence[EventRecord]) -> _Found:
    found = _read_named(attributes, "gen_ai.input.messages", "user")
    if found:
        return found
    for prefix in ("llm.input_messages", "gen_ai.prompt", "llm.prompts"):
        found = _read_flattened(attributes, prefix, "user")
        if found:
            return found
    carried = [event for event in events if event.name in MESSAGE_EVENTS]
    if carried:
        return _Found(_messages([event_message(event) for event in carried], "user"), "event gen_ai.*.message")
    for name in SPAN_FIELDS["input_fallback"]:
        found = _read_request_value(attributes.get(name), name)
        if found:
            return found
    return _NOTHING


def _read_output(attributes: Mapping[str, Any], events: Sequence[EventRecord]) -> _Found:
    found = _read_named(attributes, "gen_ai.output.messages", "assistant")
    if found:
        return found
    for prefix in ("llm.output_messages", "gen_ai.completion", "llm.choices"):
        found = _read_flattened(attributes, prefix, "assistant")
        if found:
            return found
    choices = [event for event in events if event.name == CHOICE_EVENT]
    if choices:
        return _Found(_messages([choice_message(event) for event in choices], "assistant"), f"event {CHOICE_EVENT}")
    found = _read_vercel_output(attributes)
    if found:
        return found
    for name in _OUTPUTS:
        found = _read_reply_value(attributes.get(name), name)
        if found:
            return found
    return _NOTHING


def _read_named(attributes: Mapping[str, Any], name: str, role: str) -> _Found | None:
    """OpenTelemetry's own attribute: structured, or JSON text; a text that is no JSON is one message."""
    value = attributes.get(name)
    if value is None or value in ("", [], "[]"):
        return None
    decoded = read_json(value)
    if isinstance(decoded, list):
        return _Found(_messages(decoded, role), name)
    return _Found((read_message(value if decoded is None else decoded, role),), name)


def _read_flattened(attributes: Mapping[str, Any], prefix: str, role: str) -> _Found | None:
    array = gather(attributes, prefix)
    if not array.elements:
        return None
    messages = tuple(read_message(_flattened_message(element), role) for element in array.elements)
    missing = f" ({array.missing} of its indexes did not arrive)" if array.missing else ""
    return _Found(messages, f"{prefix}.N{missing}")


def _flattened_message(element: Any) -> Any:
    """OpenInference's and OpenLLMetry's flattened message in OpenAI's words."""
    if not isinstance(element, dict):
        return element
    message = dict(element.get("message", element)) if isinstance(element.get("message"), dict) else dict(element)
    contents = message.pop("contents", None)
    if contents is not None and not message.get("content"):
        message["content"] = contents
    content = read_json(message.get("content"))
    if isinstance(content, list) and all(isinstance(item, dict) and "type" in item for item in content):
        message["content"] = content
    called = message.pop("function_call_name", None)
    arguments = message.pop("function_call_arguments_json", None)
    if called:
        message["function_call"] = {"name": called, "arguments": arguments}
    for wrapper in ("prompt", "completion"):
        inner = message.get(wrapper)
        if isinstance(inner, dict) and "text" in inner and "content" not in message:
            message["content"] = inner["text"]
    return message


def _read_request_value(value: Any, source: str) -> _Found | None:
    if value is None or value in ("", [], {}):
        return None
    listed = read_event_list(value)
    if listed is not None:
        return _Found(_messages(listed.inputs, "user"), source) if listed.inputs else None
    request = read_request(value)
    if request is not None:
        return _Found(_messages(request.messages, "user"), source, request)
    return _Found((_whole(value, "user"),), source)


def _read_reply_value(value: Any, source: str) -> _Found | None:
    if value is None or value in ("", [], {}):
        return None
    listed = read_event_list(value)
    if listed is not None:
        return _Found(_messages(listed.outputs, "assistant"), source) if listed.outputs else None
    reply: ReplyBody | None = read_reply(value)
    if reply is not None:
        return _Found(_messages(reply.messages, "assistant"), source)
    return _Found((_whole(value, "assistant"),), source)


def _whole(value: Any, role: str) -> Message:
    """A value of unknown shape as one message."""
    if isinstance(value, str):
        decoded = read_json(value)
        if decoded is None:
            return Message(role=role, parts=(Part(type="text", content=unquote(value)),))
        value = decoded
    if isinstance(value, dict) and isinstance(value.get("content"), (str, list)):
        return read_message(value, role)
    return Message(role=role, parts=(Part(type="generic", data=value),))


def _read_vercel_output(attributes: Mapping[str, Any]) -> _Found | None:
    """Text, object, reasoning and tool calls of one answer, each in an attribute of its own."""
    parts: list[Part] = []
    used = []
    for name in ("ai.response.reasoning", "ai.response.text", "ai.result.text", "ai.response.object",
                 "ai.result.object", "ai.response.toolCalls", "ai.result.toolCalls"):  # fmt: skip
        value = attributes.get(name)
        if value is None or value == "":
            continue
        used.append(name)
        if name.endswith("reasoning") and isinstance(value, str):
            parts.append(Part(type="reasoning", content=value))
        elif name.endswith("toolCalls"):
            calls = [
                {"type": "tool-call", **call} if isinstance(call, dict) else call for call in read_json(value) or []
            ]
            parts += read_parts(calls) or [Part(type="generic", data=value)]
        else:
            parts += read_parts(value if isinstance(value, str) else [value])
    if not parts:
        return None
    reason = attributes.get("ai.response.finishReason") or attributes.get("ai.finishReason") or ""
    message = Message(role="assistant", parts=tuple(parts), finish_reason=reason if isinstance(reason, str) else "")
    return _Found((message,), " + ".join(used))


def _read_all_messages(attributes: Mapping[str, Any]) -> tuple[_Found, _Found] | None:
    """An agent run that carries its whole exchange: what the assistant said last is the output."""
    for name in _ALL_MESSAGES:
        value = attributes.get(name)
        listed = read_event_list(value)
        raw = [*listed.inputs, *listed.outputs] if listed else read_json(value)
        if not isinstance(raw, list) or not raw:
            continue
        messages = _messages(raw, "user")
        if messages[-1].role == "assistant":
            return _Found(messages[:-1], name), _Found(messages[-1:], name)
        return _Found(messages, name), _NOTHING
    return None


def _read_instructions(
    attributes: Mapping[str, Any], given: _Found, request: RequestBody
) -> tuple[tuple[Part, ...], str]:
    for name in _INSTRUCTIONS:
        value = attributes.get(name)
        if value is not None and value != "":
            decoded = read_json(value)
            return tuple(read_parts(value if decoded is None else decoded)), name
    if request.system is not None:
        system = request.system
        parts = system.get("parts") if isinstance(system, dict) else None
        return tuple(read_parts(system if parts is None else parts)), f"{given.source} (the request's own field)"
    return (), ""


def _read_tools(
    attributes: Mapping[str, Any], given: _Found, request: RequestBody
) -> tuple[tuple[ToolDefinition, ...], str]:
    for name in _DEFINITIONS:
        value = attributes.get(name)
        decoded = decode_json(value) if isinstance(value, str) else value
        if name == "model_request_parameters" and isinstance(decoded, dict):
            decoded = [*(decoded.get("function_tools") or ()), *(decoded.get("output_tools") or ())]
        definitions = read_definitions(decoded) if decoded is not None else []
        if definitions:
            return tuple(definitions), name
    for prefix in ("llm.tools", "llm.request.functions"):
        elements = gather(attributes, prefix).elements
        schemas = [item.get("json_schema", item) if isinstance(item, dict) else item for item in elements]
        if schemas:
            return tuple(read_definitions(schemas)), f"{prefix}.N"
    if request.tools:
        return tuple(read_definitions(request.tools)), f"{given.source} (the request's own field)"
    return (), ""
