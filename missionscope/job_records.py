"""What is known of the runs of jobs: in Redis where several processes run them, else in this process."""

import time
from typing import NamedTuple

import redis
from django.conf import settings

from core.jobs import list_jobs


class JobRecord(NamedTuple):
    """The runs of a job."""

    name: str
    every_s: float
    runs: int
    failures: int
    total_s: float
    """Of all its runs."""
    succeeded_s: float | None
    """Unix time at which one last ended well; None before the first."""

    def find_lag_s(self, now_s: float) -> float | None:
        """How long its next good end is overdue; None before the first."""
        return None if self.succeeded_s is None else max(0.0, now_s - self.succeeded_s - self.every_s)


def note_run(client: "redis.Redis", name: str, took_s: float, *, has_failed: bool) -> None:
    """Add a run to those in Redis. That it cannot be is not worth failing for."""
    key = _key(name)
    try:
        with client.pipeline(transaction=False) as pipeline:
            pipeline.hincrby(key, "failures" if has_failed else "successes", 1)
            pipeline.hincrbyfloat(key, "total_s", took_s)
            if not has_failed:
                pipeline.hset(key, "succeeded_s", repr(time.time()))
            pipeline.execute()
    except redis.RedisError:
        return


def list_records() -> list[JobRecord]:
    """Every registered job; raises RedisError while Redis is away."""
    if settings.REDIS_URL:
        return _read_redis()
    from missionscope.jobs import runner

    return [
        JobRecord(
            state.job.name, state.job.every_s, state.run_count, state.failure_count, state.total_s, state.succeeded_s
        )
        for state in runner.states.values()
    ]


def _read_redis() -> list[JobRecord]:
    found = []
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
        for job in list_jobs():
            told = {key.decode(): value.decode() for key, value in client.hgetall(_key(job.name)).items()}
            failures = int(told.get("failures", 0))
            succeeded_s = float(told["succeeded_s"]) if "succeeded_s" in told else None
            runs = int(told.get("successes", 0)) + failures
            total_s = float(told.get("total_s", 0.0))
            found.append(JobRecord(job.name, job.every_s, runs, failures, total_s, succeeded_s))
    return found


def _key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}:job:{name}:record"
