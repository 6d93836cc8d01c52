"""Times of native records."""

from core.nanotime import MAX_NS, parse_iso
from telemetry.decode.refusal import Refusal
from telemetry.native.fields import Time

_LEAST_NS = 10**17
"""1973. What is smaller was counted in another unit."""
_MOST_DIGITS = 19


def read_time(field: str, value: Time | None) -> int | None:
    """Nanoseconds since 1970; None when there is none. Raises Refusal for what is no time."""
    if value is None:
        return None
    time_ns = value if isinstance(value, int) else _read_text(value)
    if time_ns is None:
        raise Refusal(
            "time_not_understood", f"{field} is neither nanoseconds since 1970 nor an ISO 8601 time: {value!r:.60}."
        )
    if not _LEAST_NS <= time_ns <= MAX_NS:
        raise Refusal(
            "time_out_of_range", f"{field} is not between 1973 and 2262 in nanoseconds since 1970: {time_ns}."
        )
    return time_ns


def _read_text(text: str) -> int | None:
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    return parse_iso(text)
