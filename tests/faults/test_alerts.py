"""Alerts outlive the death of their worker and a Redis that goes away: late at worst, each told once."""

import os
import random
import time
from pathlib import Path

import pytest

from tests.faults.alerting import Alerted, alerted_in
from tests.faults.relay import relay_to
from tests.faults.test_redis import Redis, redis
from tests.faults.waiting import wait_until
from tests.faults.workers import find_worker, kill_worker

__all__ = ["redis"]
LATE_S = 60.0
"""Nobody hears later than this after a new worker has started."""
RANDOM_KILLS = 4
AWAY_S = float(os.environ.get("MISSIONSCOPE_TEST_AWAY_S", "12"))
"""How long Redis is away."""
FIRED_WHILE_AWAY = 12
"""A message lists a hundred alerts, and counts the others."""
BACK_S = 60.0
ANSWERED_S = 5.0
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
            kill_worker(alerted.machine)
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
    kill_worker(alerted.machine)
    receivers.hold_post.clear()
    receivers.box.hold.clear()
    return wait_for_worker(alerted)


def wait_for_worker(alerted: Alerted) -> float:
    """When there is one; monotonic."""
    find_worker(alerted.machine)
    return time.monotonic()


def test_alerts_wait_for_redis_and_nothing_must_be_restarted(tmp_path: Path, redis: Redis) -> None:
    with alerted_in(tmp_path, REDIS_URL=redis.url) as alerted:
        worker = find_worker(alerted.machine)
        alerted.fire()
        alerted.wait_until_told()
        redis.kill()
        fire_slowly(alerted)
        assert read_lag_ms(alerted) > LOOKS_EVERY_MS, "readiness tells that nobody evaluates"
        redis.start()
        told_s = alerted.wait_until_told(BACK_S)
        print(f"{len(alerted.sent)} alerts; told {told_s:.1f} s after Redis was back")
        check_nothing_restarted(alerted, worker)


def test_alerts_need_nothing_that_redis_holds(tmp_path: Path, redis: Redis) -> None:
    with alerted_in(tmp_path, REDIS_URL=redis.url) as alerted:
        worker = find_worker(alerted.machine)
        until_s = time.monotonic() + AWAY_S
        while time.monotonic() < until_s:
            alerted.fire()
            redis.wipe()
            time.sleep(1)
        alerted.wait_until_told(BACK_S)
        check_nothing_restarted(alerted, worker)


def test_alerts_wait_for_a_redis_that_hangs(tmp_path: Path, redis: Redis) -> None:
    with alerted_in(tmp_path, REDIS_URL=redis.url) as alerted:
        worker = find_worker(alerted.machine)
        alerted.fire()
        alerted.wait_until_told()
        redis.hang()
        fire_slowly(alerted)
        redis.go_on()
        alerted.wait_until_told(BACK_S)
        redis.hang()
        fire_slowly(alerted)
        redis.kill()
        redis.start()
        alerted.wait_until_told(BACK_S)
        check_nothing_restarted(alerted, worker)


def test_alerts_outlive_connections_to_redis_that_went_silent(tmp_path: Path, redis: Redis) -> None:
    """As when its machine is replaced by another, and nobody tells those who were connected."""
    with relay_to(redis.port) as relay, alerted_in(tmp_path, REDIS_URL=f"redis://127.0.0.1:{relay.port}/0") as alerted:
        worker = find_worker(alerted.machine)
        alerted.fire()
        alerted.wait_until_told()
        relay.go_silent()
        fire_slowly(alerted)
        relay.renew()
        alerted.wait_until_told(BACK_S)
        check_nothing_restarted(alerted, worker)


def fire_slowly(alerted: Alerted) -> None:
    """Over AWAY_S; each is taken in at once, and pages answer."""
    for _ in range(FIRED_WHILE_AWAY):
        begun_s = time.monotonic()
        alerted.fire()
        alerted.read("/api/v1/missions/?limit=5")
        answered_s = time.monotonic() - begun_s
        assert answered_s < ANSWERED_S
        time.sleep(max(0.0, AWAY_S / FIRED_WHILE_AWAY - answered_s))


def check_nothing_restarted(alerted: Alerted, worker: int) -> None:
    """All was told once, by the same processes, which go on."""
    alerted.check_once(repeated=0)
    assert find_worker(alerted.machine) == worker
    wait_until(lambda: read_lag_ms(alerted) < LOOKS_EVERY_MS)
    assert alerted.machine.process is not None
    assert alerted.machine.process.poll() is None


def read_lag_ms(alerted: Alerted) -> int:
    """For how long nobody has evaluated rules; the server must be ready."""
    answer = alerted.read("/readyz")
    assert answer["status"] == "ok", answer
    return int(next(check["lag_ms"] for check in answer["checks"] if check["name"] == "alerts"))
