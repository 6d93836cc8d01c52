"""F14: the machine's clock jumps an hour forth and back under a running installation; alerts do not notice."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults.alerting import Alerted, alerted_in
from tests.faults.clock import Clock
from tests.faults.test_redis import Redis, redis

__all__ = ["redis"]
GRID_NS = 15 * 10**9
SOON_S = 30.0
"""A window, the next look, and a message on its way."""


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
            clock.jump_and_wait(seconds, alerted.machine.url)
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
