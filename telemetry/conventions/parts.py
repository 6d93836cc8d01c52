"""Messages and their parts in any family's words, brought to `telemetry.conventions.conversation`.

Read by shape. What no shape fits becomes a generic part that holds the value, so nothing is lost.
"""

from collections.abc import Callable
from typing import Any

from telemetry.conventions.conversation import Message, Part
from telemetry.conventions.media import MEDIA_TYPES, first_of, read_bedrock_media, read_gemini_media, read_media
from telemetry.conventions.values import decode_json, read_text

_MOST_LAYERS = 6
_ROLES = {
    "model": "assistant", "ai": "assistant", "aimessage": "assistant", "aimessagechunk": "assistant",
    "human": "user", "humanmessage": "user", "systemmessage": "system", "developer": "system",
    "toolmessage": "tool", "function": "tool", "functionmessage": "tool", "chatbot": "assistant",
}  # fmt: skip
_TEXT = frozenset({"text", "input_text", "output_text", "refusal"})
_REASONING = frozenset({"reasoning", "thinking", "redacted_thinking", "reasoning_text", "summary_text"})
_CALLS = frozenset({
    "tool_call", "tool_use", "tool-call", "function_call", "function", "server_tool_call", "server_tool_use",
    "mcp_tool_use", "mcp_call", "custom_tool_call", "computer_call", "web_search_call", "file_search_call",
    "code_interpreter_call", "shell_call", "local_shell_call", "apply_patch_call",
})  # fmt: skip
_RESPONSES = frozenset({
    "tool_call_response", "tool_result", "tool-result", "function_call_output", "server_tool_call_response",
    "mcp_tool_result", "custom_tool_call_output", "computer_call_output", "shell_call_output",
    "local_shell_call_output", "apply_patch_call_output",
})  # fmt: skip


def read_message(raw: Any, role: str = "user") -> Message:
    """One message; `role` is taken when it names none."""
    if not isinstance(raw, dict):
        return Message(role=role, parts=tuple(read_parts(raw)))
    body = _langchain_body(raw)
    kind = body.get("type")
    if "role" not in body and isinstance(kind, str) and _is_item(kind):
        return _item_message(body, kind)
    named = read_text(body.get("role")) or (_langchain_role(raw, kind) if "content" in body else "") or role
    parts = _message_parts(body)
    called = read_text(body.get("tool_call_id")) or read_text(body.get("toolCallId"))
    final_role = _ROLES.get(named.lower(), named)
    if final_role == "tool" and not any(part.type == "tool_call_response" for part in parts):
        parts = [_answer(parts, called, read_text(body.get("name")))] if called else parts
    return Message(
        role=final_role,
        parts=tuple(parts),
        name=read_text(body.get("name")),
        finish_reason=read_text(body.get("finish_reason") or body.get("stop_reason")),
    )


def read_parts(raw: Any, depth: int = 0) -> list[Part]:
    """The parts of a content value: a text, one part, or a list of parts."""
    if raw is None or raw in ("", [], ()):
        return []
    if isinstance(raw, str):
        return [Part(type="text", content=raw)]
    if depth >= _MOST_LAYERS:
        return [Part(type="generic", data=raw)]
    if isinstance(raw, (list, tuple)):
        return [part for item in raw for part in read_parts(item, depth + 1)]
    if isinstance(raw, dict):
        return _read_part(raw, depth)
    return [Part(type="generic", data=raw)]


def parse_text(value: Any) -> Any:
    """The object or array a JSON text holds; other values as they are."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        decoded = decode_json(value)
        return value if decoded is None else decoded
    return value


def _langchain_body(raw: dict[str, Any]) -> dict[str, Any]:
    """LangChain's serialised messages keep role and content one level down."""
    for name in ("kwargs", "data"):
        inner = raw.get(name)
        if isinstance(inner, dict) and "content" in inner and "content" not in raw:
            return inner
    return raw


def _langchain_role(raw: dict[str, Any], kind: Any) -> str:
    path = raw.get("id")
    if isinstance(path, list) and path and isinstance(path[-1], str):
        return path[-1]
    word = raw.get("type") if raw.get("type") != "constructor" else kind
    return word if isinstance(word, str) and word.lower() in (*_ROLES, "user", "assistant", "system", "tool") else ""


def _is_item(kind: str) -> bool:
    return kind in _CALLS or kind in _RESPONSES or kind in _REASONING or kind.endswith(("_call", "_call_output"))


def _item_message(item: dict[str, Any], kind: str) -> Message:
    """An item of OpenAI's responses: a call, an answer or reasoning outside any message."""
    role = "tool" if kind in _RESPONSES or kind.endswith("_output") else "assistant"
    return Message(role=role, parts=tuple(_read_part(item)), finish_reason=read_text(item.get("finish_reason")))


def _message_parts(body: dict[str, Any]) -> list[Part]:
    parts: list[Part] = []
    for name in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(body.get(name), str) and body[name]:
            parts.append(Part(type="reasoning", content=body[name]))
            break
    parts += read_parts(body.get("parts") if body.get("parts") is not None else body.get("content"))
    if isinstance(body.get("refusal"), str) and body["refusal"]:
        parts.append(Part(type="text", content=body["refusal"]))
    known = {part.id for part in parts if part.type == "tool_call" and part.id}
    calls = body.get("tool_calls") or body.get("toolCalls") or []
    for call in calls if isinstance(calls, list) else []:
        parts += [part for part in _call_parts(call) if part.id not in known]
    if isinstance(body.get("function_call"), dict) and body["function_call"].get("name"):
        parts += _call_parts(body["function_call"])
    if not parts and not body.keys() & {"content", "parts"}:
        kept = {key: value for key, value in body.items() if key not in ("role", "finish_reason")}
        parts = [Part(type="generic", data=kept)] if kept else []
    return parts


def _call_parts(call: Any) -> list[Part]:
    return [_call(call)] if isinstance(call, dict) else [Part(type="generic", data=call)]


def _answer(parts: list[Part], call_id: str, name: str) -> Part:
    """The content of a message of role tool, as the answer to its call."""
    texts = [part.content for part in parts if part.type == "text"]
    if len(texts) == len(parts):
        return Part(type="tool_call_response", id=call_id, name=name, response=parse_text("".join(texts)))
    kept = [{"type": part.type, "content": part.content, "data": part.data, "uri": part.uri} for part in parts]
    return Part(type="tool_call_response", id=call_id, name=name, response=kept)


def _read_part(raw: dict[str, Any], depth: int = 0) -> list[Part]:
    kind = raw.get("type")
    if isinstance(kind, str):
        if kind in _TEXT:
            return _text(raw, kind)
        if kind in _REASONING:
            return [_reasoning(raw)]
        if (kind in _CALLS and kind != "function") or kind.endswith("_call") or isinstance(raw.get("function"), dict):
            return [_call(raw)]
        if kind in _RESPONSES or kind.endswith(("_tool_result", "_call_output")):
            return [_response(raw)]
        if kind in MEDIA_TYPES:
            return [read_media(raw, kind)]
        if kind == "message":
            return read_parts(raw.get("content"), depth + 1)
        return [Part(type="generic", data=raw)]
    for name, read in _UNTYPED:
        if raw.get(name) is not None:
            return [read(raw, raw[name])]
    return [Part(type="generic", data=raw)]


def _text(raw: dict[str, Any], kind: str) -> list[Part]:
    value = next((raw[name] for name in ("content", "text", "refusal") if raw.get(name) is not None), "")
    if isinstance(value, str):
        return [Part(type="text", content=value)]
    return [Part(type="generic", data=raw, name=kind)]


def _reasoning(raw: dict[str, Any]) -> Part:
    for name in ("content", "thinking", "text", "reasoning", "summary"):
        value = raw.get(name)
        if isinstance(value, str) and value:
            return Part(type="reasoning", content=value)
        if isinstance(value, list) and value:
            texts = [text for text in map(_own_text, value) if text]
            if texts:
                return Part(type="reasoning", content="\n".join(texts))
    return Part(type="reasoning", data={key: value for key, value in raw.items() if key != "type"})


def _own_text(item: Any) -> str | None:
    """The text of a plain text part; None for any other part."""
    if isinstance(item, str):
        return item
    if isinstance(item, dict) and item.get("type", "text") in (*_TEXT, *_REASONING):
        text = item.get("text", item.get("content"))
        return text if isinstance(text, str) else None
    return None


def _call(raw: dict[str, Any]) -> Part:
    function = raw.get("function")
    body = function if isinstance(function, dict) else raw
    names = ("arguments", "input", "args", "action", "queries", "operation")
    arguments = next((body[name] for name in names if body.get(name) is not None), None)
    return Part(
        type="tool_call",
        id=first_of(raw, "call_id", "id", "toolCallId", "tool_call_id", "toolUseId"),
        name=first_of(body, "name", "toolName", "tool_name") or read_text(raw.get("type")),
        arguments=parse_text(arguments),
    )


def _response(raw: dict[str, Any]) -> Part:
    names = ("response", "result", "output", "content")
    value = next((raw[name] for name in names if raw.get(name) is not None), None)
    if isinstance(value, list):
        texts = [_own_text(item) for item in value]
        value = "".join(text for text in texts if text) if None not in texts else value
    return Part(
        type="tool_call_response",
        id=first_of(raw, "call_id", "tool_use_id", "tool_call_id", "toolCallId", "toolUseId", "id"),
        name=first_of(raw, "name", "toolName"),
        response=parse_text(value),
    )


def _plain_text(raw: dict[str, Any], value: Any) -> Part:
    if not isinstance(value, str):
        return Part(type="generic", data=raw)
    return Part(type="reasoning" if raw.get("thought") is True else "text", content=value)


def _nested(read: Callable[[dict[str, Any]], Part]) -> Callable[[dict[str, Any], Any], Part]:
    return lambda raw, value: read(value) if isinstance(value, dict) else Part(type="generic", data=raw)


def _bedrock_reasoning(raw: dict[str, Any], value: Any) -> Part:
    inner = value.get("reasoningText") if isinstance(value, dict) else None
    return _reasoning(inner if isinstance(inner, dict) else {"reasoning": raw})


_UNTYPED: tuple[tuple[str, Callable[[dict[str, Any], Any], Part]], ...] = (
    ("text", _plain_text),
    ("functionCall", _nested(_call)),
    ("function_call", _nested(_call)),
    ("functionResponse", _nested(_response)),
    ("function_response", _nested(_response)),
    ("toolUse", _nested(_call)),
    ("toolResult", _nested(_response)),
    ("inlineData", read_gemini_media),
    ("inline_data", read_gemini_media),
    ("fileData", read_gemini_media),
    ("file_data", read_gemini_media),
    ("image", read_bedrock_media("image")),
    ("document", read_bedrock_media("document")),
    ("video", read_bedrock_media("video")),
    ("reasoningContent", _bedrock_reasoning),
    ("content", _plain_text),
    ("function", lambda raw, value: _call(raw)),
)
"""Parts without a type (Gemini, Bedrock), told by the one field they have."""
