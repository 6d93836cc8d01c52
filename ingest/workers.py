"""Processes that prepare large requests, so that decoding does not hold up the writer and the pages.

Decoding is the larger half of ingest and Python runs one thread at a time: a second process nearly doubles what two
cores take in (docs/adr/0005). Small requests are prepared where they arrive. No Django in the workers.
"""

import asyncio
import logging
import multiprocessing
import os
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import msgspec

from core import logs
from core.logs import LogSettings, configure_logs, logged_ids
from core.memory import settle_collector
from ingest.prepare import Prepared, prepare
from ingest.redactors import get_redactor

log = logging.getLogger(__name__)

SMALL_BYTES = 128 * 1024
"""Requests up to this size are prepared in a thread."""
LOOK_EVERY_S = 1.0

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Prepared).decode


class Job(msgspec.Struct, frozen=True):
    """What a worker must know of a request."""

    project_id: int
    redaction_key: bytes
    door: str
    encoding: str
    data: bytes
    received_ns: int
    traceparent: str = ""
    """The request's header."""
    request_id: str = ""
    """As lines of the log say it."""
    service: str = ""
    """Named by the request, of log lines that name none."""


def run_job(job: Job) -> Prepared:
    """Prepare a request in this process."""
    with logged_ids(request_id=job.request_id, project_id=job.project_id, door=job.door):
        return prepare(
            project_id=job.project_id,
            redactor=get_redactor(job.redaction_key),
            door=job.door,
            encoding=job.encoding,
            data=job.data,
            received_ns=job.received_ns,
            traceparent=job.traceparent,
            service=job.service,
        )


class ProcessDied(Exception):
    """A preparing process ended in the middle of a job."""


class PreparingProcess:
    """A process that prepares one request after the other, started when it is first needed. One caller at a time.

    It has a pipe of its own, whose other end only it holds: however it ends, the caller hears of it. (A pool with one
    pipe for all waits for ever for the rest of an answer when a worker is killed in the middle of writing it.)
    """

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def start(self) -> Connection:
        """The pipe to the running process."""
        if self._pipe is None or self._process is None or not self._process.is_alive():
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs, os.getpid(), logs.chosen), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe

    def ask(self, job: Job) -> Prepared:
        """The prepared request; raises what preparing raises, or ProcessDied."""
        try:
            pipe = self.start()
            pipe.send(job)
            error = pipe.recv()
            if error is None:
                return _decode(pipe.recv_bytes())
        except (EOFError, OSError) as died:
            self._end()
            raise ProcessDied from died
        raise error

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._pipe = self._process = None


class Preparers:
    """Threads for small requests, processes for large ones."""

    def __init__(self, process_count: int) -> None:
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="ingest-prepare")
        self._process_count = process_count
        self._askers = ThreadPoolExecutor(max_workers=max(1, process_count), thread_name_prefix="ingest-ask")
        self._free: queue.SimpleQueue[PreparingProcess] = queue.SimpleQueue()
        for _ in range(process_count):
            self._free.put(PreparingProcess())

    async def prepare(self, job: Job) -> Prepared:
        """Prepare a request; raises what telemetry.decode raises."""
        loop = asyncio.get_running_loop()
        if self._process_count and len(job.data) > SMALL_BYTES:
            return await loop.run_in_executor(self._askers, self._ask, job)
        return await loop.run_in_executor(self._threads, run_job, job)

    def warm(self) -> None:
        """Start the processes before they are needed."""
        started = [self._free.get() for _ in range(self._process_count)]
        for process in started:
            process.start()
            self._free.put(process)

    def _ask(self, job: Job) -> Prepared:
        process = self._free.get()
        try:
            return process.ask(job)
        except ProcessDied:
            log.error("a preparing process died; its request is prepared here, the next one starts another")
            return run_job(job)
        finally:
            self._free.put(process)


def _serve(pipe: Connection, parent: int, log_settings: LogSettings) -> None:
    """In the process: answer jobs until the server is gone."""
    configure_logs(log_settings)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    get_redactor(bytes(32))
    settle_collector()
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            encoded = _encode(run_job(job))
        except Exception as error:  # whatever it is, it is the caller's
            pipe.send(error)
        else:
            pipe.send(None)
            pipe.send_bytes(encoded)


def _watch(parent: int) -> None:
    """A process whose server was killed must not outlive it."""
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(1)
