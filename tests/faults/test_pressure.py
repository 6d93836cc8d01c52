"""A database that does not get on, and helpers that die: waiting is bounded, and nobody notices but the log."""

import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.blackbox.client import Answer
from tests.blackbox.client import Sender as Poster
from tests.blackbox.machine import MIB, family, resident_bytes
from tests.faults.load import Sender, write_large_workload
from tests.faults.machine import Machine, machine_in
from tests.faults.reading import count_by_rest

WAITING_BYTES = 2 * MIB
STUCK_S = 6.0
MEMORY_BYTES = 200 * MIB
"""What a stuck database may cost."""


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Machine]:
    """An installation that lets little wait."""
    with machine_in(tmp_path, MISSIONSCOPE_MAX_WAITING_BYTES=str(WAITING_BYTES)) as machine:
        machine.start()
        yield machine


def test_a_stuck_database_bounds_what_waits(narrow: Machine, shared_data: Path, tmp_path: Path) -> None:
    workload = write_large_workload(shared_data, tmp_path / "large.jsonl", bytes_each=300_000)
    requests = workload.file.read_bytes().splitlines()
    door = Poster(narrow.url, narrow.key)
    assert narrow.process is not None
    assert door.post(requests[0]).status == 200
    before = resident_bytes(narrow.process.pid)
    try:
        with ThreadPoolExecutor(max_workers=len(requests)) as senders:
            with _stuck(narrow):
                # Not the first again: where nothing is to be written nobody waits for writers.
                waiting = [senders.submit(_post_apart, narrow, request) for request in requests[1:]]
                slowest = _watch_health(narrow, STUCK_S)
                refused = [sent.result() for sent in waiting if sent.done()]
                most = resident_bytes(narrow.process.pid)
            answers = [sent.result() for sent in waiting]
    finally:
        door.close()
    assert refused, "nothing was told to come back"
    assert {answer.status for answer in refused} == {503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert slowest < 2.0, "health must not wait for the database's writers"
    assert most - before < MEMORY_BYTES
    assert {answer.status for answer in answers} == {200, 503}
    with ThreadPoolExecutor(max_workers=2) as senders:
        again = list(senders.map(lambda request: _post_apart(narrow, request), requests))
    assert {answer.status for answer in again} == {200}
    assert narrow.count_stored() == Counter(dict.fromkeys(workload.spans, 1))


def test_preparing_processes_that_die_cost_nothing(machine: Machine, shared_data: Path, tmp_path: Path) -> None:
    workload = write_large_workload(shared_data, tmp_path / "large.jsonl", bytes_each=200_000)
    sender = Sender(machine, workload, tmp_path / "ledger", "--threads", "3", "--repeat", "3")
    is_done = threading.Event()
    killed: list[int] = []

    def kill_preparers() -> None:
        while not is_done.wait(0.7):
            killed.extend(_kill_preparers(machine))

    killer = threading.Thread(target=kill_preparers)
    killer.start()
    try:
        totals = sender.finish()
    finally:
        is_done.set()
        killer.join()
        sender.end()
    assert killed, "no preparing process was found"
    assert set(totals["statuses"]) == {"200"}, totals["statuses"]
    assert machine.count_stored() == Counter(dict.fromkeys(workload.spans, 1)) == count_by_rest(machine)


def _kill_preparers(machine: Machine) -> list[int]:
    assert machine.process is not None
    killed = []
    for pid in family(machine.process.pid):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"multiprocessing.spawn" in command or b"spawn_main" in command:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
        except (OSError, ProcessLookupError):
            continue
    return killed


def _post_apart(machine: Machine, request: bytes) -> Answer:
    door = Poster(machine.url, machine.key)
    try:
        return door.post(request)
    finally:
        door.close()


def _watch_health(machine: Machine, time_s: float) -> float:
    """The slowest answer of /healthz within the time."""
    slowest, until = 0.0, time.monotonic() + time_s
    while time.monotonic() < until:
        begun = time.monotonic()
        assert httpx.get(f"{machine.url}/healthz", timeout=30, trust_env=False).status_code == 200
        slowest = max(slowest, time.monotonic() - begun)
        time.sleep(0.1)
    return slowest


@contextmanager
def _stuck(machine: Machine) -> Iterator[None]:
    """Somebody else holds what every writer needs."""
    if machine.sqlite_file is not None:
        with closing(sqlite3.connect(machine.sqlite_file, isolation_level=None, timeout=30)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                connection.execute("ROLLBACK")
        return
    import psycopg

    with psycopg.connect(machine.database["DATABASE_URL"]) as connection:
        connection.execute("LOCK TABLE traces_span IN EXCLUSIVE MODE")
        try:
            yield
        finally:
            connection.rollback()
