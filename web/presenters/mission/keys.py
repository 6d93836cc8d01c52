"""How the mission page names things in addresses and in its data."""

import re
from typing import NamedTuple

_KEY = re.compile(r"^([0-9a-f]{32})\.([0-9a-f]{16})(\.s)?$")


class SpanAddress(NamedTuple):
    """A span as the page names it."""

    trace_id: str
    span_id: str
    side: int


def span_key(trace_id: str, span_id: str, side: int = 0) -> str:
    """`trace.span`, with `.s` for the server side of an id that client and server share."""
    return f"{trace_id}.{span_id}.s" if side else f"{trace_id}.{span_id}"


def span_path(trace_id: str, span_id: str, side: int, part: str) -> str:
    """The address of a part of a span, below the mission's `spans/`."""
    return f"{trace_id}/{span_id}/{part}{'?side=1' if side else ''}"


def parse_key(text: str) -> SpanAddress | None:
    """The address a key names; None when the text is no key."""
    found = _KEY.match(text)
    return SpanAddress(found[1], found[2], 1 if found[3] else 0) if found else None
