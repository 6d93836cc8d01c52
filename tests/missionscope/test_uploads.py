"""Large bodies are refused before they are read: by who sends them, and by their size."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from core.limits import MAX_SOURCE_MAP_BYTES
from tests.api.conftest import Asker
from tests.servers import Server

pytestmark = pytest.mark.server
PATIENCE_S = 60
PATH = "/api/v1/source-maps/"
MIB = 1 << 20


@contextmanager
def opened(server: Server) -> Iterator[socket.socket]:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S) as connection:
        yield connection


def ask(connection: socket.socket, path: str, **headers: str) -> None:
    """Everything but the body."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """Status and body of an answer after which the connection ends."""
    data = b""
    while part := connection.recv(65_536):
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize("key", ["", "ms_wrong_0123456789"])
def test_an_upload_of_nobody_is_refused_before_its_body(server: Server, key: str) -> None:
    with opened(server) as connection:
        ask(connection, PATH, content_length=str(30 * MIB), **({"x_api_key": key} if key else {}))
        connection.sendall(b"{" * 1000)
        status, body = read_answer(connection)
    assert status == 401
    assert json.loads(body)["code"] == "not_authenticated"


def test_a_cookie_that_is_no_login_is_nobody(server: Server) -> None:
    with opened(server) as connection:
        ask(connection, PATH, content_length=str(30 * MIB), cookie="sessionid=nobody")
        assert read_answer(connection)[0] == 401


@pytest.mark.parametrize(
    ("path", "size"), [(PATH, MAX_SOURCE_MAP_BYTES + 1), ("/api/v1/errors/1/", 5 * MIB), ("/login/", 5 * MIB)]
)
def test_a_declared_body_over_the_limit_is_refused_before_it_comes(server: Server, path: str, size: int) -> None:
    with opened(server) as connection:
        ask(connection, path, content_length=str(size), x_api_key=server.key)
        assert read_answer(connection)[0] == 413


def test_a_body_of_unknown_length_is_refused_when_it_is_over_the_limit(server: Server) -> None:
    part = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    sent = 0
    with opened(server) as connection:
        ask(connection, "/login/", transfer_encoding="chunked")
        connection.settimeout(PATIENCE_S)
        try:
            while sent < 64 * MIB:
                connection.sendall(part)
                sent += 65_536
        except OSError:  # the server has ended the connection
            pass
        else:
            assert read_answer(connection)[0] == 413
    assert sent < 64 * MIB


def test_who_may_upload_is_served_as_before(server: Server) -> None:
    http = Asker(server.url, server.key).http
    fields = {
        "release": "r@1",
        "url": "~/a.js",
        "source_map": json.dumps({"version": 3, "sources": [], "mappings": ""}),
    }
    assert http.post(PATH, json=fields | {"minified": "x" * 5 * MIB}).status_code == 200
    assert http.delete(PATH, params={"release": "r@1"}).status_code == 200
