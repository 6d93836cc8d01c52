"""Decoded values as JSON that leaves the program."""

import base64
import math
from typing import Any

import msgspec

MOST_SAFE_INTEGER = 2**53 - 1


def plain(value: Any) -> Any:
    """A decoded value as JSON every reader can take: bytes as base64, NaN as text, large integers as text."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MOST_SAFE_INTEGER:
        return str(value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return plain(msgspec.to_builtins(value))
