"""Refusing one record without losing its neighbours."""

import json
from typing import Any

from core.limits import MAX_EXCERPT_CHARACTERS
from telemetry.records import RefusedRecord

_ITEMS, _CHARACTERS, _DEPTH = 4, 120, 5
_IDS = ("traceId", "spanId", "parentSpanId")
_BYTES = ("bytesValue", "bytes_value")


class Refusal(Exception):
    """This record cannot be kept."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)

    def record(self, source: object, index: int | None = None) -> RefusedRecord:
        """As stored and counted, with an excerpt of `source` (the record as plain values), which was item `index`."""
        return RefusedRecord(self.reason, self.detail, excerpt(source), index)


def excerpt(source: object) -> str:
    """The beginning of a record as JSON in ASCII: long texts and lists shortened, ids in hexadecimal.

    Of other bytes only how many: in Base64 or hexadecimal no secret in them would be seen when this is redacted.
    """
    return json.dumps(_shortened(source, _DEPTH))[:MAX_EXCERPT_CHARACTERS]


def _shortened(value: Any, depth: int) -> Any:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str):
        return value if len(value) <= _CHARACTERS else f"{value[:_CHARACTERS]}…"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a very large number"
    if not isinstance(value, dict | list | tuple):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        kept = list(value.items())[: 4 * _ITEMS]
        return {_shortened(str(key), 1): _field(key, item, depth - 1) for key, item in kept}
    kept_items = [_shortened(item, depth - 1) for item in value[:_ITEMS]]
    return kept_items if len(value) <= _ITEMS else [*kept_items, f"… {len(value) - _ITEMS} more"]


def _field(key: object, value: Any, depth: int) -> Any:
    if key in _IDS and isinstance(value, bytes):
        return _shortened(value.hex(), depth)
    if key in _BYTES and isinstance(value, str):
        return f"{len(value)} characters of base64"
    return _shortened(value, depth)
