"""The same jobs with a Redis: wake-ups coalesce, workers take turns, Redis away is no error."""

import importlib
import pickle
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis

from core import jobs
from missionscope.beat import SteadySchedule
from tests.servers import find_free_port

PATIENCE_S = 60


@pytest.fixture
def celery_jobs(redis_url, settings, monkeypatch) -> Iterator[Any]:
    """missionscope.celery with names of its own, and an empty registry of jobs."""
    settings.REDIS_URL = redis_url
    settings.REDIS_PREFIX = f"missionscope-test-{secrets.token_hex(6)}"
    monkeypatch.setattr(jobs, "_jobs", {})
    sys.modules.pop("missionscope.celery", None)
    module = importlib.import_module("missionscope.celery")
    yield module
    sys.modules.pop("missionscope.celery", None)
    for key in module.client.scan_iter(match=f"*{settings.REDIS_PREFIX}*"):
        module.client.delete(key)
    module.client.close()


@pytest.fixture
def worker(celery_jobs) -> Iterator[None]:
    from celery.contrib.testing.worker import start_worker

    with start_worker(celery_jobs.app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        yield


def count_waiting(module, settings) -> int:
    return int(module.client.llen(f"{settings.REDIS_PREFIX}:{settings.REDIS_PREFIX}-jobs"))


def test_many_wake_ups_before_a_run_are_one_task(celery_jobs, settings):
    jobs.register("t.work", print, every_s=600)
    jobs.register("t.other", print, every_s=600)
    wake = celery_jobs.Waker()
    for _ in range(100):
        wake("t.work")
    wake("t.other")
    assert count_waiting(celery_jobs, settings) == 2


def test_a_worker_runs_what_was_woken_and_hears_the_next_wake_up(celery_jobs, worker):
    runs = threading.Semaphore(0)
    jobs.register("t.work", runs.release, every_s=600)
    wake = celery_jobs.Waker()
    wake("t.work")
    assert runs.acquire(timeout=PATIENCE_S)
    wake("t.work")
    assert runs.acquire(timeout=PATIENCE_S)


def test_a_job_is_not_run_while_another_worker_runs_it_and_is_not_forgotten(celery_jobs, settings):
    runs: list[int] = []
    jobs.register("t.work", lambda: runs.append(1), every_s=600)
    with celery_jobs._hold("t.work") as is_mine:
        assert is_mine
        celery_jobs.run_job("t.work")
        assert runs == []
        assert count_waiting(celery_jobs, settings) == 1
    celery_jobs.run_job("t.work")
    assert runs == [1]


def test_a_failed_job_leaves_the_way_free(celery_jobs):
    def fail() -> None:
        raise RuntimeError("broken")

    jobs.register("t.fail", fail, every_s=600)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            celery_jobs.run_job("t.fail")


def test_what_a_killed_worker_held_is_free_after_a_while(celery_jobs):
    with celery_jobs._hold("t.work"):
        left_ms = celery_jobs.client.pttl(celery_jobs._key("t.work", "running"))
    assert 0 < left_ms <= celery_jobs.HELD_S * 1000


def test_every_job_is_timed_by_beat(celery_jobs):
    jobs.register("t.tick", print, every_s=30)
    celery_jobs.app.finalize()
    scheduled = celery_jobs.app.conf.beat_schedule["t.tick"]
    assert (scheduled["args"], scheduled["schedule"].seconds) == (("t.tick",), 30)


@pytest.mark.parametrize("jump_s", [-3600, 3600])
def test_beat_takes_no_notice_when_the_clock_is_set(monkeypatch, jump_s):
    every = SteadySchedule(30)
    begun, begun_s, wall_s = every.now(), time.monotonic(), time.time()
    monkeypatch.setattr(time, "time", lambda: wall_s + jump_s)
    monkeypatch.setattr(time, "monotonic", lambda: begun_s + 20)
    assert not every.is_due(begun).is_due
    monkeypatch.setattr(time, "monotonic", lambda: begun_s + 31)
    assert every.is_due(begun).is_due


def test_beat_is_due_when_it_last_ran_on_another_start_of_the_machine():
    every = pickle.loads(pickle.dumps(SteadySchedule(30)))
    assert every.seconds == 30
    assert every.is_due(every.now() + timedelta(days=9)).is_due


def test_only_json_is_accepted(celery_jobs):
    assert celery_jobs.app.conf.accept_content == ["json"]


def test_redis_away_is_no_error_and_is_not_asked_again_at_once(celery_jobs, monkeypatch):
    jobs.register("t.work", print, every_s=600)
    asked: list[str] = []

    def refuse(key: str) -> int:
        asked.append(key)
        raise redis.ConnectionError("away")

    monkeypatch.setattr(celery_jobs.client, "pttl", refuse)
    wake = celery_jobs.Waker()
    for _ in range(10):
        wake("t.work")
    assert len(asked) == 1


def test_a_worker_tries_again_every_few_seconds_however_long_redis_is_away(celery_jobs, monkeypatch):
    """Each try is told to its log with the pause that follows; no pause is waited for here."""
    from missionscope.consumer import LONGEST_PAUSE_S, LastingConsumer

    class Enough(Exception):
        pass

    pauses_s: list[float] = []

    def tell(_text: str, _url: str, _error: Exception, what_next: str) -> None:
        pauses_s.append(float(what_next.partition(" in ")[2].split()[0]))
        if len(pauses_s) == 30:
            raise Enough

    monkeypatch.setattr("celery.worker.consumer.consumer.error", tell)
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda _: None)
    consumer = LastingConsumer.__new__(LastingConsumer)
    consumer.app, consumer.first_connection_attempt, consumer.broker_connection_retry_attempt = celery_jobs.app, True, 0
    with pytest.raises(Enough):
        consumer.ensure_connected(celery_jobs.app.connection_for_read(f"redis://127.0.0.1:{find_free_port()}/0"))
    assert pauses_s[-1] == max(pauses_s) == LONGEST_PAUSE_S
