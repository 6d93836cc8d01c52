"""Redis goes away, and comes back empty: ingest, pages and live frames go on, and nothing must be restarted."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client
from websockets.asyncio.client import connect

from tests.blackbox.client import Reader
from tests.blackbox.client import Sender as Poster
from tests.blackbox.machine import family
from tests.faults.load import Sender, Workload
from tests.faults.machine import Machine, machine_in
from tests.faults.reading import count_by_rest, wait_for_totals
from tests.faults.test_poison import make_request, make_span
from tests.servers import find_free_port

AWAY_S = 12.0
"""Longer than what Celery and the live layer rest between two tries."""
LIBRARIES = ("channels_redis", "celery.beat", "celery.worker", "py.warnings")
LOOK_S = 60.0
"""A viewer looks by itself every five seconds."""


class Redis:
    """A Redis of the test's own that keeps nothing."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.port = directory, find_free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=self.directory,
            stdout=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def wipe(self) -> None:
        """It forgets everything."""
        with closing(redis_client.Redis.from_url(self.url)) as client:
            client.flushall()

    def hang(self) -> None:
        """It stays connected and does not answer."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """Started; killed afterwards."""
    if shutil.which("redis-server") is None:
        pytest.skip("a Redis of its own (redis-server)")
    made = Redis(tmp_path)
    made.start()
    yield made
    made.kill()


def test_the_worker_beside_the_server_gives_way_to_it(tmp_path: Path, redis: Redis) -> None:
    with machine_in(tmp_path, REDIS_URL=redis.url) as machine:
        machine.start()
        assert machine.process is not None
        own = os.getpriority(os.PRIO_PROCESS, machine.process.pid)
        until = time.monotonic() + LOOK_S
        while max(map(_niceness, family(machine.process.pid))) < min(19, own + 10):
            assert time.monotonic() < until, "no process of the server gives way"
            time.sleep(0.1)
        assert _niceness(machine.process.pid) == own


def _niceness(pid: int) -> int:
    try:
        return os.getpriority(os.PRIO_PROCESS, pid)
    except ProcessLookupError:
        return -20


def test_ingest_and_viewers_outlive_redis(tmp_path: Path, redis: Redis, small_workload: Workload) -> None:
    with machine_in(tmp_path, REDIS_URL=redis.url) as machine:
        machine.start()
        sender = Sender(machine, small_workload, tmp_path / "ledger", "--threads", "2", "--shuffle", "6")
        try:
            sender.wait_for_answers(20)
            redis.kill()
            asyncio.run(_watch(machine, "without"))
            assert machine.process is not None
            assert machine.process.poll() is None
            redis.start()
            totals = sender.finish()
        finally:
            sender.end()
        assert set(totals["statuses"]) == {"200"}, totals["statuses"]
        shown = count_by_rest(machine)
        assert set(shown.values()) == {1}
        assert shown.keys() >= small_workload.spans
        wait_for_totals(machine, sum(shown.values()))
        asyncio.run(_watch(machine, "after"))


def test_a_redis_that_is_away_is_told_once_and_so_is_its_return(tmp_path: Path, redis: Redis) -> None:
    with machine_in(tmp_path, REDIS_URL=redis.url) as machine:
        machine.start()
        door = Poster(machine.url, machine.key)
        try:
            _post(door, "before")
            wait_for_totals(machine, 1)  # a worker runs
            redis.kill()
            until = time.monotonic() + AWAY_S
            while time.monotonic() < until:
                _post(door, "away")
                time.sleep(0.2)
            redis.start()
            until = time.monotonic() + LOOK_S
            while (away := _count_told(machine, "away")) != _count_told(machine, "back"):
                assert time.monotonic() < until, away
                _post(door, "back")
                time.sleep(0.2)
        finally:
            door.close()
        assert {logger for logger, _ in away} == {"missionscope.jobs", "live.publish"}
        assert len({pid for _, pid in away}) == 2, "the server and its worker"
        assert set(away.values()) == {1}, away
        assert not [line for line in _read_log(machine) if line["logger"].startswith(LIBRARIES)]


def _count_told(machine: Machine, what: str) -> Counter[tuple[str, int]]:
    """How often each logger of each process says that Redis is so."""
    said = [line for line in _read_log(machine) if line["event"].startswith(f"Redis is {what}:")]
    return Counter((line["logger"], line["pid"]) for line in said)


def _read_log(machine: Machine) -> list[dict[str, Any]]:
    return [json.loads(line) for line in machine.log.read_text().splitlines() if line.startswith("{")]


async def _watch(machine: Machine, mission: str) -> None:
    """Somebody opens a mission and sees what is sent then."""
    door, reader = Poster(machine.url, machine.key), Reader(machine.url, machine.key)
    try:
        _post(door, mission)
        address = f"{machine.url.replace('http', 'ws', 1)}/ws/missions/{mission}/"
        headers = {"Authorization": f"Bearer {machine.key}"}
        async with connect(address, additional_headers=headers, proxy=None) as socket:
            hello = json.loads(await asyncio.wait_for(socket.recv(), LOOK_S))
            assert hello["type"] == "hello"
            span_id = await asyncio.to_thread(_post, door, mission)
            until = time.monotonic() + LOOK_S
            while True:
                frame = json.loads(await asyncio.wait_for(socket.recv(), until - time.monotonic()))
                if span_id in [record.get("span_id") for record in frame.get("records", ())]:
                    break
        assert len(reader.spans(mission)) == 2
    finally:
        door.close()
        reader.close()


def _post(door: Poster, mission: str) -> str:
    span = make_span("watched")
    span["attributes"].append({"key": "mission.id", "value": {"stringValue": mission}})
    answer = door.send(make_request([span]))
    assert answer.status == 200, answer
    return str(span["spanId"])
