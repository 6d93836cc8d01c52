"""The probe of a worker: one that does not answer is found out, one whose Redis is away is left alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.test_redis import Redis, redis

__all__ = ["redis"]
ROOT = Path(__file__).parents[2]
PATIENCE_S = 90.0
pytestmark = pytest.mark.server


@pytest.fixture
def environment(tmp_path: Path, redis: Redis) -> dict[str, str]:
    return {**os.environ, "MISSIONSCOPE_DATA_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": redis.url,
            "DJANGO_SETTINGS_MODULE": "missionscope.settings"}  # fmt: skip


@pytest.fixture
def worker(tmp_path: Path, environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "missionscope.celery", "worker", "--pool", "threads"]
    with (tmp_path / "worker.log").open("wb") as log:
        started = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        yield started
        started.kill()
        started.wait()


def probe(environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "missionscope.worker_probe"]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=PATIENCE_S, check=False).returncode


def test_it_tells_a_worker_that_answers_from_one_that_does_not(worker, environment, redis):
    until_s = time.monotonic() + PATIENCE_S
    while probe(environment) != 0:
        assert time.monotonic() < until_s, "the worker never answers"
    worker.send_signal(signal.SIGSTOP)
    assert probe(environment) == 1
    redis.kill()
    assert probe(environment) == 0
