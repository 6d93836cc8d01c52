"""Requests and replies of model providers, recorded whole: where their messages, tools and counts are.

Read by shape, not by provider name: OpenAI chat and responses, Anthropic, Gemini, Bedrock,
Ollama, LangChain, and what decorators record (`args`, `kwargs`). Messages stay in the
provider's words here; `telemetry.conventions.parts` brings them to one form.
"""

import binascii
from base64 import b64decode
from typing import Any

import msgspec

from telemetry.conventions.streams import is_stream, join_stream
from telemetry.conventions.usage import Counts, object_counts
from telemetry.conventions.values import decode_json, read_json

_MOST_LAYERS = 4


class RequestBody(msgspec.Struct, frozen=True):
    """What a request asks."""

    system: Any = None
    messages: list[Any] = []
    tools: list[Any] = []
    parameters: dict[str, Any] = {}


class ReplyBody(msgspec.Struct, frozen=True):
    """What a reply answers."""

    messages: list[Any] = []
    usage: Counts | None = None
    model: str = ""
    id: str = ""


_SYSTEM = ("system", "systemInstruction", "system_instruction", "instructions")
_MESSAGES = ("messages", "contents", "input", "prompt", "prompts", "query", "question", "chat_history",
             "args")  # fmt: skip
_TOOLS = ("tools", "functions", "tool_definitions")
_WRAPPERS = ("kwargs", "request", "body", "converse", "inputs", "config", "generate_content_config")


def read_request(value: Any) -> RequestBody | None:
    """The request a value holds (map, JSON text, list of messages); None when it has no known shape."""
    body = read_json(value)
    if isinstance(body, list):
        return RequestBody(messages=_flatten_batch(body)) if _are_messages(body) else None
    return _read_request(body, 0) if isinstance(body, dict) else None


def _read_request(body: dict[str, Any], layer: int) -> RequestBody | None:
    if layer >= _MOST_LAYERS:
        return None
    inner = _inner_request(body, layer)
    name = next((name for name in _MESSAGES if _holds_messages(body.get(name))), "")
    if not name:
        return inner
    system = next((body[key] for key in _SYSTEM if body.get(key)), None)
    tools = next((body[key] for key in _TOOLS if isinstance(body.get(key), list)), None)
    tool_config = body.get("toolConfig")
    if tools is None and isinstance(tool_config, dict) and isinstance(tool_config.get("tools"), list):
        tools = tool_config["tools"]
    config = body.get("config")
    if isinstance(config, dict):
        system = system or next((config[key] for key in _SYSTEM if config.get(key)), None)
        tools = tools or (config.get("tools") if isinstance(config.get("tools"), list) else None)
    taken = {name, *_SYSTEM, *_TOOLS}
    return RequestBody(
        system=system,
        messages=_as_messages(body[name]),
        tools=tools or [],
        parameters={key: value for key, value in body.items() if key not in taken and value not in (None, [], {})},
    )


def _inner_request(body: dict[str, Any], layer: int) -> RequestBody | None:
    """A request wrapped in another: a decorator's kwargs, Bedrock's count of a whole call, base64 bodies."""
    for name in (*_WRAPPERS, "input"):
        inner = body.get(name)
        if isinstance(inner, dict):
            found = _read_request(inner, layer + 1)
            if found:
                return found
    invoke = body.get("invokeModel")
    if isinstance(invoke, dict) and isinstance(invoke.get("body"), str):
        decoded = _decode_base64(invoke["body"])
        if isinstance(decoded, dict):
            return _read_request(decoded, layer + 1)
    return None


def _decode_base64(text: str) -> Any:
    try:
        return decode_json(b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return None


def _holds_messages(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value)
    return isinstance(value, list) and bool(value) and (_are_messages(value) or all(isinstance(v, str) for v in value))


def _are_messages(items: list[Any]) -> bool:
    """True when the first item (of the first batch) looks like a message or an item of a conversation."""
    first = items[0] if items else None
    if isinstance(first, list):
        return _are_messages(first)
    if not isinstance(first, dict):
        return False
    return bool({"role", "parts", "kwargs", "lc"} & first.keys()) or (
        "type" in first and bool({"content", "data", "arguments", "output", "call_id", "summary"} & first.keys())
    )


def _as_messages(value: Any) -> list[Any]:
    if isinstance(value, str):
        decoded = read_json(value)
        if isinstance(decoded, list) and _are_messages(decoded):
            return _flatten_batch(decoded)
        return [{"role": "user", "content": value}]
    return [{"role": "user", "content": item} if isinstance(item, str) else item for item in _flatten_batch(value)]


def _flatten_batch(items: list[Any]) -> list[Any]:
    """LangChain records batches: a list of conversations, nearly always one."""
    if items and all(isinstance(item, list) for item in items):
        return [message for conversation in items for message in conversation]
    return items


def read_reply(value: Any) -> ReplyBody | None:
    """The reply a value holds (map, JSON text, recorded event stream); None when it has no known shape."""
    if isinstance(value, str) and is_stream(value):
        body: Any = join_stream(value)
    else:
        body = read_json(value)
    if isinstance(body, list):
        return _read_reply_list(body)
    return _read_reply(body, 0) if isinstance(body, dict) else None


def _read_reply_list(items: list[Any]) -> ReplyBody | None:
    if items and all(isinstance(item, dict) and "toolCallId" in item for item in items):
        calls = [{"type": "tool-call", **item} for item in items]
        return ReplyBody(messages=[{"role": "assistant", "content": calls}])
    return ReplyBody(messages=_flatten_batch(items)) if _are_messages(items) else None


def _read_reply(body: dict[str, Any], layer: int) -> ReplyBody | None:
    messages = _reply_messages(body)
    if messages is None:
        for name in ("response", "result", "data", "output"):
            inner = body.get(name)
            if isinstance(inner, dict) and layer < _MOST_LAYERS:
                return _read_reply(inner, layer + 1)
        return None
    usage = next((body[name] for name in ("usage", "usageMetadata", "usage_metadata")
                  if isinstance(body.get(name), dict)), None)  # fmt: skip
    model = body.get("model") or body.get("modelVersion") or body.get("model_version")
    reply_id = body.get("id") or body.get("responseId") or body.get("response_id")
    return ReplyBody(
        messages=messages,
        usage=object_counts(usage) if usage else None,
        model=model if isinstance(model, str) else "",
        id=reply_id if isinstance(reply_id, str) else "",
    )


def _reply_messages(body: dict[str, Any]) -> list[Any] | None:
    """The messages of a reply in its provider's words, each with its finish reason; None for an unknown shape."""
    if isinstance(body.get("choices"), list):
        return [_choice_message(choice) for choice in body["choices"] if isinstance(choice, dict)]
    if isinstance(body.get("candidates"), list):
        return [_candidate_message(candidate) for candidate in body["candidates"] if isinstance(candidate, dict)]
    if isinstance(body.get("output"), list):
        return _finished_items(body)
    output = body.get("output")
    if isinstance(output, dict) and isinstance(output.get("message"), dict):
        return [{**output["message"], "finish_reason": body.get("stopReason")}]
    if isinstance(body.get("generations"), list):
        return _generation_messages(body["generations"])
    if isinstance(body.get("message"), dict):
        reason = body.get("done_reason") or body.get("finishReason") or body.get("finish_reason")
        return [{**body["message"], "finish_reason": reason}]
    content = body.get("content")
    if isinstance(content, dict) and isinstance(content.get("parts"), list):
        return [_candidate_message(body)]
    if (content is not None or body.get("tool_calls")) and {"role", "type", "tool_calls", "stop_reason"} & body.keys():
        return [{**body, "finish_reason": body.get("finish_reason") or body.get("stop_reason")}]
    if isinstance(body.get("messages"), list) and _are_messages(body["messages"]):
        return _flatten_batch(body["messages"])
    if isinstance(body.get("error"), (dict, str)) or body.get("type") == "error":
        return [{"role": "assistant", "content": [{"type": "error", "error": body.get("error")}]}]
    return None


def _finished_items(body: dict[str, Any]) -> list[Any]:
    """The items of OpenAI's responses; the last one bears how the reply ended."""
    items = list(body["output"])
    incomplete = body.get("incomplete_details")
    reason = incomplete.get("reason") if isinstance(incomplete, dict) else None
    if items and isinstance(items[-1], dict):
        items[-1] = {**items[-1], "finish_reason": reason or body.get("status")}
    return items


def _choice_message(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice.get("message") or choice.get("delta")
    if not isinstance(message, dict):
        message = {"role": "assistant", "content": choice.get("text")}
    return {"role": "assistant", **message, "finish_reason": choice.get("finish_reason") or choice.get("finishReason")}


def _candidate_message(candidate: dict[str, Any]) -> dict[str, Any]:
    content = candidate.get("content")
    message = content if isinstance(content, dict) else {"content": content}
    reason = candidate.get("finishReason") or candidate.get("finish_reason")
    return {"role": "assistant", **message, "finish_reason": reason}


def _generation_messages(generations: list[Any]) -> list[Any]:
    flat = [item for group in generations for item in (group if isinstance(group, list) else [group])]
    return [
        item["message"] if isinstance(item.get("message"), dict) else {"role": "assistant", "content": item.get("text")}
        for item in flat
        if isinstance(item, dict)
    ]
