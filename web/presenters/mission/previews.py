"""The beginning of what a span said or did, on one line: shown in the timeline beside its bar."""

from collections.abc import Iterable

from telemetry.conventions.conversation import Message, Part
from telemetry.conventions.messages import read_conversation
from telemetry.conventions.tools import read_tool_io
from telemetry.records import SpanRecord
from traces.records import SpanRow
from web.presenters.mission.texts import one_line

LONGEST = 140
_ARGUMENTS = 60


def has_preview(row: SpanRow) -> bool:
    """Model calls, tool runs, and agents or steps that carry what was said."""
    return row.has_messages or row.span_kind in ("LLM", "TOOL")


def present_preview(row: SpanRow, record: SpanRecord) -> str:
    """What it said, else what it was told last; of a tool run what went in and what came out. Empty for nothing."""
    if row.span_kind == "TOOL":
        return _of_tool(record)
    said = read_conversation(record.attributes, record.events, record.resource.attributes)
    return _first(said.output_messages) or _first(reversed(said.input_messages))


def _of_tool(record: SpanRecord) -> str:
    io = read_tool_io(record.attributes, record.events)
    arguments = "" if io.arguments in (None, "", {}, []) else one_line(io.arguments, _ARGUMENTS)
    result = "" if io.result is None else one_line(io.result, LONGEST - _ARGUMENTS)
    return " → ".join(piece for piece in (arguments, result) if piece)


def _first(messages: Iterable[Message]) -> str:
    parts = (part for message in messages for part in message.parts)
    return next((text for part in parts if (text := _text(part))), "")


def _text(part: Part) -> str:
    match part.type:
        case "text":
            return one_line(part.content, LONGEST)
        case "tool_call":
            return f"→ {part.name or 'tool'} {one_line(part.arguments, _ARGUMENTS)}".rstrip()
        case "tool_call_response":
            return one_line(part.response, LONGEST)
        case "generic":
            return one_line(part.data, LONGEST)
        case _:
            return ""
