"""The trace and span that a line names, in the spellings of tracing libraries and of logging clouds."""

from typing import Any, NamedTuple

from core.ids import SPAN_ID_BYTES, TRACE_ID_BYTES
from core.traceparent import find_trace_id
from telemetry.conventions.values import read_text
from telemetry.loglines import spellings
from telemetry.loglines.spellings import Leaf, Leaves

_MOST_DECIMAL = 20


class Trace(NamedTuple):
    """Empty ids: it names none."""

    trace_id: bytes
    span_id: bytes
    flags: int
    keys: tuple[str, ...]
    """Keys at the top of the object that it was read from."""


def read_trace(leaves: Leaves) -> Trace:
    """The trace and span of a logged object. A text that is no id leaves its key alone."""
    trace_id, trace_key = _find(leaves, spellings.TRACE, spellings.DATADOG_TRACE, TRACE_ID_BYTES)
    span_id, span_key = _find(leaves, spellings.SPAN, spellings.DATADOG_SPAN, SPAN_ID_BYTES)
    if not trace_id:
        leaf = leaves.own.get(spellings.TRACEPARENT) or leaves.inner.get(spellings.TRACEPARENT)
        if leaf is not None and (trace_id := find_trace_id(leaf.value)):
            span_id = span_id or bytes.fromhex(leaf.value[36:52])
            trace_key = leaf.key
    flags, flags_key = _flags(leaves) if trace_id else (0, None)
    return Trace(trace_id, span_id, flags, tuple(key for key in (trace_key, span_key, flags_key) if key is not None))


def parse_id(value: Any, size: int) -> bytes:
    """An id in hexadecimal, also as a UUID, at the end of a resource name, or half as long; empty when it is none."""
    text = read_text(value).strip().rpartition("/")[2].replace("-", "")
    if len(text) == size and size == TRACE_ID_BYTES:
        text = text.rjust(2 * size, "0")
    if len(text) != 2 * size:
        return b""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return b""
    return found if len(found) == size and any(found) else b""


def _find(leaves: Leaves, names: tuple[str, ...], datadog: str, size: int) -> tuple[bytes, str | None]:
    for leaf in _leaves(leaves, names):
        if found := parse_id(leaf.value, size):
            return found, leaf.key
    for leaf in _leaves(leaves, (datadog,)):
        text = read_text(leaf.value).strip()
        is_decimal = text.isascii() and text.isdigit() and len(text) <= _MOST_DECIMAL and 0 < int(text) < 2**64
        if found := int(text).to_bytes(size) if is_decimal else parse_id(text, size):
            return found, leaf.key
    return b"", None


def _leaves(leaves: Leaves, names: tuple[str, ...]) -> list[Leaf]:
    return [held[name] for held in (leaves.own, leaves.inner) for name in names if name in held]


def _flags(leaves: Leaves) -> tuple[int, str | None]:
    for leaf in _leaves(leaves, spellings.FLAGS):
        text = read_text(leaf.value).strip()
        if len(text) <= 2 and text.isascii() and text.isdigit():
            return int(text, 16), leaf.key
    return 0, None
