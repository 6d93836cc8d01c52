"""With a Redis: processes wake one another; without it, or with one that hangs, nothing fails and nobody waits."""

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from live import hub
from tests.api.conftest import Asker
from tests.live.conftest import Mission, watch
from tests.servers import start_server

pytestmark = pytest.mark.server

SOON_S = 3.0
"""Less than `hub.LOOK_EVERY_S`: what comes within it was woken."""
SOON_ROUNDS = 3
HELD_S = 30.0
ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")


class Gate:
    """A way to Redis that can be shut (refuses and cuts) or frozen (takes everything and answers nothing)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.target = (parts.hostname or "127.0.0.1", parts.port or 6379)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self.listener.getsockname()[1]}{parts.path or '/0'}"
        self.is_frozen = self.is_shut = False
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.is_shut:
                near.close()
                continue
            far = socket.create_connection(self.target)
            self.pairs.append((near, far))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                while self.is_frozen:
                    time.sleep(0.05)
                sink.sendall(data)
        except OSError:
            pass
        finally:
            for each in (source, sink):
                each.close()

    def shut(self) -> None:
        self.is_shut, self.is_frozen = True, False
        for pair in self.pairs:
            for each in pair:
                each.close()
        self.pairs.clear()

    def freeze(self) -> None:
        self.is_frozen = True

    def open(self) -> None:
        self.is_shut = self.is_frozen = False

    def close(self) -> None:
        self.listener.close()
        self.shut()


@pytest.fixture
def gate(redis_url: str) -> Iterator[Gate]:
    made = Gate(redis_url)
    yield made
    made.close()


def fresh_names() -> dict[str, str]:
    return {
        "MISSIONSCOPE_REDIS_PREFIX": f"missionscope-test-{secrets.token_hex(6)}",
        "MISSIONSCOPE_CELERY_WORKER": "0",
        "MISSIONSCOPE_DECODERS": "0",
    }


@contextmanager
def two_processes(directory: Any, redis_url: str) -> Iterator[list[Any]]:
    """Two web processes on one database: the workers of one server on PostgreSQL, two servers on one SQLite file."""
    names = {"REDIS_URL": redis_url, **fresh_names()}
    with ExitStack() as stack:
        if ON_POSTGRESQL:
            server = stack.enter_context(start_server(directory, MISSIONSCOPE_WORKERS="2", **names))
            yield [server] * 8
        else:
            first = stack.enter_context(start_server(directory, **names))
            second = stack.enter_context(start_server(directory, **names))
            yield [second._replace(key=first.key), first]


def test_a_viewer_of_another_process_is_woken(tmp_path, redis_url):
    assert hub.LOOK_EVERY_S > SOON_S
    with two_processes(tmp_path, redis_url) as servers, ExitStack() as stack:
        mission = Mission(Asker(servers[-1].url, servers[-1].key))
        mission.grow("first")
        viewers = [stack.enter_context(watch(server, mission.id)) for server in servers]
        for viewer in viewers:
            viewer.next()
        # Who is not woken has just looked when a round begins: each takes LOOK_EVERY_S, except the first.
        took = [_round_s(mission, servers[-1], viewers, f"round {at}") for at in range(1 + SOON_ROUNDS)]
        assert max(took[1:]) < SOON_S, took


def _round_s(mission: Mission, server: Any, viewers: list[Any], name: str) -> float:
    """How long it takes until all viewers have heard of one more span."""
    mission.asker = Asker(server.url, server.key)  # a new connection, perhaps to another process
    begun = time.monotonic()
    mission.grow(name)
    for viewer in viewers:
        viewer.until(lambda frame: name in json.dumps(frame))
    return time.monotonic() - begun


def test_redis_away_delays_no_sender_and_no_viewer(tmp_path, gate):
    with start_server(tmp_path, REDIS_URL=gate.url, **fresh_names()) as server:
        mission = Mission(Asker(server.url, server.key))
        mission.grow("first")
        with watch(server, mission.id) as seen:
            seen.next()
            for fault in (gate.freeze, gate.shut):
                fault()
                took = [grow_timed(mission, f"{fault.__name__} {at}") for at in range(25)]
                seen.until_spans(f"{fault.__name__} 24")
                with watch(server, mission.id, after=0) as late:
                    late.until_spans("first", f"{fault.__name__} 24")
                assert sorted(took)[-2] < 1.0, took
                gate.open()
                mission.grow(f"after {fault.__name__}")
                seen.until_spans(f"after {fault.__name__}")
        assert "Traceback" not in server.log.read_text()


def grow_timed(mission: Mission, name: str) -> float:
    begun = time.monotonic()
    mission.grow(name)
    took = time.monotonic() - begun
    time.sleep(0.04)
    return took


def test_publishing_without_redis_returns_at_once(settings, monkeypatch):
    from live import publish

    listener = socket.create_server(("127.0.0.1", 0))  # accepts, never answers
    settings.REDIS_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [settings.REDIS_URL]},
        }
    }
    monkeypatch.setattr(publish, "_loop", None)
    monkeypatch.setattr(publish, "_closed_until_s", 0.0)
    begun = time.monotonic()
    for _ in range(100):
        publish.publish_missions(1, [1])
        publish.publish_list(1)
    assert time.monotonic() - begun < publish.SEND_S + 2
    listener.close()


def test_waking_a_job_never_waits():
    from missionscope.wakeups import BackgroundWaker

    woken: list[str] = []
    may_go, is_done = threading.Event(), threading.Event()

    def wake(name: str, origin: Any) -> None:
        may_go.wait(HELD_S)
        woken.append(name)
        if name == "c":
            is_done.set()
            raise RuntimeError("broken")

    waker = BackgroundWaker(lambda: wake)
    begun = time.monotonic()
    for name in "aaaaa":
        waker(name)
    time.sleep(0.05)
    for name in "bbbcb":
        waker(name)
    assert time.monotonic() - begun < 1
    may_go.set()
    assert is_done.wait(HELD_S)
    assert woken in (["a", "b", "c"], ["a", "a", "b", "c"])
    is_done.clear()
    waker("c")
    assert is_done.wait(HELD_S)
