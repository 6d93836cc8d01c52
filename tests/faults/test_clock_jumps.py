"""F14: the machine's clock jumps an hour forth and back under a running installation; alerts do not notice."""

import time
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from tests.faults.alerting import Alerted, alerted_in, wait_until
from tests.faults.test_redis import Redis, redis

__all__ = ["redis"]
GRID_NS = 15 * 10**9
SOON_S = 30.0
"""A window, the next look, and a message on its way."""


def find_faketime() -> str:
    """The library that gives a process another clock."""
    found = sorted(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("another clock for a process (Debian: faketime)")
    return str(found[0])


class Clock:
    """The clock of all processes that are given its environment: the machine's, and so many seconds more."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "clock"
        self.jump(0)
        self.environment = {
            "LD_PRELOAD": find_faketime(),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(Path(__file__).parent / "own_clock"),
        }

    def jump(self, seconds: int) -> None:
        """From now on so far off."""
        other = self.file.with_suffix(".new")
        other.write_text(f"{seconds:+d}\n")
        other.replace(self.file)


@pytest.mark.timing
@pytest.mark.parametrize("has_redis", [True, False], ids=["celery", "runner"])
def test_no_alert_is_lost_or_told_twice_when_the_clock_jumps(
    tmp_path: Path, request: pytest.FixtureRequest, *, has_redis: bool
) -> None:
    clock = Clock(tmp_path)
    redis: Redis | None = request.getfixturevalue("redis") if has_redis else None
    environment = {"REDIS_URL": "" if redis is None else redis.url, **clock.environment}
    with alerted_in(tmp_path, **environment) as alerted:
        tell_one(alerted)
        for seconds in (3600, -3600, 0):
            clock.jump(seconds)
            wait_until(lambda seconds=seconds: is_off(alerted, seconds))
            tell_one(alerted)
        alerted.check_once(repeated=0)
        windows = [end for (end,) in alerted.machine.query(
            "SELECT window_end_ns FROM alerts_evaluation ORDER BY window_end_ns")]  # fmt: skip
        steps = {after - before for before, after in pairwise(windows)}
        assert steps == {GRID_NS}, "each window is evaluated, one after another"


def tell_one(alerted: Alerted) -> None:
    """A new alert is told soon."""
    alerted.fire()
    alerted.wait_until_told(SOON_S)


def is_off(alerted: Alerted, seconds: int) -> bool:
    """Does the server's own clock say so?"""
    date = httpx.get(f"{alerted.machine.url}/healthz", trust_env=False, timeout=30).headers["date"]
    return abs(parsedate_to_datetime(date).timestamp() - time.time() - seconds) < 10
