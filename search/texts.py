"""What of a record can be found: prompts, replies, tool inputs and outputs, names, errors, logs, states. Pure."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from telemetry.records import LogRecord, SpanRecord

LONG = 64
"""A text attribute of any name is indexed from this length on."""
SHORTEST = 2
_LABELS = frozenset({"role", "type", "id", "finish_reason", "mime_type", "tool_call_id", "index", "object"})
"""Keys in messages whose values are no content."""
_INPUTS = ("input", "prompt", "system_instructions", "arguments", "args", "parameters", "request", "query", "question")
_OUTPUTS = ("output", "completion", "response", "result", "reply", "answer", "documents")
_SKIPPED_ENDINGS = ("mime_type", ".id", "_id", "model", "model_name", "url.full", "json_schema")


class FoundText(NamedTuple):
    """A text and what it is."""

    field: str
    """name, prompt, reply, arguments, result, state, error, log or attribute"""
    text: str


def span_texts(record: SpanRecord, span_kind: str) -> Iterator[FoundText]:
    """The texts of a span, each message of a conversation by itself; an attribute's value that came before is left out.

    Senders that follow several conventions say everything twice.
    """
    seen: set[str] = set()
    yield FoundText("name", record.name)
    if record.status_message:
        yield FoundText("error", record.status_message)
    yield from _attribute_texts(record.attributes, span_kind, seen)
    for event in record.events:
        if event.name == "exception":
            for key in ("exception.type", "exception.message"):
                if isinstance(value := event.attributes.get(key), str):
                    yield FoundText("error", value)
        else:
            kind = "STATE" if "state" in event.name else span_kind
            yield from _attribute_texts(event.attributes, kind, seen)


def log_texts(record: LogRecord) -> Iterator[FoundText]:
    """The texts of a log record."""
    for text in _leaves(record.body):
        yield FoundText("log", text)
    yield from _attribute_texts(record.attributes, "LOG", set())


def line_text(record: LogRecord) -> str:
    """All that a log record says, for who looks for lines: its body and the values of all its attributes."""
    values = (record.body, *record.attributes.values())
    return "\n".join(leaf for value in values for leaf in _leaves(value))


def _attribute_texts(attributes: dict[str, Any], span_kind: str, seen: set[str]) -> Iterator[FoundText]:
    for key, value in attributes.items():
        kind = type(value)
        if kind is str:
            field = _field(key, span_kind) or ("attribute" if len(value) >= LONG else None)
            if field is not None and value not in seen:
                seen.add(value)
                yield from _value_texts(field, value)
        elif (kind is list or kind is dict) and (field := _field(key, span_kind)) is not None:
            yield from _value_texts(field, value)


@lru_cache(maxsize=4_096)
def _field(key: str, span_kind: str) -> str | None:
    """What an attribute's texts are, or None when its name does not say."""
    if key.endswith(_SKIPPED_ENDINGS):
        return None
    if span_kind == "STATE" or "state" in key:
        return "state"
    is_tool = span_kind == "TOOL"
    if any(word in key for word in _OUTPUTS):
        return "result" if is_tool else "reply"
    if any(word in key for word in _INPUTS):
        return "arguments" if is_tool else "prompt"
    if key.endswith((".content", "mission.goal", "mission.name", "message")):
        return "prompt"
    return None


def _value_texts(field: str, value: Any) -> Iterator[FoundText]:
    if isinstance(value, str) and value[:1] in "[{" and value[:1]:
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            pass
    if isinstance(value, list):
        for element in value:
            text = "\n".join(_leaves(element))
            if len(text) >= SHORTEST:
                yield FoundText(field, text)
        return
    text = "\n".join(_leaves(value))
    if len(text) >= SHORTEST:
        yield FoundText(field, text)


def _leaves(value: Any) -> Iterable[str]:
    """The texts inside a decoded value, in order, without labels."""
    if type(value) is str:
        return (value,)
    return _inner_leaves(value)


def _inner_leaves(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack.extend(inner for key, inner in reversed(item.items()) if key not in _LABELS)
        elif isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, (int, float)) and not isinstance(item, bool):
            yield str(item)
