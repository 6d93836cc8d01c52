"""What a body says: JSON or text, uncompressed, within a bound; or why it is left out."""

import json
import zlib
from typing import Any, NamedTuple

import msgspec

from tap.captured import WHOLE, Part

GZIP = frozenset(("gzip", "x-gzip"))
PLAIN = frozenset(("", "identity"))
_WINDOW_OF_GZIP = 31


class Body(NamedTuple):
    """The outcome of looking at a part."""

    text: bytes | None = None
    """JSON on one line, as it was written otherwise; None when it is no JSON."""
    value: Any = None
    """What the JSON says; of other text the text itself."""
    problem: str = ""
    """Why neither is there."""


def read_body(part: Part, *, limit_bytes: int) -> Body:
    """What the body says. Raises nothing, whatever it holds; an empty body says nothing."""
    if part.state != WHOLE:
        return Body(problem=part.state)
    if part.coding in PLAIN:
        return _read_text(part.data)
    if part.coding not in GZIP:
        return Body(problem="coding_unknown")
    unpacked = _unpack(part.data, limit_bytes)
    return Body(problem=unpacked) if isinstance(unpacked, str) else _read_text(unpacked)


def _unpack(data: bytes, limit_bytes: int) -> bytes | str:
    """The uncompressed bytes, or the problem."""
    unpacker = zlib.decompressobj(_WINDOW_OF_GZIP)
    try:
        unpacked = unpacker.decompress(data, limit_bytes + 1)
    except zlib.error:
        return "coding_broken"
    if len(unpacked) > limit_bytes:
        return "too_large"
    return unpacked if unpacker.eof and not unpacker.unused_data else "coding_broken"


def _read_text(data: bytes) -> Body:
    if not data:
        return Body()
    try:
        value = _read_json(data)
    except ValueError:
        return _read_plain(data)
    except RecursionError:
        return Body(problem="too_deep")
    # In valid JSON no string holds a line break as it is: all of them are white space between values.
    return Body(text=data.replace(b"\r", b" ").replace(b"\n", b" "), value=value)


def _read_json(data: bytes) -> Any:
    """What it says. Raises ValueError or RecursionError."""
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        # Half a character, as JavaScript writes a text that was cut there, and 1e400 are JSON too.
        return json.loads(data.decode(), parse_constant=_refuse)


def _refuse(word: str) -> Any:
    """NaN and the infinities, which are no JSON."""
    raise ValueError(word)


def _read_plain(data: bytes) -> Body:
    try:
        return Body(value=data.decode())
    except UnicodeDecodeError:
        return Body(problem="not_text")
