"""Alerts outlive the death of their worker and a Redis that goes away: late at worst, each told once."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.blackbox.machine import family
from tests.faults.alerting import Alerted, alerted_in, wait_until
from tests.faults.test_redis import Redis, redis

__all__ = ["redis"]
LATE_S = 60.0
"""Nobody hears later than this after a new worker has started."""
RANDOM_KILLS = 4
AWAY_S = 12.0
BACK_S = 60.0
LOOKS_EVERY_MS = 9_000
"""More than the time between two looks at the rules, less than AWAY_S."""


@pytest.mark.timing
def test_a_killed_worker_s_alerts_are_told_once_within_a_minute_of_the_next(tmp_path: Path, redis: Redis) -> None:
    """The first death is in the middle of a post and of a mail; the others are at random moments."""
    chance = random.Random(20_261_128)
    with alerted_in(tmp_path, REDIS_URL=redis.url) as alerted:
        back_s = kill_in_the_middle(alerted)
        first = alerted.receivers.posts[0].key
        for _ in range(RANDOM_KILLS):
            alerted.fire()
            time.sleep(chance.random() * 3)
            kill(find_worker(alerted))
            last_back_s = wait_for_worker(alerted)
        alerted.fire()
        alerted.wait_until_told()
        told_s = time.monotonic()
        again_s = next(post.at_s for post in alerted.receivers.posts[1:] if post.key == first)
        assert again_s - back_s < LATE_S
        assert told_s - last_back_s < LATE_S
        alerted.check_once(repeated=1 + RANDOM_KILLS)
        outcomes = dict(alerted.machine.query("SELECT outcome, count(*) FROM alerts_delivery GROUP BY 1"))
        assert outcomes["unknown"] >= 2
        print(
            f"{len(alerted.sent)} alerts; again {again_s - back_s:.1f} s after the first worker was back, all", end=" "
        )
        print(f"{told_s - last_back_s:.1f} s after the last; {outcomes}")


def kill_in_the_middle(alerted: Alerted) -> float:
    """Kill the worker while a post and a mail have arrived and are not answered; gives when the next one is there."""
    receivers = alerted.receivers
    receivers.hold_post.set()
    receivers.box.hold.set()
    alerted.fire()
    wait_until(lambda: bool(receivers.posts and receivers.box.mails), alerted.tell_state)
    kill(find_worker(alerted))
    receivers.hold_post.clear()
    receivers.box.hold.clear()
    return wait_for_worker(alerted)


def wait_for_worker(alerted: Alerted) -> float:
    """When there is one; monotonic."""
    find_worker(alerted)
    return time.monotonic()


def find_worker(alerted: Alerted) -> int:
    """The process of the Celery worker, once there is one."""
    process = alerted.machine.process
    assert process is not None
    found: list[int] = []

    def is_there() -> bool:
        found[:] = [pid for pid in family(process.pid) if is_celery(pid)]
        return bool(found)

    wait_until(is_there)
    return found[0]


def is_celery(pid: int) -> bool:
    try:
        return b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_celery(pid))


def test_alerts_wait_for_redis_and_nothing_must_be_restarted(tmp_path: Path, redis: Redis) -> None:
    with alerted_in(tmp_path, REDIS_URL=redis.url) as alerted:
        worker = find_worker(alerted)
        alerted.fire()
        alerted.wait_until_told()
        redis.kill()
        until_s = time.monotonic() + AWAY_S
        while time.monotonic() < until_s:
            alerted.fire()
            time.sleep(1)
        assert read_lag_ms(alerted) > LOOKS_EVERY_MS, "readiness tells that nobody evaluates"
        redis.start()
        alerted.wait_until_told(BACK_S)
        alerted.check_once(repeated=0)
        assert find_worker(alerted) == worker
        wait_until(lambda: read_lag_ms(alerted) < LOOKS_EVERY_MS)
        assert alerted.machine.process is not None
        assert alerted.machine.process.poll() is None


def read_lag_ms(alerted: Alerted) -> int:
    """For how long nobody has evaluated rules; the server must be ready."""
    answer = alerted.read("/readyz")
    assert answer["status"] == "ok", answer
    return int(next(check["lag_ms"] for check in answer["checks"] if check["name"] == "alerts"))
