"""Before servers that people run: the same bytes come back through the tap as without it, and they are understood."""

import base64
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import pytest

from tests.servers import find_free_port
from tests.tap.missionscope import wait_until
from tests.tap.process import ROOT, start_tap

HERE = Path(__file__).parent
HEADERS = b"Host: brain:5070\r\nX-b: 1\r\nx-A: 2\r\nX-b: 3\r\nAuthorization: Bearer secret\r\n"
REQUESTS = [
    b"GET /health?full=1 HTTP/1.1\r\n" + HEADERS + b"\r\n",
    b"POST /chat HTTP/1.1\r\n" + HEADERS + b"Content-Length: 8\r\n\r\n" + b'{"a": 1}',
    b"POST /generate HTTP/1.1\r\n" + HEADERS + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"b":\r\n2\r\n2}\r\n0\r\n\r\n',
    b"HEAD /chat HTTP/1.1\r\n" + HEADERS + b"\r\n",
    b"POST /feedback HTTP/1.1\r\n" + HEADERS + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /chat HTTP/1.1\r\n"
    + HEADERS
    + b"Connection: close\r\nContent-Length: 70000\r\n\r\n"
    + b" " * 69_998
    + b"{}",
]
OLD = b"POST /chat HTTP/1.0\r\n" + HEADERS + b"Content-Length: 2\r\n\r\n{}"
QUIET_S = 0.5
"""A service that keeps a connection and says nothing for this long has answered."""


@pytest.fixture(params=["node", "h11", "httptools"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a started server."""
    if request.param != "node":
        port = find_free_port()
        command = ["-m", "uvicorn", "tests.tap.echo_app:app", "--port", str(port), "--http", request.param]
        flags = ["--no-date-header", "--lifespan", "off", "--log-level", "critical"]
        process = subprocess.Popen([sys.executable, *command, *flags], cwd=ROOT)
    else:
        if shutil.which("node") is None:
            pytest.skip("Node (node)")
        process = subprocess.Popen(["node", str(HERE / "echo.mjs")], stdout=subprocess.PIPE)
        assert process.stdout is not None
        port = int(process.stdout.readline())
    wait_until(lambda: _is_open(port))
    yield port
    process.kill()
    process.wait()


def test_the_same_answers_as_without_it(tmp_path, missionscope, port):
    with start_tap(tmp_path, missionscope.url, {"brain": port}) as tap:
        # Each on a connection of its own, all on one, all without waiting for the answers.
        talks = [*([request] for request in [*REQUESTS, OLD]), REQUESTS, [b"".join(REQUESTS)]]
        with ThreadPoolExecutor(2 * len(talks)) as callers:
            tapped = callers.map(talk, repeat(tap.port("brain")), talks)
            direct = callers.map(talk, repeat(port), talks)
            assert list(tapped) == list(direct)

        recorded = missionscope.wait_for("/brain", 13)
        assert sorted({line["path"] for line in recorded}) == ["/chat", "/feedback", "/generate"]
        assert [line for line in recorded if "notes" in line] == []
        for line in recorded:
            assert line["status"] == 200
            assert line["response"]["url"] == line["path"]
            assert line["request"] in ({"a": 1}, {"b": 2}, {})
            assert base64.b64decode(line["response"]["body"]).strip()
        assert missionscope.left_out() == {}
        assert "secret" not in tap.output()


def test_an_upgraded_connection_of_node(tmp_path, missionscope, port):
    upgrade = b"GET / HTTP/1.1\r\n" + HEADERS + b"Connection: Upgrade\r\nUpgrade: echo\r\n\r\n"
    with start_tap(tmp_path, missionscope.url, {"postoffice": port}) as tap:
        pieces = [upgrade, bytes(range(256)) * 100]
        assert talk(tap.port("postoffice"), pieces) == talk(port, pieces)


def talk(port: int, pieces: list[bytes]) -> bytes:
    """Everything that comes back when the pieces are sent in turn, each after the answer to the one before."""
    got = b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(QUIET_S)
        for piece in pieces:
            connection.sendall(piece)
            try:
                while data := connection.recv(1 << 20):
                    got += data
            except TimeoutError:
                continue
    return got


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
