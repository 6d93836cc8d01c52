"""Another clock for an installation's processes (libfaketime), which tests let jump."""

import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from tests.faults.waiting import wait_until


def find_faketime() -> str:
    """The library that gives a process another clock."""
    found = sorted(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("another clock for a process (Debian: faketime)")
    return str(found[0])


class Clock:
    """The clock of all processes that are given its environment: the machine's, and so many seconds more."""

    def __init__(self, directory: Path, begins_s: int | None = None) -> None:
        """`begins_s`: what it tells now, in seconds since 1970; None: what the machine's tells."""
        self.file = directory / "clock"
        self.begins_ahead_s = 0 if begins_s is None else begins_s - int(time.time())
        self.jump(0)
        self.environment = {
            "LD_PRELOAD": find_faketime(),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "PYTHONPATH": str(Path(__file__).parent / "own_clock"),
        }

    def jump(self, seconds: int) -> None:
        """From now on so far off from how it began."""
        self.ahead_s = self.begins_ahead_s + seconds
        other = self.file.with_suffix(".new")
        other.write_text(f"{self.ahead_s:+d}\n")
        other.replace(self.file)

    def jump_and_wait(self, seconds: int, url: str) -> None:
        """Jump, and return when the server at this address tells the new time."""
        self.jump(seconds)
        wait_until(lambda: abs(read_server_time(url) - time.time() - self.ahead_s) < 10)


def read_server_time(url: str) -> float:
    """Seconds since 1970 by the server's own clock."""
    date = httpx.get(f"{url}/healthz", trust_env=False, timeout=30).headers["date"]
    return parsedate_to_datetime(date).timestamp()
