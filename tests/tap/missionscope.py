"""Plays MissionScope: takes what the tap sends and answers as it is told."""

import contextlib
import gzip
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

PATIENCE_S = 20.0


class Received(NamedTuple):
    """One request that was answered 200."""

    path: str
    key: str
    lines: list[Any]
    """Of NDJSON; one for JSON."""


class Told(NamedTuple):
    """How to answer one request."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    wait_s: float = 0.0
    body: bytes = b'{"accepted": 0, "rejected": []}'


class MissionScope:
    """Answers by `tell(path, lines)`, at first always 200. Remembers every attempt and what it took."""

    def __init__(self, port: int = 0) -> None:
        self.tell: Callable[[str, list[Any]], Told] = lambda _path, _lines: Told()
        self.attempts: list[tuple[float, str]] = []
        self.received: list[Received] = []
        self._is_closed = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._is_closed.set()
        self._server.shutdown()
        self._server.server_close()

    def lines(self, door: str) -> list[Any]:
        """Everything that this door has taken."""
        return [line for received in list(self.received) if received.path.endswith(door) for line in received.lines]

    def wait_for(self, door: str, count: int = 1) -> list[Any]:
        """The first so many lines of the door, when they have come."""
        wait_until(lambda: len(self.lines(door)) >= count)
        return self.lines(door)

    def left_out(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        """What the tap has reported: (service, what, reason) to (count, bytes)."""
        found: dict[tuple[str, str, str], tuple[int, int]] = {}
        for request in self.lines("/v1/logs"):
            for record in request["resourceLogs"][0]["scopeLogs"][0]["logRecords"]:
                values = {pair["key"]: next(iter(pair["value"].values())) for pair in record["attributes"]}
                sort = (values["tap.service"], values["tap.what"], values["tap.reason"])
                count, size = found.get(sort, (0, 0))
                found[sort] = (count + int(values["tap.count"]), size + int(values["tap.size_bytes"]))
        return found

    def take(self, path: str, key: str, body: bytes) -> Told:
        lines = [json.loads(line) for line in gzip.decompress(body).splitlines()]
        self.attempts.append((time.monotonic(), path))
        told = self.tell(path, lines)
        self._is_closed.wait(told.wait_s)
        if told.status == 200:
            self.received.append(Received(path, key, lines))
        return told

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        plays = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told = plays.take(self.path, self.headers["Authorization"], body)
                with contextlib.suppress(ConnectionError):
                    self._answer(told)

            def _answer(self, told: Told) -> None:
                self.send_response(told.status)
                for name, value in (*told.headers, ("Content-Length", str(len(told.body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told.body)

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        return Handler


def wait_until(is_so: Callable[[], Any]) -> None:
    """Return when it is so; AssertionError when it does not come to that."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
