"""Eight bytes that stay the same for the same message, however its sender wraps it.

Role, text and tool calls count; message ids, cache markers and finish reasons do not, because
senders change them from one call to the next while the message is the same.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

_SIZE = 8
_TEXT_TYPES = frozenset({"text", "input_text", "output_text"})
_CONTENT = ("parts", "content")
_CALLS = ("tool_calls", "tool_call_id", "toolCallId", "function_call", "name")
_VOLATILE = frozenset({"cache_control", "cachePoint", "cache_point"})
_CHANGING = frozenset({"id", "finish_reason", "cache_control", "status", "metadata", "usage"})
_encoder = msgspec.json.Encoder(order="sorted")


def hash_messages(messages: Iterable[Any]) -> tuple[bytes, ...]:
    """One fingerprint for each decoded message, in order."""
    return tuple(hash_message(message) for message in messages)


def hash_message(message: Any) -> bytes:
    """The fingerprint of one decoded message: a map with a role and content, or anything else as JSON."""
    if not isinstance(message, dict):
        return _digest(["", message if isinstance(message, str) else _encode(message)])
    pieces = [str(message.get("role") or message.get("type") or "")]
    known = False
    for name in _CONTENT:
        content = message.get(name)
        if content is not None:
            known = True
            _add_content(content, pieces)
    for name in _CALLS:
        value = message.get(name)
        if value:
            known = known or name != "name"
            pieces.append(f"{name}\x1f{value if isinstance(value, str) else _encode(value)}")
    if not known:
        pieces.append(_encode({key: value for key, value in message.items() if key not in _CHANGING}))
    return _digest(pieces)


def hash_flattened(elements: Mapping[int, tuple[tuple[str, str], ...]], attributes: Mapping[str, Any]) -> list[bytes]:
    """One fingerprint for each element of an array flattened into attributes, in index order."""
    return [
        _digest([f"{rest}\x1f{_plain(attributes.get(name))}" for rest, name in element])
        for element in elements.values()
    ]


def _add_content(content: Any, pieces: list[str]) -> None:
    if isinstance(content, str):
        pieces.append(content)
    elif isinstance(content, list):
        for part in content:
            text = _part_text(part)
            pieces.append(_encode(_stable(part)) if text is None else text)
    else:
        pieces.append(_encode(content))


def _part_text(part: Any) -> str | None:
    """Text of a text part in any family's words, so that equal texts get equal fingerprints."""
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and part.get("type", "text") in _TEXT_TYPES:
        text = part.get("content", part.get("text"))
        return text if isinstance(text, str) else None
    return None


def _stable(part: Any) -> Any:
    if isinstance(part, dict) and not _VOLATILE.isdisjoint(part):
        return {key: value for key, value in part.items() if key not in _VOLATILE}
    return part


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else _encode(value)


def _encode(value: Any) -> str:
    try:
        return _encoder.encode(value).decode()
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return repr(type(value))


def _digest(pieces: list[str]) -> bytes:
    return blake2b("\x1e".join(pieces).encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()
