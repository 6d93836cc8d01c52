"""Celery: the same jobs, run by workers and timed by beat, when there is a Redis.

`celery -A missionscope.celery worker --beat` needs nothing else. A wake-up is one task, however often it is asked for
before the job begins; two workers never run the same job at the same time.
"""

import os
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "missionscope.settings")

import django
import redis
import structlog
from celery import Celery, Task
from celery.beat import EmbeddedService
from celery.signals import setup_logging, worker_init, worker_ready, worker_shutdown
from django.apps import apps
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.lock import Lock

if not apps.ready:
    django.setup()

from core.jobs import Job, get_job, list_jobs
from core.logs import log_what_nobody_catches, logged_ids
from core.spans import Origin, read_origin, span_for, write_origin
from missionscope.beat import SteadySchedule
from missionscope.job_records import note_run
from missionscope.parent import follow_parent, get_parent
from missionscope.redis_away import jobs_outage
from missionscope.remote_debugging import listen_for_debugger
from missionscope.tracing import start_tracing, stop_tracing

EXPIRES_S = 60.0
WAITING_S = 60
"""A wake-up that got lost with its worker is forgotten after this."""
HELD_S = 15
"""A running job holds its lock this long at a time: what a killed worker held is free after it."""
AGAIN_S = 1.0
REDIS_PAUSE_S = 5.0
SILENCE = {"socket_timeout": 10, "socket_connect_timeout": 5, "socket_keepalive": True, "health_check_interval": 5}
"""Seconds: a connection that says nothing is dropped after them. Of a Redis whose machine is gone, nobody tells."""
BESIDE_NICENESS = 10
"""Of a worker on the web server's own machine: where processors are short, what arrives goes first."""

# Celery warns a worker that runs as root of pickled tasks; only JSON is accepted here.
warnings.filterwarnings("ignore", message="(?s).*worker with superuser privileges")
NOWHERE = Origin()
logger = structlog.get_logger("missionscope.jobs")
client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
app = Celery("missionscope", broker=settings.REDIS_URL)
app.conf.update(
    task_default_queue=f"{settings.REDIS_PREFIX}-jobs",
    broker_transport_options={"global_keyprefix": f"{settings.REDIS_PREFIX}:", **SILENCE},
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    worker_consumer="missionscope.consumer:LastingConsumer",
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    worker_redirect_stdouts=False,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
    timezone="UTC",
)


@app.task(name="missionscope.run_job", shared=False, bind=True)
def run_job(self: Task, name: str) -> None:
    """Run one registered job, unless another worker is running it: then it comes again."""
    origin = read_origin(self.request.headers or {})
    with logged_ids(job=name, task_id=self.request.id):
        _run_job(name, origin)


def _run_job(name: str, origin: Origin) -> None:
    job = get_job(name)
    client.delete(_key(name, "waiting"))
    with _hold(name) as is_mine:
        if not is_mine:
            _send(job, AGAIN_S, origin)
            return
        if job.rest_s:
            client.set(_key(name, "resting"), 1, px=max(1, int(job.rest_s * 1000)))
        with span_for(f"job {name}", [origin], job=name):
            _run_noted(job)


def _run_noted(job: Job) -> None:
    begun_s, has_failed = time.monotonic(), True
    try:
        job.function()
        has_failed = False
    finally:
        note_run(client, job.name, time.monotonic() - begun_s, has_failed=has_failed)


@contextmanager
def _hold(name: str) -> Iterator[bool]:
    """Hold the job's lock, renewed while inside; False when somebody else has it."""
    lock = client.lock(_key(name, "running"), timeout=HELD_S, blocking=False, thread_local=False)
    if not lock.acquire():
        yield False
        return
    is_done = threading.Event()
    renewal = threading.Thread(target=_renew, args=(lock, is_done), daemon=True)
    renewal.start()
    try:
        yield True
    finally:
        is_done.set()
        renewal.join()
        with suppress(redis.exceptions.LockError):
            lock.release()


def _renew(lock: Lock, is_done: threading.Event) -> None:
    while not is_done.wait(HELD_S / 3):
        try:
            lock.reacquire()
        except redis.RedisError as error:
            logger.warning("job lock not renewed", error=type(error).__name__)


class Waker:
    """Hears the wake-ups of this process; with Redis away it does nothing for a while, and the interval serves."""

    def __init__(self) -> None:
        self.closed_until_s = 0.0

    def __call__(self, name: str, origin: Origin = NOWHERE) -> None:
        if time.monotonic() < self.closed_until_s:
            return
        try:
            rest_ms = client.pttl(_key(name, "resting"))
            _send(get_job(name), max(0, rest_ms) / 1000, origin)
        except KeyError:
            return
        except (redis.RedisError, OperationalError, OSError) as error:
            self.closed_until_s = time.monotonic() + REDIS_PAUSE_S
            jobs_outage.begin(error)


def _send(job: Job, countdown_s: float, origin: Origin) -> None:
    if client.set(_key(job.name, "waiting"), 1, nx=True, ex=WAITING_S + int(countdown_s)):
        headers = write_origin(origin)
        run_job.apply_async(args=[job.name], countdown=countdown_s or None, retry=False, headers=headers)


def _key(name: str, what: str) -> str:
    return f"{settings.REDIS_PREFIX}:job:{name}:{what}"


@app.on_after_finalize.connect
def schedule_jobs(sender: Celery, **_: Any) -> None:
    """Every job at its interval; a tick that comes too late to matter is dropped, but by no clock a little ahead."""
    for job in list_jobs():
        every = SteadySchedule(job.every_s)
        sender.add_periodic_task(every, run_job.s(job.name), name=job.name, expires=max(EXPIRES_S, job.every_s))


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Django's settings have configured logging; Celery must not."""


@worker_init.connect
def observe(**_: Any) -> None:
    """A worker's logs, traces and debugger are those of the web server; beside one, the debugger has the next port, and
    it ends with it."""
    follow_parent()
    log_what_nobody_catches()
    port = settings.MISSIONSCOPE_DEBUGPY
    listen_for_debugger(port + 1 if port and get_parent() else port)
    start_tracing("worker")


@worker_shutdown.connect
def end_observing(**_: Any) -> None:
    """What was traced is sent."""
    stop_tracing()


@worker_ready.connect
def join_parent(**_: Any) -> None:
    """A worker started by `manage.py up` gives way to it, and also keeps the time of jobs."""
    if get_parent():
        os.nice(BESIDE_NICENESS)
        # In a thread: as a process of its own it would outlive a worker that was killed.
        EmbeddedService(app, thread=True, scheduler_cls="celery.beat.Scheduler").start()
