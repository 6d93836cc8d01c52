"""Times as integer nanoseconds since 1970: their bounds and their texts."""

import time
from datetime import UTC, datetime

MAX_NS = 2**63 - 1
"""The last time that fits a database's bigint: April 2262."""

NS_PER_SECOND = 1_000_000_000


def now_ns() -> int:
    """The time by this machine's clock."""
    return time.time_ns()


def format_utc(time_ns: int) -> str:
    """ISO 8601 with all nine digits, e.g. `2026-11-22T17:26:48.000000001Z`. For 0 … MAX_NS."""
    seconds, rest = divmod(time_ns, NS_PER_SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
