"""An HTTP server that answers as it is told and remembers what came."""

import gzip
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

PATIENCE_S = 30.0


class Told(NamedTuple):
    """One answer."""

    status: int = 200
    delay_s: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b'{"accepted": 1, "rejected": []}'


class Pretended(ThreadingHTTPServer):
    """Gives the answers of `answers` in turn, then 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[Told] = []
        self.requests: list[tuple[float, int, str, list[Any]]] = []
        """When (monotonic), the status that was answered, the path, the records."""
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def taken(self) -> list[Any]:
        """The records of requests that were answered 200."""
        return [record for _, status, _, records in self.requests if status == 200 for record in records]

    def wait_until_taken(self, count: int) -> list[Any]:
        """The records taken, once there are so many."""
        deadline = time.monotonic() + PATIENCE_S
        while len(self.taken) < count:
            assert time.monotonic() < deadline, self.requests
            time.sleep(0.02)
        return self.taken


class _Handler(BaseHTTPRequestHandler):
    server: Pretended
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        begun = time.monotonic()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        told = self.server.answers.pop(0) if self.server.answers else Told()
        assert self.headers["Authorization"] == "Bearer a-key"
        assert self.headers["Content-Type"] == "application/x-ndjson"
        records = [json.loads(line) for line in body.splitlines()]
        time.sleep(told.delay_s)
        self.server.requests.append((begun, told.status, self.path, records))
        self.send_response(told.status)
        for name, value in (*told.headers, ("Content-Length", str(len(told.body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
