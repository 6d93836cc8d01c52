"""stage7's encodings undone: serialised Maps, JSON inside texts, times, and the marks of what was lost on the way."""

import json
import math
import re
from typing import Any

import msgspec

from core.nanotime import MAX_NS, NS_PER_SECOND, parse_iso

TRUNCATED = re.compile(r"\[Truncated string, length: (\d{1,12})\]")
CIRCULAR = "[Circular Reference]"
OBJECT_OBJECT = "[object Object]"

_MOST_TEXT = 16 << 20
"""Characters of a text that is read as JSON."""
_MILLISECONDS_FROM = 10**11
"""Numbers from here on are milliseconds, below seconds: 1973 in the one, the year 5138 in the other."""


def decode_maps(value: Any) -> Any:
    """A copy in which every `{"_type": "Map", "entries": [...]}`, also inside another, is a plain object. Linear.

    Keys that are no texts become their JSON. Something that only looks like a Map stays as it is.
    """
    holder = [value]
    stack: list[tuple[Any, Any]] = [(holder, 0)]
    while stack:
        container, key = stack.pop()
        item = container[key]
        if isinstance(item, dict):
            copy: Any = _read_map(item)
            if copy is None:
                copy = dict(item)
            stack += [(copy, name) for name, inner in copy.items() if isinstance(inner, dict | list)]
        elif isinstance(item, list):
            copy = list(item)
            stack += [(copy, place) for place, inner in enumerate(copy) if isinstance(inner, dict | list)]
        else:
            continue
        container[key] = copy
    return holder[0]


def as_object(value: Any) -> dict[str, Any] | None:
    """The object where stage7 writes a Map: as object, as serialised Map or as array of pairs. None: neither."""
    if isinstance(value, dict):
        decoded = _read_map(value)
        return value if decoded is None else decoded
    return _read_pairs(value) if isinstance(value, list) else None


def read_json_text(text: str) -> Any:
    """What a JSON text holds, also when it was encoded twice; None when it holds no object or array."""
    for _ in range(2):
        text = text.strip()
        if text[:1] not in ("{", "[", '"') or len(text) > _MOST_TEXT:
            return None
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return None
        if not isinstance(value, str):
            return value
        text = value
    return None


def read_time_ns(value: Any) -> int | None:
    """Nanoseconds of an ISO time (without zone: UTC), or of a number of seconds or milliseconds; None for all else."""
    if isinstance(value, str):
        return parse_iso(value) or _read_digits(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        return None
    unit = NS_PER_SECOND // 1000 if value >= _MILLISECONDS_FROM else NS_PER_SECOND
    return _bounded(value * unit if isinstance(value, int) else round(value * 1000) * (unit // 1000))


def find_truncated_length(text: str) -> int | None:
    """How long a text was that stage7 left out; None when this is no such mark."""
    match = TRUNCATED.fullmatch(text.strip()) if len(text) < 80 else None
    return int(match[1]) if match else None


def is_circular(value: Any) -> bool:
    """Whether this stands for a reference to something that holds it."""
    return isinstance(value, str) and value.strip() == CIRCULAR


def is_lost_object(value: Any) -> bool:
    """Whether an object was pasted into this text and so lost."""
    return isinstance(value, str) and OBJECT_OBJECT in value


def _read_map(item: dict[str, Any]) -> dict[str, Any] | None:
    if item.get("_type") != "Map":
        return None
    entries = item.get("entries")
    if isinstance(entries, dict):
        return dict(entries)
    return _read_pairs(entries) if isinstance(entries, list) else None


def _read_pairs(entries: list[Any]) -> dict[str, Any] | None:
    if not all(isinstance(entry, list) and len(entry) == 2 for entry in entries):
        return None
    return {_key(key): inner for key, inner in entries}


def _key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key)


def _read_digits(text: str) -> int | None:
    text = text.strip()
    return read_time_ns(int(text)) if text.isascii() and text.isdigit() and len(text) <= 16 else None


def _bounded(time_ns: int) -> int | None:
    return time_ns if 0 < time_ns <= MAX_NS else None
