"""Every byte that an installation keeps or says, made readable."""

import base64
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urljoin

import httpx

from bodies.packs import decompress
from tests.blackbox.client import Reader
from tests.faults.machine import Machine

MOST_PAGES = 30
_PATHS = re.compile(r'(?:href|src|hx-get|data-[a-z-]+)="(/[^"#]*)')
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")
_HEXADECIMAL = re.compile(rb"(?:[0-9a-f]{2}){24,}")
_NOT_VISITED = ("/static/", "/logout", "/api/", "/ws/", "/theme", "/project")
_FULL_TEXT = ("search_words", "search_logwords")

Found = Iterator[tuple[str, bytes]]
"""Where, and what is there."""


def stored(machine: Machine) -> Found:
    """Tables row by row, packs decompressed, the words of the search index, files as they are."""
    for table in _tables(machine):
        for row in machine.query(f'SELECT * FROM "{table}"'):
            yield f"table {table}", b"\x1f".join(_bytes(value) for value in row)
    for (frame,) in machine.query("SELECT data FROM bodies_pack"):
        yield "a pack", decompress(bytes(frame))
    if machine.sqlite_file is not None:
        with closing(sqlite3.connect(machine.sqlite_file, timeout=30)) as connection:
            for table in _FULL_TEXT:
                connection.execute(f"CREATE VIRTUAL TABLE temp.of_{table} USING fts5vocab(main, {table}, row)")
                terms = connection.execute(f"SELECT term FROM of_{table}")
                yield f"the search index {table}", b"\n".join(_bytes(row[0]) for row in terms)
    yield from files(machine)


def files(machine: Machine) -> Found:
    """Everything below the installation's directory: database, WAL, log."""
    for path in sorted(machine.directory.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()


def _tables(machine: Machine) -> list[str]:
    if machine.sqlite_file is not None:
        named = machine.query(f"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN {_FULL_TEXT}")
    else:
        named = machine.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [str(name) for (name,) in named]


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def decoded(found: bytes) -> Iterator[bytes]:
    """What stands in it as Base64 or in hexadecimal, which is how bytes are shown."""
    for written in _BASE64.findall(found):
        yield base64.b64decode(written[: len(written) // 4 * 4])
    for written in _HEXADECIMAL.findall(found):
        yield bytes.fromhex(written.decode())


def rest_answers(machine: Machine, searched: str) -> Found:
    """Lists and details of everything, as REST tells them."""
    reader = Reader(machine.url, machine.key)
    with closing(reader):
        for mission in _results(reader, "/api/v1/missions/", found := []):
            base = mission["url"].replace("/missions/", "/api/v1/missions/", 1)
            for part in _WHOLE:
                found.append(reader.get(base + part).content)
            for part, keys in _DETAILS.items():
                for item in _results(reader, base + part, found):
                    path = f"{base}{part}{'/'.join(str(item[key]) for key in keys)}/"
                    found.append(reader.get(path).content if keys else b"")
        _results(reader, "/api/v1/rejections/", found)
        _results(reader, f"/api/v1/search/?q={searched}", found)
        _results(reader, "/api/v1/logs/", found)
        for body in found:
            yield "REST", body


_WHOLE = (
    "", "agents/", "steps/", "human-requests/", "findings/", "graph/", "critical-path/", "state/",
    "turns/?include=content",
)  # fmt: skip
_DETAILS: dict[str, tuple[str, ...]] = {
    "spans/": ("trace_id", "span_id"),
    "llm-calls/": ("id",),
    "tool-calls/": ("id",),
    "logs/": (),
    "snapshots/": (),
}


def _results(reader: Reader, path: str, found: list[bytes]) -> list[Any]:
    """The items of a list; its answers are added to `found`."""
    items: list[Any] = []
    following: str | None = path
    while following:
        answer = reader.get(following)
        assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
        found.append(answer.content)
        items += answer.json()["results"]
        following = answer.json()["next"]
    return items


def pages(machine: Machine, *first: str) -> Found:
    """Pages as a person sees them, from these on along every link."""
    with httpx.Client(base_url=machine.url, timeout=60, trust_env=False, follow_redirects=True) as browser:
        _log_in(browser, machine)
        waiting, seen = list(first), set(first)
        while waiting and len(seen) < MOST_PAGES + len(waiting):
            path = waiting.pop(0)
            answer = browser.get(path)
            assert answer.status_code < 500, f"{path}: {answer.status_code}"
            yield f"page {path}", answer.content
            for linked in _PATHS.findall(answer.text):
                linked = urljoin(path, linked.replace("&amp;", "&"))
                if linked not in seen and not linked.startswith(_NOT_VISITED):
                    seen.add(linked)
                    waiting.append(linked)


def _log_in(browser: httpx.Client, machine: Machine) -> None:
    browser.get("/login/")
    environment = machine.environment
    login = {
        "username": environment["MISSIONSCOPE_BOOTSTRAP_USER"],
        "password": environment["MISSIONSCOPE_BOOTSTRAP_PASSWORD"],
        "csrfmiddlewaretoken": browser.cookies["csrftoken"],
    }
    assert "sessionid" in browser.cookies or browser.post("/login/", data=login).status_code == 200
    assert "sessionid" in browser.cookies


class RedisEar:
    """Hears every command that reaches Redis."""

    def __init__(self, url: str) -> None:
        import redis

        self._client = redis.Redis.from_url(url)
        self._monitor = self._client.monitor()
        self._monitor.__enter__()
        self.heard: list[bytes] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with suppress(Exception):  # the connection is closed at the end
            for command in self._monitor.listen():
                self.heard.append(_bytes(command["command"]))

    def end(self, prefix: str) -> Found:
        """What was said, and what the installation still keeps there."""
        assert self.heard
        for command in self.heard:
            yield "a command to Redis", command
        for key in self._client.scan_iter(match=f"*{prefix}*"):
            yield "a key in Redis", b"\x1f".join((bytes(key), *self._values(bytes(key))))
        self._monitor.connection.disconnect()
        self._client.close()

    def _values(self, key: bytes) -> list[bytes]:
        kind = self._client.type(key)
        if kind == b"string":
            return [self._client.get(key) or b""]
        if kind == b"hash":
            return [part for pair in self._client.hgetall(key).items() for part in pair]
        if kind == b"list":
            return list(self._client.lrange(key, 0, -1))
        return list(self._client.zrange(key, 0, -1) if kind == b"zset" else self._client.smembers(key))
