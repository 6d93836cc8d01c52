"""Opaque cursors of paged lists: a place in an order, as text that survives a URL."""

import base64
import binascii
from typing import Any

import msgspec

from core.errors import FieldError, InvalidInput

LONGEST = 2_000
LARGEST = 2**63 - 1


def encode_cursor(*place: Any) -> str:
    """Text for a place: strings, integers and floats."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decode_cursor(text: str, *kinds: Any) -> tuple[Any, ...]:
    """The place; every part must be of its kind. Raises InvalidInput on anything that we could not have made."""
    try:
        if len(text) > LONGEST:
            raise ValueError
        place = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, msgspec.DecodeError, UnicodeError):
        raise _invalid() from None
    fits = isinstance(place, list) and len(place) == len(kinds)
    if not fits or not all(_is_storable(part, kind) for part, kind in zip(place, kinds, strict=True)):
        raise _invalid()
    return tuple(place)


def _is_storable(part: Any, kind: Any) -> bool:
    """Of its kind, and something that can be in a column: numbers of 64 bits, texts without NUL."""
    if isinstance(part, bool) or not isinstance(part, kind):
        return False
    return "\0" not in part if isinstance(part, str) else abs(part) <= LARGEST


def _invalid() -> InvalidInput:
    return InvalidInput(errors=(FieldError("cursor", "is not a cursor of this list"),))
