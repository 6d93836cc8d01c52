"""Messages that came as events: OpenTelemetry up to 1.36, and Pydantic AI's list of events in one attribute."""

from typing import Any, NamedTuple

from telemetry.conventions.values import read_json
from telemetry.records import EventRecord

MESSAGE_EVENTS = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
"""Events of OpenTelemetry up to 1.36 that carry one input message each, and its role."""
CHOICE_EVENT = "gen_ai.choice"
_ENVELOPE = frozenset({"gen_ai.system", "gen_ai.provider.name", "event.name", "gen_ai.message.index"})
_PARTS = frozenset({"type", "text", "toolUse", "toolResult", "image", "document", "reasoningContent"})
DETAILS_EVENT = "gen_ai.client.inference.operation.details"
"""OpenTelemetry from 1.37: one event that may carry all content attributes of a call."""


def choice_message(event: EventRecord) -> dict[str, Any]:
    """The message of a `gen_ai.choice` event, with its finish reason."""
    attributes = event.attributes
    inner = attributes.get("message")
    decoded = read_json(inner)
    message = dict(decoded) if isinstance(decoded, dict) else {"content": _content(inner)}
    if message.get("content") is None:
        message["content"] = _content(attributes.get("content"))
    calls = attributes.get("tool_calls")
    if calls is not None and "tool_calls" not in message:
        message["tool_calls"] = _decoded(calls)
    return {"role": "assistant", **message, "finish_reason": attributes.get("finish_reason")}


def event_message(event: EventRecord) -> dict[str, Any]:
    """The message of a `gen_ai.*.message` event."""
    message = {key: value for key, value in event.attributes.items() if key not in _ENVELOPE}
    if "content" in message:
        message["content"] = _content(message["content"])
    if "tool_calls" in message:
        message["tool_calls"] = _decoded(message["tool_calls"])
    role = MESSAGE_EVENTS.get(event.name, "user")
    if role == "tool" and "id" in message:
        message["tool_call_id"] = message.pop("id")
    return {"role": role, **message}


def _decoded(value: Any) -> Any:
    found = read_json(value)
    return value if found is None else found


def _content(value: Any) -> Any:
    """The parts a text holds; a text that is some other JSON (a tool's result) stays text."""
    found = read_json(value)
    if isinstance(found, list) and all(isinstance(item, dict) and not _PARTS.isdisjoint(item) for item in found):
        return found
    return value


class EventList(NamedTuple):
    """The messages of a list of events, in order."""

    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]


def read_event_list(value: Any) -> EventList | None:
    """The messages in a JSON list of maps with `event.name`; None for any other value."""
    if isinstance(value, str) and "event.name" not in value:
        return None
    items = read_json(value)
    if not isinstance(items, list) or not items:
        return None
    inputs: list[dict[str, Any]] = []
    outputs: list[dict[str, Any]] = []
    for item in items:
        name = item.get("event.name") if isinstance(item, dict) else None
        if not isinstance(name, str):
            return None
        event = EventRecord(time_ns=None, name=name, attributes=item)
        if name == CHOICE_EVENT:
            outputs.append(choice_message(event))
        else:
            inputs.append(event_message(event))
    return EventList(inputs, outputs)
