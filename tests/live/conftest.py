"""Sockets to a started server, and to one inside the tests' own process whose settings and tables tests may change."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest
import websockets
from websockets.sync.client import ClientConnection, connect

from tests.api.conftest import Asker, make_request, make_span
from tests.servers import find_free_port

PATIENCE_S = 60.0


class Site(NamedTuple):
    """A server and a key of a project in it."""

    url: str
    key: str


class Watching:
    """A socket and what came through it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    @property
    def records(self) -> list[dict[str, Any]]:
        """Of all deltas so far."""
        return [record for frame in self.frames if frame["type"] == "delta" for record in frame["records"]]

    @property
    def cursor(self) -> str:
        """Of the last frame that has one."""
        return next(frame["cursor"] for frame in reversed(self.frames) if "cursor" in frame)

    def next(self, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The next frame."""
        self.frames.append(json.loads(self.socket.recv(timeout=patience_s)))
        return self.frames[-1]

    def until(self, is_right: Any, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The first frame that is right; frames before it are kept."""
        deadline = time.monotonic() + patience_s
        while not is_right(frame := self.next(max(0.01, deadline - time.monotonic()))):
            assert time.monotonic() < deadline, self.frames[-3:]
        return frame

    def until_spans(self, *names: str) -> list[str]:
        """Wait until spans of these names have come; gives all names in the order they came."""
        if not set(names) <= set(self.span_names):
            self.until(lambda _: set(names) <= set(self.span_names))
        return self.span_names

    @property
    def span_names(self) -> list[str]:
        return [record["name"] for record in self.records if record["type"] == "span"]

    def closed(self, patience_s: float = PATIENCE_S) -> tuple[int, str]:
        """Code and reason of the end, once it has come."""
        deadline = time.monotonic() + patience_s
        try:
            while True:
                self.next(max(0.01, deadline - time.monotonic()))
        except websockets.ConnectionClosed as ended:
            return (ended.rcvd.code, ended.rcvd.reason) if ended.rcvd else (1006, "")


def socket_url(url: str, mission_id: str | None = None, **query: Any) -> str:
    place = "" if mission_id is None else f"{quote(mission_id, safe='')}/"
    return f"{url.replace('http', 'ws', 1)}/ws/missions/{place}?{urlencode(query)}"


@contextmanager
def watch(
    site: Any, mission_id: str | None = None, *, headers: dict[str, str] | None = None, **query: Any
) -> Iterator[Watching]:
    """A socket, with the site's key unless other headers are given."""
    given = {"Authorization": f"Bearer {site.key}"} if headers is None else headers
    with connect(
        socket_url(site.url, mission_id, **query),
        additional_headers=given,
        open_timeout=PATIENCE_S,
        close_timeout=1,
        proxy=None,
    ) as socket:
        yield Watching(socket)


@contextmanager
def watch_project(site: Any, what: str, headers: dict[str, str], **query: Any) -> Iterator[Watching]:
    """A socket to what wakes who watches all of a project: `logs` or `errors`."""
    address = f"{site.url.replace('http', 'ws', 1)}/ws/{what}/?{urlencode(query)}"
    with connect(address, additional_headers=headers, open_timeout=PATIENCE_S, close_timeout=1, proxy=None) as socket:
        yield Watching(socket)


def bearer(key: str) -> dict[str, str]:
    """Headers with a key or a token."""
    return {"Authorization": f"Bearer {key}"}


def send_log(asker: Asker, **fields: Any) -> None:
    """A log record of no mission."""
    record = {"timeUnixNano": str(time.time_ns()), "body": {"stringValue": secrets.token_hex(8)}, **fields}
    asker.send({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}, "logs")


def is_delta(frame: dict[str, Any]) -> bool:
    """Does the frame tell that something has come?"""
    return bool(frame["type"] == "delta")


def refusal(site: Any, mission_id: str | None = None, *, headers: dict[str, str] | None = None, **query: Any) -> int:
    """The HTTP status with which the handshake is refused."""
    with pytest.raises(websockets.InvalidStatus) as caught, watch(site, mission_id, headers=headers, **query):
        pass
    return int(caught.value.response.status_code)


class Mission:
    """A mission that grows span by span."""

    def __init__(self, asker: Asker, mission_id: str = "") -> None:
        self.asker = asker
        self.id = mission_id or f"live {secrets.token_hex(4)}"
        self.trace = secrets.token_hex(16)
        self.count = 0

    def grow(self, *names: str, **attributes: Any) -> None:
        """One request with a span of each name."""
        spans = [make_span(self.trace, self.count + at, name, **attributes) for at, name in enumerate(names)]
        self.count += len(names)
        self.asker.send(make_request(self.id, spans))


@pytest.fixture
def mission(server: Any, asker: Asker) -> Mission:
    """A mission of one span on the started server."""
    made = Mission(asker)
    made.grow("first")
    return made


@pytest.fixture(scope="session")
def asker(server: Any) -> Iterator[Asker]:
    found = Asker(server.url, server.key)
    yield found
    found.http.close()


@pytest.fixture
def site(transactional_db: None, settings: Any, project: Any, api_key: Any) -> Iterator[Site]:
    """A server in this process, on the tests' database; tests change `settings` before they connect."""
    from missionscope.server import Server, get_config, open_socket

    settings.MISSIONSCOPE_PORT = find_free_port()
    listener = open_socket()
    started = threading.Event()
    server = Server(get_config(), started.set)
    server.capture_signals = _no_signals  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert started.wait(PATIENCE_S)
    yield Site(f"http://127.0.0.1:{settings.MISSIONSCOPE_PORT}", api_key.key)
    server.should_exit = True
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


@contextmanager
def _no_signals() -> Iterator[None]:
    """Signals reach the main thread alone."""
    yield


@pytest.fixture
def own_mission(site: Site) -> Iterator[Mission]:
    """A mission of one span on the server in this process."""
    asker = Asker(site.url, site.key)
    made = Mission(asker)
    made.grow("first")
    yield made
    asker.http.close()
