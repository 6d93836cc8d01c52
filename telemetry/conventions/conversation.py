"""A model call as people read it: the same form whichever convention its sender spoke."""

from typing import Any

import msgspec


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of a message. Which fields are filled depends on `type`."""

    type: str
    """text, reasoning, tool_call, tool_call_response, blob, uri, file or generic."""
    content: str = ""
    """The text of text and reasoning."""
    id: str = ""
    """Of a tool call, or of the call a response answers."""
    name: str = ""
    """The tool's name, or a file's."""
    arguments: Any = None
    """Of a tool_call: decoded when it was JSON, else the text."""
    response: Any = None
    """Of a tool_call_response: decoded when it was JSON, else the text."""
    modality: str = ""
    """image, audio, video, document: of blob, uri and file, where known."""
    mime_type: str = ""
    uri: str = ""
    file_id: str = ""
    data: Any = None
    """Base64 text of a blob; the whole value of a generic part."""


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message."""

    role: str
    """system, user, assistant or tool; an unknown role as it came."""
    parts: tuple[Part, ...]
    name: str = ""
    finish_reason: str = ""


class ToolDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tool the model was offered."""

    name: str
    description: str = ""
    parameters: Any = None
    """JSON schema, where one was given."""
    raw: Any = None
    """The definition as it came."""


class Conversation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a model was given and what it said."""

    system_instructions: tuple[Part, ...] = ()
    """Instructions given apart from the messages; system messages stay among the messages."""
    input_messages: tuple[Message, ...] = ()
    output_messages: tuple[Message, ...] = ()
    tool_definitions: tuple[ToolDefinition, ...] = ()
    parameters: dict[str, Any] = {}
    provenance: dict[str, str] = {}
    """Field to the attribute or event it came from."""


class ToolIo(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a tool got and what it returned, decoded when it was JSON, else the text; None when not sent."""

    arguments: Any = None
    result: Any = None
    provenance: dict[str, str] = {}
