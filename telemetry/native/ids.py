"""Trace and span ids of native records, from the sender's own ids: the same ids in, the same ids out."""

from collections.abc import Mapping
from typing import Any

import msgspec

from core.hashing import digest8, digest16
from core.ids import ZERO_SPAN_ID, ZERO_TRACE_ID
from telemetry.decode.refusal import Refusal
from telemetry.native.fields import Id, Placed, Record, Work

_canonical = msgspec.msgpack.Encoder(order="deterministic").encode
_NAMED = ("mission_id", "step_id", "agent_id")


def text_of(sender_id: Id | None) -> str:
    """An id as text; empty when there is none."""
    return "" if sender_id is None else str(sender_id).strip()


def find_trace_id(record: Record, item: Mapping[str, Any]) -> bytes:
    """The trace it names; else that of its mission, or, without one, of its step, its agent or itself."""
    if isinstance(record, Placed) and record.trace_id:
        return _read_hex("trace_id", record.trace_id, ZERO_TRACE_ID)
    for name in _NAMED:
        text = text_of(getattr(record, name))
        if text:
            return digest16(b"native\0", name.encode(), b"\0", _encoded(text))
    own = text_of(record.id) if isinstance(record, Work) else ""
    return digest16(b"native\0record\0", _encoded(own) if own else _canonical(item))


def find_span_id(record: Work, item: Mapping[str, Any]) -> bytes:
    """The span id it names, else one made of its `id`, else of its content."""
    if record.span_id:
        return _read_hex("span_id", record.span_id, ZERO_SPAN_ID)
    own = text_of(record.id)
    return span_of(own) if own else digest8(b"native\0content\0", _canonical(item))


def find_parent_span_id(record: Placed) -> bytes:
    """The span it names as its parent; empty for none."""
    if isinstance(record, Work) and record.parent_span_id:
        return _read_hex("parent_span_id", record.parent_span_id, b"")
    parent = text_of(record.parent_id)
    return span_of(parent) if parent else b""


def span_of(sender_id: str) -> bytes:
    """The span of the record with this `id`."""
    return digest8(b"native\0span\0", _encoded(sender_id))


def _read_hex(field: str, text: str, zero: bytes) -> bytes:
    value = bytes.fromhex(text)
    if value == zero:
        raise Refusal(f"{field}_zero", f"{field} is all zero.")
    return value if any(value) else b""


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")
