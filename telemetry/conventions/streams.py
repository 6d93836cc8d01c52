"""A recorded event stream (server-sent events) put together to the reply it would have been without streaming."""

from collections.abc import Iterator
from typing import Any

from telemetry.conventions.values import decode_json

_MOST_EVENTS = 100_000


def is_stream(text: str) -> bool:
    """True when a recorded body looks like server-sent events."""
    return text.lstrip()[:6].startswith(("data:", "event:", "id:", ": ", ":"))


def join_stream(text: str) -> dict[str, Any] | None:
    """The whole reply in its provider's own shape (OpenAI chat or responses, Anthropic, Gemini), or None."""
    events = list(_read_events(text))
    for event in reversed(events):
        response = event.get("response")
        if isinstance(response, dict) and response.get("output"):
            return response
    if any(event.get("type") == "message_start" for event in events):
        return _join_anthropic(events)
    if any("candidates" in event for event in events):
        return _join_gemini(events)
    if any("choices" in event for event in events):
        return _join_chat(events)
    return _join_responses(events)


def _read_events(text: str) -> Iterator[dict[str, Any]]:
    count = 0
    for line in text.splitlines():
        if line.startswith("data:") and count < _MOST_EVENTS:
            count += 1
            event = decode_json(line[5:].strip())
            if isinstance(event, dict):
                yield event


def _join_chat(events: list[dict[str, Any]]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    choices: dict[Any, dict[str, Any]] = {}
    for event in events:
        body |= {key: value for key, value in event.items() if key != "choices" and value is not None}
        for choice in _maps(event.get("choices")):
            merged = choices.setdefault(choice.get("index", 0), {"message": {}})
            _add_delta(merged["message"], choice.get("delta") or choice.get("message") or {})
            if "text" in choice:
                _append(merged, "text", choice["text"])
            if choice.get("finish_reason"):
                merged["finish_reason"] = choice["finish_reason"]
    return {**body, "choices": list(choices.values())}


def _add_delta(message: dict[str, Any], delta: Any) -> None:
    if not isinstance(delta, dict):
        return
    for key, value in delta.items():
        if key == "tool_calls":
            _add_call_deltas(message, value)
        elif key in ("content", "reasoning", "reasoning_content", "refusal") and isinstance(value, str):
            _append(message, key, value)
        elif value is not None:
            message[key] = value


def _add_call_deltas(message: dict[str, Any], deltas: Any) -> None:
    calls = message.setdefault("tool_calls", [])
    by_index = {call.get("index", place): call for place, call in enumerate(calls)}
    for delta in _maps(deltas):
        call = by_index.get(delta.get("index", 0))
        if call is None:
            call = {"index": delta.get("index", 0), "function": {}}
            by_index[call["index"]] = call
            calls.append(call)
        call |= {key: value for key, value in delta.items() if key in ("id", "type") and value}
        function = delta.get("function")
        if isinstance(function, dict):
            call["function"].setdefault("name", "")
            call["function"]["name"] = call["function"]["name"] or function.get("name") or ""
            _append(call["function"], "arguments", function.get("arguments"))


def _append(holder: dict[str, Any], key: str, text: Any) -> None:
    if isinstance(text, str):
        old = holder.get(key)
        holder[key] = (old if isinstance(old, str) else "") + text


def _join_anthropic(events: list[dict[str, Any]]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    blocks: dict[Any, dict[str, Any]] = {}
    for event in events:
        kind = event.get("type")
        if kind == "message_start" and isinstance(event.get("message"), dict):
            body = dict(event["message"])
        elif kind == "content_block_start" and isinstance(event.get("content_block"), dict):
            blocks[event.get("index")] = dict(event["content_block"])
        elif kind == "content_block_delta" and isinstance(event.get("delta"), dict):
            _add_block_delta(blocks.setdefault(event.get("index"), {"type": "text"}), event["delta"])
        elif kind == "message_delta":
            body |= {key: value for key, value in (event.get("delta") or {}).items() if value is not None}
            body["usage"] = {**(body.get("usage") or {}), **(event.get("usage") or {})}
    for block in blocks.values():
        partial = block.pop("partial_json", "")
        if partial:
            decoded = decode_json(partial)
            block["input"] = partial if decoded is None else decoded
    return {**body, "content": list(blocks.values())}


def _add_block_delta(block: dict[str, Any], delta: dict[str, Any]) -> None:
    for key in ("text", "thinking", "partial_json", "signature"):
        _append(block, key, delta.get(key))
    if delta.get("citation") is not None:
        block.setdefault("citations_delta", []).append(delta["citation"])


def _join_gemini(events: list[dict[str, Any]]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    candidates: dict[Any, dict[str, Any]] = {}
    for event in events:
        body |= {key: value for key, value in event.items() if key != "candidates"}
        for candidate in _maps(event.get("candidates")):
            merged = candidates.setdefault(candidate.get("index", 0), {})
            content = candidate.get("content")
            parts = merged.get("content", {}).get("parts", [])
            merged |= {key: value for key, value in candidate.items() if key != "content"}
            if isinstance(content, dict):
                merged["content"] = {**content, "parts": _join_texts([*parts, *_maps(content.get("parts"))])}
            else:
                merged.setdefault("content", {"parts": parts})
    return {**body, "candidates": list(candidates.values())}


def _join_texts(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Neighbouring plain texts as one: a stream cuts them anywhere."""
    joined: list[dict[str, Any]] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last is not None and set(last) == {"text"} == set(part) and isinstance(part["text"], str):
            joined[-1] = {"text": f"{last['text']}{part['text']}"}
        else:
            joined.append(part)
    return joined


def _join_responses(events: list[dict[str, Any]]) -> dict[str, Any] | None:
    """OpenAI's responses when the closing event holds no output: the finished items, else the text pieces."""
    body: dict[str, Any] = {}
    items: list[Any] = []
    text = ""
    for event in events:
        if isinstance(event.get("response"), dict):
            body |= {key: value for key, value in event["response"].items() if value is not None}
        if event.get("type") == "response.output_item.done" and isinstance(event.get("item"), dict):
            items.append(event["item"])
        elif event.get("type") == "response.output_text.delta" and isinstance(event.get("delta"), str):
            text += event["delta"]
    if not items and text:
        items = [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}]
    return {**body, "output": items} if body or items else None


def _maps(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
