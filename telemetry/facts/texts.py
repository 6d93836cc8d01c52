"""Previews, sizes and what is odd about the values that facts tell of."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from telemetry.facts.records import MOST_ITEMS, PREVIEW

LONGEST_SEARCHED = 20_000
"""Characters of a value that are searched for mentions."""
MOST_MENTIONS = 20

_LOST = "[object Object]"
_MENTION = re.compile(
    r"\{\{?\s{0,3}([A-Za-z_][\w.-]{0,99})\s{0,3}\}\}?|\boutputs? (?:from|of) step[ _]?(\d{1,4})\b", re.I
)

_T = TypeVar("_T")


class Shown(NamedTuple):
    """A value as facts show it."""

    preview: str
    size: int
    """Characters of the whole text, or bytes of its JSON."""
    is_empty: bool
    """None, an empty text, list or object."""


def show(value: Any) -> Shown:
    """Preview and size of any value."""
    if value is None or value in ("", [], {}):
        return Shown("", 0, True)
    if isinstance(value, str):
        return Shown(value[:PREVIEW], len(value), not value.strip())
    data = msgspec.json.encode(value)
    return Shown(data[: 4 * PREVIEW].decode(errors="ignore")[:PREVIEW], len(data), False)


def read_line(value: Any, length: int = PREVIEW) -> str:
    """A text field, cut; empty for what is no text or number."""
    if isinstance(value, str):
        return value[:length]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)[:length]
    return ""


def find_mentions(value: Any) -> tuple[str, ...]:
    """Names and steps that a literal text speaks of: `{name}`, `{{name}}`, `output from step3` (as `#3`)."""
    if not isinstance(value, str):
        return ()
    found = dict.fromkeys(match[1] or f"#{int(match[2])}" for match in _MENTION.finditer(value[:LONGEST_SEARCHED]))
    return tuple(found)[:MOST_MENTIONS]


def is_lost(value: Any) -> bool:
    """Is there an object in it that was pasted as text?"""
    if isinstance(value, str):
        return _LOST in value
    if isinstance(value, dict | list):
        return _LOST.encode() in msgspec.json.encode(value)
    return False


def bounded(items: Sequence[_T]) -> tuple[_T, ...]:
    """As many as a fact keeps."""
    return tuple(items[:MOST_ITEMS])
