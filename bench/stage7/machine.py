"""A MissionScope to measure: what it takes of memory, processor and disk, and how it is asked."""

import contextlib
import http.client
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from tests.blackbox.machine import cpu_s, family
from tests.servers import Server, start_server

PATIENCE_S = 300.0


class Answer(NamedTuple):
    """What a request came to."""

    status: int
    body: bytes
    took_ms: float


class Client:
    """One kept connection."""

    def __init__(self, server: Server) -> None:
        place = urlsplit(server.url)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE_S)
        self._key = server.key

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> Answer:
        """One request. Raises what http.client raises."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": kind}
        begun = time.perf_counter()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        data = answer.read()
        return Answer(answer.status, data, (time.perf_counter() - begun) * 1000)

    def get(self, path: str) -> Any:
        """JSON; None for 404."""
        answer = self.ask("GET", path)
        assert answer.status in (200, 404), answer
        return json.loads(answer.body) if answer.status == 200 else None

    def read_all(self, path: str) -> list[Any]:
        """All pages of a list."""
        found: list[Any] = []
        address = f"{path}?limit=1000"
        while address:
            page = self.get(address)
            found += page["results"]
            following = urlsplit(page["next"] or "")
            address = f"{following.path}?{following.query}" if following.path else ""
        return found


class Machine:
    """A started MissionScope."""

    def __init__(self, server: Server, database_url: str) -> None:
        self.server, self._database_url = server, database_url
        self.empty_bytes = self.disk_bytes()

    def client(self) -> Client:
        """A connection of one's own."""
        return Client(self.server)

    def peak_mb(self) -> float:
        """The most memory that each of its processes has had, together."""
        return sum(_status_kb(pid, "VmHWM") for pid in family(self.server.process.pid)) / 1024

    def cpu_s(self) -> float:
        """Processor time of all its processes so far (PostgreSQL's are not among them)."""
        return cpu_s(self.server.process.pid)

    def disk_bytes(self) -> int:
        """The size of the database."""
        if self._database_url:
            return int(self.rows("SELECT pg_database_size(current_database())")[0][0])
        return int(self.rows("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")[0][0])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows read beside the server."""
        if self._database_url:
            import psycopg

            with psycopg.connect(self._database_url, autocommit=True) as connection:
                return connection.execute(sql).fetchall()
        file = next(self.server.data_dir.glob("*.sqlite3"))
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=60)) as connection:
            return connection.execute(sql).fetchall()

    def wait_until_settled(self) -> float:
        """Until no totals, no index and no mission of records without a name wait; how long that took, in s."""
        begun = time.monotonic()
        while any(
            self.rows(f"SELECT count(*) FROM {table}")[0][0] for table in ("traces_missionwork", "search_queueitem")
        ):
            assert time.monotonic() - begun < PATIENCE_S, "it does not settle"
            time.sleep(0.1)
        return time.monotonic() - begun


def path_of(mission_id: str) -> str:
    """Where the mission is read."""
    return f"/api/v1/missions/{quote(mission_id, safe='')}/"


@contextlib.contextmanager
def started(database: str, **environment: str) -> Iterator[Machine]:
    """A fresh one on `sqlite`, or on `postgres` with Redis by DATABASE_URL and REDIS_URL. Commits wait for the disk."""
    held = os.environ.pop("DATABASE_URL", "")
    if database == "postgres":
        assert held, "DATABASE_URL says which PostgreSQL"
        os.environ["DATABASE_URL"] = held
    try:
        with (
            tempfile.TemporaryDirectory(prefix="bench-stage7-") as folder,
            start_server(Path(folder), is_durable=True, MISSIONSCOPE_LOG_LEVEL="warning", **environment) as server,
        ):
            yield Machine(server, server.database_url)
    finally:
        if held:
            os.environ["DATABASE_URL"] = held


def _status_kb(pid: int, name: str) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/status").read_text().partition(f"{name}:")[2].split()[0])
    return 0
