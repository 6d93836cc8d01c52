"""The tap in a process of its own, and a plain HTTP service for it to stand before."""

import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from tests.tap.missionscope import wait_until

ROOT = Path(__file__).resolve().parents[2]
KEY = "ms_key_of_the_tap_0123456789"
END_S = 30


class TapProcess:
    """A started tap."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process, self._log = process, log

    def events(self, name: str) -> list[dict[str, Any]]:
        """Lines of its log with this event."""
        lines = [json.loads(line) for line in self.output().splitlines(keepends=True) if line.endswith("\n")]
        return [line for line in lines if line["event"] == name]

    def output(self) -> str:
        """Everything it wrote on standard output and standard error."""
        return self._log.read_text()

    def port(self, kind: str) -> int:
        """Where it listens for callers of this service."""
        return next(event["port"] for event in self.events("tap.listening") if event["service"] == kind)

    def url(self, kind: str) -> str:
        """The same as an address."""
        return f"http://127.0.0.1:{self.port(kind)}"

    def end(self) -> int:
        """SIGTERM; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_S)

    def peak_bytes(self) -> int:
        """The most memory it has had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@contextlib.contextmanager
def start_tap(
    directory: Path,
    missionscope_url: str,
    services: dict[str, int],
    *command: str,
    key: str = KEY,
    **settings: Any,
) -> Iterator[TapProcess]:
    """A tap before these services (kind to port); `settings` are variables without MISSIONSCOPE_TAP_."""
    log = directory / "tap.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MISSIONSCOPE_")}
    environment |= {
        "MISSIONSCOPE_URL": missionscope_url,
        "MISSIONSCOPE_KEY": key,
        "MISSIONSCOPE_DATA_DIR": str(directory / "data"),
        "DJANGO_SETTINGS_MODULE": "missionscope.settings",
        **{f"MISSIONSCOPE_TAP_{name.upper()}": str(value) for name, value in settings.items()},
    }
    taps = [part for kind, port in services.items() for part in ("--tap", f"{kind}:0=http://127.0.0.1:{port}")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *(command or ("-m", "tap")), *taps],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    started = TapProcess(process, log)
    try:
        wait_until(lambda: process.poll() is not None or len(started.events("tap.listening")) == len(services))
        yield started
    finally:
        process.kill()
        process.wait()


class Reply(NamedTuple):
    """What the service answers."""

    status: int = 200
    body: bytes = b'{"status":"ok"}'
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)

    def packed(self) -> "Reply":
        """The same, gzip."""
        return self._replace(body=gzip.compress(self.body), headers=(*self.headers, ("Content-Encoding", "gzip")))


class PlainService:
    """Answers every request by `reply(method, path, body)`, over connections that are kept."""

    def __init__(self) -> None:
        self.reply: Callable[[str, str, bytes], Reply] = lambda _method, _path, _body: Reply()
        self.requests: list[tuple[str, str, bytes]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service.requests.append((self.command, self.path, body))
                reply = service.reply(self.command, self.path, body)
                with contextlib.suppress(ConnectionError):
                    self._answer(reply)

            def _answer(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST  # noqa: N815 — the name that http.server asks for

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        return Handler
