"""Values of Sentry's payloads: times, ids, lists in their several shapes. Nothing here raises on any value."""

import math
from collections.abc import Mapping
from typing import Any

from core.ids import SPAN_ID_BYTES, TRACE_ID_BYTES, parse_hex
from core.nanotime import MAX_NS, parse_iso
from telemetry.records import Repair

NS_PER_MICROSECOND = 1_000
_MICROSECONDS_PER_SECOND = 1_000_000


def read_time_ns(value: Any) -> int | None:
    """Nanoseconds of an ISO time, or of seconds since 1970: to the microsecond, which is what a double holds."""
    if isinstance(value, str):
        return parse_iso(value) or _read_digits(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if not 0 < value <= MAX_NS // 10**9:
        return None
    return round(value * _MICROSECONDS_PER_SECOND) * NS_PER_MICROSECOND


def read_mapping(value: Any) -> Mapping[str, Any]:
    """An object; empty for everything else."""
    return value if isinstance(value, dict) else {}


def read_values(value: Any) -> list[Any]:
    """The items of `{"values": [...]}`, of a list, or of one object alone."""
    if isinstance(value, dict):
        value = value.get("values") if "values" in value else [value]
    return [item for item in value if item is not None] if isinstance(value, list) else []


def read_pairs(value: Any) -> dict[str, Any]:
    """Tags: an object, or a list of pairs."""
    if isinstance(value, dict):
        return value
    pairs = value if isinstance(value, list) else []
    return {pair[0]: pair[1] for pair in pairs if _is_pair(pair)}


def read_id(value: Any, size: int) -> bytes:
    """An id in hexadecimal, hyphens between or not; empty for everything else, and for zero."""
    if not isinstance(value, str):
        return b""
    try:
        found = parse_hex(value.strip().replace("-", ""), size)
    except ValueError:
        return b""
    return found if any(found) else b""


def read_log_ids(trace: Mapping[str, Any]) -> tuple[bytes, bytes, tuple[Repair, ...]]:
    """The trace and span a record names; one that is no id is left out, which the repair says."""
    trace_id = read_id(trace.get("trace_id"), TRACE_ID_BYTES)
    span_id = read_id(trace.get("span_id"), SPAN_ID_BYTES)
    repairs = tuple(
        Repair(name, "id_invalid", f"{trace[name]!r:.80}", "")
        for name, found in (("trace_id", trace_id), ("span_id", span_id))
        if not found and trace.get(name)
    )
    return trace_id, span_id, repairs


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


def _read_digits(text: str) -> int | None:
    try:
        return read_time_ns(float(text)) if len(text) <= 40 else None
    except ValueError:
        return None
