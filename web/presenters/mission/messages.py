"""Messages of a model call as the page shows them: roles, texts, tool calls as cards, media as notes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from telemetry.conventions.conversation import Message, Part
from web.presenters.formats import format_bytes
from web.presenters.mission.texts import Text, indent_json, one_line, present_text, present_value

ROLES = frozenset({"system", "user", "assistant", "tool"})
_BASE64_SHARE = 3 / 4


class ToolRun(NamedTuple):
    """The run a tool call led to."""

    key: str
    """Span key."""
    status: str
    duration_ns: int | None
    error: str
    result: Text | None
    """None when it is not known or not asked for."""


class PartView(NamedTuple):
    """One piece of a message."""

    kind: str
    """text, reasoning, tool_call, tool_result, media or other."""
    title: str
    """Tool name, kind of medium; empty for text."""
    id: str
    """Tool call id."""
    text: Text | None
    preview: str
    """The beginning on one line, for what is folded."""
    run: ToolRun | None
    is_unanswered: bool
    """A tool call for which neither a run nor a response is known."""


class MessageView(NamedTuple):
    """One message."""

    role: str
    css: str
    name: str
    is_new: bool
    finish_reason: str
    parts: list[PartView]
    echo: str
    """Says where it was shown already: the reply of the call before, a result beside its call. Empty: nowhere."""


def present_messages(
    messages: Iterable[Message],
    runs: Mapping[str, ToolRun] | None = None,
    *,
    is_new: bool = False,
    answered: frozenset[str] | None = None,
    shown_ids: frozenset[str] | None = None,
) -> list[MessageView]:
    """Messages in order.

    `runs`: tool runs by call id. `answered`: ids that any message answers; None: do not judge. `shown_ids`: tool calls
    whose result is shown beside them in an earlier call; None: nothing was shown before.
    """
    return [_message(message, runs or {}, is_new, answered, _echo(message, shown_ids)) for message in messages]


def _echo(message: Message, shown_ids: frozenset[str] | None) -> str:
    if shown_ids is None or not message.parts:
        return ""
    if message.role == "assistant":
        return "the reply before"
    if all(part.type == "tool_call_response" and part.id in shown_ids for part in message.parts):
        return "the result, shown beside its call"
    return ""


def present_parts(parts: Sequence[Part]) -> list[PartView]:
    """Parts that stand alone, such as system instructions."""
    return [_part(part, {}, None) for part in parts]


def answered_ids(messages: Iterable[Message]) -> frozenset[str]:
    """Ids of the tool calls these messages answer."""
    return frozenset(part.id for message in messages for part in message.parts if part.type == "tool_call_response")


def asked_ids(messages: Iterable[Message]) -> frozenset[str]:
    """Ids of the tool calls these messages ask for."""
    return frozenset(part.id for message in messages for part in message.parts if part.type == "tool_call" and part.id)


def holds_text(messages: Iterable[Message], wanted: str) -> bool:
    """Does any part say this, whatever the case?"""
    return any(wanted in plain_text(part).casefold() for message in messages for part in message.parts)


def plain_text(part: Part) -> str:
    """All a part says, as one text."""
    pieces = (part.content, part.name, part.arguments, part.response, part.data if part.type == "generic" else None)
    return " ".join(piece if isinstance(piece, str) else indent_json(piece) for piece in pieces if piece)


def _message(
    message: Message, runs: Mapping[str, ToolRun], is_new: bool, answered: frozenset[str] | None, echo: str
) -> MessageView:
    return MessageView(
        role=message.role,
        css=message.role if message.role in ROLES else "other",
        name=message.name,
        is_new=is_new,
        finish_reason=message.finish_reason,
        parts=[_part(part, runs, answered) for part in message.parts],
        echo=echo,
    )


def _part(part: Part, runs: Mapping[str, ToolRun], answered: frozenset[str] | None) -> PartView:
    match part.type:
        case "text":
            return _view("text", "", _shown(part.content))
        case "reasoning":
            return _view("reasoning", "reasoning", _shown(part.content), preview=one_line(part.content))
        case "tool_call":
            run = runs.get(part.id)
            lost = answered is not None and bool(part.id) and run is None and part.id not in answered
            return _view(
                "tool_call", part.name or "tool", _value(part.arguments), part.id, one_line(part.arguments), run, lost
            )
        case "tool_call_response":
            return _view("tool_result", part.name, _value(part.response), part.id, one_line(part.response))
        case "blob" | "uri" | "file":
            return _view("media", part.modality or part.type, None, preview=_medium(part))
        case _:
            value = part.data if part.data is not None else part.content
            return _view("other", "" if part.type == "generic" else part.type, _value(value), part.id, one_line(value))


def _view(
    kind: str,
    title: str,
    text: Text | None,
    call_id: str = "",
    preview: str = "",
    run: ToolRun | None = None,
    is_unanswered: bool = False,
) -> PartView:
    return PartView(kind, title, call_id, text, preview, run, is_unanswered)


def _shown(text: str) -> Text:
    """Text as text; JSON inside a text is indented."""
    return present_value(text) if text[:1] in "[{" else present_text(text)


def _value(value: Any) -> Text | None:
    return None if value is None else present_value(value)


def _medium(part: Part) -> str:
    """What a picture or file is, without fetching or drawing it."""
    about = [part.mime_type, part.name, part.uri or part.file_id]
    if isinstance(part.data, str):
        about.append(format_bytes(int(len(part.data) * _BASE64_SHARE)))
    return " · ".join(piece for piece in about if piece)
