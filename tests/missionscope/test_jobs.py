"""The in-process runner: wake-ups coalesce, intervals tick, failures are counted, and it ends cleanly."""

import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from core import jobs
from missionscope.jobs import Runner, pause_after_failures_s

PATIENCE_S = 60


@pytest.fixture
def registry(monkeypatch) -> None:
    monkeypatch.setattr(jobs, "_jobs", {})


@pytest.fixture
def runner(registry) -> Iterator[Runner]:
    made = Runner()
    yield made
    assert made.stop()


def test_a_wake_up_runs_the_job_and_not_the_others(runner):
    woken, other = threading.Event(), threading.Event()
    jobs.register("t.woken", woken.set, every_s=600)
    jobs.register("t.other", other.set, every_s=600)
    runner.start()
    assert woken.wait(PATIENCE_S)
    assert other.wait(PATIENCE_S), "every job runs once at the start, for what was left undone"
    woken.clear()
    other.clear()
    jobs.set_waker(runner.wake)
    jobs.wake("t.woken")
    assert woken.wait(PATIENCE_S)
    assert not other.is_set()


def test_many_wake_ups_during_a_run_are_one_run_more(runner):
    gate, entered = threading.Event(), threading.Semaphore(0)
    runs = []

    def work() -> None:
        runs.append(1)
        entered.release()
        gate.wait(PATIENCE_S)

    jobs.register("t.work", work, every_s=600)
    runner.start()
    runner.wake("t.work")
    assert entered.acquire(timeout=PATIENCE_S)
    for _ in range(1000):
        runner.wake("t.work")
    gate.set()
    assert entered.acquire(timeout=PATIENCE_S), "what was woken during the run is not forgotten"
    runner.stop()
    assert len(runs) == 2


def test_a_job_runs_at_its_interval_without_a_wake_up(runner):
    runs = threading.Semaphore(0)
    jobs.register("t.tick", runs.release, every_s=0.02)
    runner.start()
    for _ in range(3):
        assert runs.acquire(timeout=PATIENCE_S)


def test_two_runs_begin_no_closer_than_the_rest(runner):
    starts: list[float] = []
    done = threading.Event()

    def work() -> None:
        starts.append(time.monotonic())
        if len(starts) == 3:
            done.set()
        runner.wake("t.rest")

    jobs.register("t.rest", work, every_s=600, rest_s=0.05)
    runner.start()
    runner.wake("t.rest")
    assert done.wait(PATIENCE_S)
    assert min(later - earlier for earlier, later in pairwise(starts)) >= 0.049


def test_a_failing_job_is_counted_and_does_not_stop_the_others(runner):
    runs = threading.Semaphore(0)

    def fail() -> None:
        raise RuntimeError("broken")

    jobs.register("t.fail", fail, every_s=600)
    jobs.register("t.fine", runs.release, every_s=0.02)
    runner.start()
    runner.wake("t.fail")
    for _ in range(40):
        assert runs.acquire(timeout=PATIENCE_S)
    state = runner.states["t.fail"]
    assert (state.failure_count, state.last_error) == (1, "RuntimeError")


def test_a_job_that_keeps_failing_rests_longer():
    assert [pause_after_failures_s(count) for count in (0, 1, 2, 3, 7, 10_000)] == [0, 1, 2, 4, 60, 60]


def test_stop_waits_for_the_running_job(runner):
    entered, finished = threading.Event(), threading.Event()

    def work() -> None:
        entered.set()
        threading.Event().wait(0.05)
        finished.set()

    jobs.register("t.slow", work, every_s=600)
    runner.start()
    runner.wake("t.slow")
    assert entered.wait(PATIENCE_S)
    assert runner.stop()
    assert finished.is_set()


def test_a_wake_up_for_nobody_is_harmless(runner):
    jobs.wake("t.nobody")
    runner.start()
    runner.wake("t.nobody")


@pytest.mark.parametrize(("every_s", "rest_s"), [(0, 0), (-1, 0), (1, 2), (1, -1)])
def test_an_odd_rhythm_is_refused(registry, every_s, rest_s):
    with pytest.raises(ValueError, match=r"t\.odd"):
        jobs.register("t.odd", print, every_s, rest_s=rest_s)
