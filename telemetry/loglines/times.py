"""Times as loggers write them, to nanoseconds since 1970."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from core.nanotime import MAX_NS, NS_PER_SECOND, parse_iso

LEAST_NS = 10**17
"""1973. What is smaller was counted in another unit, or is no time."""
_UNITS = ((10**11, NS_PER_SECOND), (10**14, 1_000_000), (10**17, 1_000))
"""Below how many it is counted in this many nanoseconds: seconds, then milliseconds, then microseconds."""
_MOST_CHARACTERS = 40
_ZONED = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")
_FORMS = (
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}, \d{1,2}:\d\d:\d\d [AP]M"), "%m/%d/%Y, %I:%M:%S %p %z"),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{4}, \d{1,2}:\d\d:\d\d"), "%m/%d/%Y, %H:%M:%S %z"),
    (re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"), "%Y/%m/%d %H:%M:%S %z"),
    (re.compile(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"), "%d/%b/%Y:%H:%M:%S %z"),
    (re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"), "%a, %d %b %Y %H:%M:%S %z"),
)


def read_time(value: Any, offset_ns: int = 0) -> int | None:
    """Nanoseconds of an ISO time, of an epoch in any unit, or of `{seconds, nanos}`; None for what is no time.

    `offset_ns`: local time minus UTC, for texts without a zone.
    """
    if isinstance(value, dict):
        return _of_parts(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not isinstance(value, str):
        return _of_number(str(value))
    text = value.strip()
    if not 0 < len(text) <= _MOST_CHARACTERS:
        return None
    time_ns = parse_iso(text)
    if time_ns is not None:
        return _bounded(time_ns if _ZONED.search(text, 10) else time_ns - offset_ns)
    if text[0].isdigit() and text.replace(".", "", 1).isdigit():
        return _of_number(text)
    return _of_form(text, offset_ns)


def _of_number(text: str) -> int | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 < number <= MAX_NS:
        return None
    factor = next((factor for least, factor in _UNITS if number < least), 1)
    return _bounded(int(number * factor))


def _of_parts(value: dict[str, Any]) -> int | None:
    seconds, nanos = value.get("seconds"), value.get("nanos", 0)
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) < 12:
        seconds = int(seconds)
    if type(seconds) is not int or type(nanos) is not int or not 0 <= nanos < NS_PER_SECOND:
        return None
    return _bounded(seconds * NS_PER_SECOND + nanos)


def _of_form(text: str, offset_ns: int) -> int | None:
    for pattern, form in _FORMS:
        if pattern.fullmatch(text):
            has_zone = text[-5] in "+-"
            try:
                moment = datetime.strptime(text if has_zone else f"{text} +0000", form)  # noqa: DTZ007 (all have %z)
            except ValueError:
                return None
            time_ns = int(moment.timestamp()) * NS_PER_SECOND
            return _bounded(time_ns if has_zone else time_ns - offset_ns)
    return None


def _bounded(time_ns: int) -> int | None:
    return time_ns if LEAST_NS <= time_ns <= MAX_NS else None
