"""The database is away, or its disk is full: senders are told to come back, and nothing is lost."""

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.blackbox.client import Answer
from tests.blackbox.client import Sender as Poster
from tests.faults.load import Sender, Workload
from tests.faults.machine import Machine, machine_in
from tests.faults.reading import count_by_rest, wait_for_totals

AWAY_S = 18.0
"""Longer than a key is remembered: it must be looked up while the database is away."""
BACK_S = 5.0
"""The first 200 comes within this time of the database's return."""
SMALL_DISK_MIB = 48


@pytest.mark.only_on("postgresql")
def test_ingest_outlives_a_database_that_goes_away(machine: Machine, workload: Workload) -> None:
    sender = Sender(machine, workload, machine.directory / "ledger", "--threads", "4", "--shuffle", "9")
    door = Poster(machine.url, machine.key)
    first = _read_requests(workload)[0]
    try:
        sender.wait_for_answers(100)
        with _database_away(machine):
            answers = _post_for(door, first, AWAY_S)
        assert {answer.status for answer in answers} == {503}, Counter(answer.status for answer in answers)
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
        back = time.monotonic()
        while door.post(first).status != 200:
            assert time.monotonic() - back < BACK_S, "the database is back, the door is not"
            time.sleep(0.05)
        totals = sender.finish()
    finally:
        door.close()
        sender.end()
    assert totals["given_up"] == 0
    assert set(totals["statuses"]) <= {"200", "503"}, totals["statuses"]
    once = Counter(dict.fromkeys(workload.spans, 1))
    assert machine.count_stored() == once == count_by_rest(machine)
    wait_for_totals(machine, len(once))
    machine.check_database()


@pytest.mark.only_on("postgresql")
def test_connections_cut_in_the_middle_lose_nothing(machine: Machine, small_workload: Workload) -> None:
    sender = Sender(machine, small_workload, machine.directory / "ledger", "--threads", "4", "--shuffle", "2")
    try:
        for _ in range(6):
            sender.wait_for_answers(20)
            _cut_connections(machine)
        totals = sender.finish()
    finally:
        sender.end()
    assert totals["given_up"] == 0
    assert set(totals["statuses"]) <= {"200", "503"}, totals["statuses"]
    once = Counter(dict.fromkeys(small_workload.spans, 1))
    assert machine.count_stored() == once == count_by_rest(machine)


@pytest.mark.only_on("sqlite")
def test_a_full_disk_is_told_and_survived(small_disk: Machine, workload: Workload) -> None:
    machine, filler = small_disk, small_disk.directory / "data" / "filler"
    machine.start()
    sender = Sender(machine, workload, machine.directory / "ledger", "--threads", "2", "--shuffle", "4")
    door = Poster(machine.url, machine.key)
    try:
        sender.wait_for_answers(40)
        _fill(filler)
        refused = _post_until_refused(door, workload)
        assert refused.status == 503
        assert int(refused.headers["retry-after"]) > 0
        unready = httpx.get(f"{machine.url}/readyz", trust_env=False)
        assert unready.status_code == 503
        assert "Is its disk full?" in unready.text
        before = machine.count_stored()
        assert before
        assert count_by_rest(machine).keys() >= before.keys(), "what is stored can still be read"
        filler.unlink()
        back = time.monotonic()
        while door.post(_read_requests(workload)[-1]).status != 200:
            assert time.monotonic() - back < BACK_S, "there is room again, the door is closed"
            time.sleep(0.05)
        assert httpx.get(f"{machine.url}/readyz", trust_env=False).status_code == 200
    finally:
        door.close()
        sender.end()
    assert not workload.read_acknowledged(sender.ledger) - set(machine.count_stored())
    assert set(machine.count_stored().values()) == {1}
    machine.check_database()
    assert machine.terminate() == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Machine]:
    """An installation whose data directory is a small file system of its own; not yet started."""
    with machine_in(tmp_path) as machine:
        data = tmp_path / "data"
        data.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MIB}m", "tmpfs", str(data)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("a small file system (the right to mount)")
        try:
            yield machine
        finally:
            machine.end()
            subprocess.run(["umount", "--lazy", str(data)], check=True)


def _fill(file: Path) -> None:
    """Take all the room there is."""
    with file.open("wb", buffering=0) as output:
        try:
            while True:
                output.write(bytes(4096))
        except OSError:
            pass


def _read_requests(workload: Workload) -> list[bytes]:
    return workload.file.read_bytes().splitlines()


def _post_until_refused(door: Poster, workload: Workload) -> Answer:
    """Post one request after the other until one is not answered 200; that answer."""
    for request in _read_requests(workload):
        answer = door.post(request)
        if answer.status != 200:
            return answer
    raise AssertionError("the disk never was full")


def _post_for(door: Poster, request: bytes, time_s: float) -> list[Answer]:
    """The answers to a request that is sent again and again."""
    answers, until = [], time.monotonic() + time_s
    while time.monotonic() < until:
        answers.append(door.post(request))
        time.sleep(0.2)
    return answers


@contextmanager
def _database_away(machine: Machine) -> Iterator[None]:
    """Nobody can connect to the installation's database, and all connections are cut."""
    with _administer(machine) as (connection, name):
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            connection.execute(CUT, (name,))
            yield
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def _cut_connections(machine: Machine) -> None:
    with _administer(machine) as (connection, name):
        connection.execute(CUT, (name,))


CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


@contextmanager
def _administer(machine: Machine) -> Iterator[tuple[Any, str]]:
    """A connection beside the installation's database, and the database's name."""
    import psycopg

    server, _, name = machine.database["DATABASE_URL"].rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        yield connection, name
