"""Times as integer nanoseconds since 1970: their bounds and their texts."""

import re
import time
from datetime import UTC, datetime

MAX_NS = 2**63 - 1
"""The last time that fits a database's bigint: April 2262."""

NS_PER_SECOND = 1_000_000_000

CLOCK_SPARE_NS = 2 * 3600 * NS_PER_SECOND
"""What is old is deleted so much later than is promised: nothing goes early by a clock that is ahead for an hour."""

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d{0,9})?\s?(?:(Z|z)|([+-])(\d\d):?(\d\d))?",
    re.ASCII,
)
_LONGEST_ISO = 50


def now_ns() -> int:
    """The time by this machine's clock."""
    return time.time_ns()


def format_utc(time_ns: int) -> str:
    """ISO 8601 with all nine digits, e.g. `2026-11-22T17:26:48.000000001Z`. For 0 … MAX_NS."""
    seconds, rest = divmod(time_ns, NS_PER_SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def parse_iso(text: str) -> int | None:
    """Nanoseconds of an ISO 8601 date and time, to nine digits; without a zone it is UTC. None: it is none.

    None also for what lies outside 1 … MAX_NS.
    """
    match = _ISO.fullmatch(text.strip()) if len(text) <= _LONGEST_ISO else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[place]) for place in range(1, 7))
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    seconds = int(moment.timestamp())
    if match[9]:
        offset = int(match[10]) * 3600 + int(match[11]) * 60
        seconds -= offset if match[9] == "+" else -offset
    time_ns = seconds * NS_PER_SECOND + int((match[7] or "0").ljust(9, "0"))
    return time_ns if 0 < time_ns <= MAX_NS else None
