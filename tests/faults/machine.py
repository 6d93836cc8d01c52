"""A MissionScope that can be killed and started again over the same data, and what is stored in it."""

import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.blackbox.machine import family
from tests.servers import ROOT, find_free_port, own_database, wait_until_ready

GONE_S = 5.0


class SpanIdentity(NamedTuple):
    """What makes a span one and the same, however often it is sent."""

    trace_id: str
    span_id: str


class Machine:
    """One installation: a port, a data directory and a database that outlive its processes."""

    def __init__(self, directory: Path, database: dict[str, str], environment: dict[str, str]) -> None:
        self.directory, self.database = directory, database
        self.key = f"ms_{secrets.token_hex(16)}"
        port = find_free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = directory / "server.log"
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("MISSIONSCOPE_", "DJANGO_"))}
        self.environment = {
            **plain,
            "MISSIONSCOPE_PORT": str(port),
            "MISSIONSCOPE_DATA_DIR": str(directory / "data"),
            "MISSIONSCOPE_BOOTSTRAP_KEY": self.key,
            "MISSIONSCOPE_BOOTSTRAP_USER": "admin",
            "MISSIONSCOPE_BOOTSTRAP_PASSWORD": secrets.token_hex(8),
            "MISSIONSCOPE_SAMPLES": "0",
            **database,
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a process group of its own and wait until it is ready."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until_ready(self.url, self.process, self.log)

    def kill_everything(self) -> None:
        """SIGKILL to the server and all it started, in the same moment."""
        process = self._running()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_first_process(self) -> list[int]:
        """SIGKILL to the process that was started alone; gives the processes it leaves behind."""
        process = self._running()
        others = [pid for pid in family(process.pid) if pid != process.pid]
        process.kill()
        process.wait()
        return others

    def terminate(self, timeout_s: float = 30.0) -> int:
        """Ask it to end and wait; its exit status."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout_s)

    def end(self) -> None:
        """Leave nothing running."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.terminate()
                try:
                    self.process.wait(20)
                except subprocess.TimeoutExpired:
                    pass
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()

    def _running(self) -> "subprocess.Popen[bytes]":
        assert self.process is not None
        assert self.process.poll() is None, f"the server ended by itself:\n{self.log.read_text()[-3000:]}"
        return self.process

    @property
    def sqlite_file(self) -> Path | None:
        """The database's file; None on PostgreSQL."""
        return None if self.database else self.directory / "data" / "missionscope.sqlite3"

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows read beside the server."""
        if self.sqlite_file is not None:
            with closing(sqlite3.connect(self.sqlite_file, timeout=30)) as connection:
                return connection.execute(sql).fetchall()
        import psycopg

        with psycopg.connect(self.database["DATABASE_URL"], autocommit=True) as connection:
            return list(connection.execute(sql).fetchall())

    def count_stored(self) -> Counter[SpanIdentity]:
        """Every span in the table, and how often."""
        rows = self.query("SELECT trace_id, span_id FROM traces_span")
        return Counter(SpanIdentity(bytes(trace).hex(), bytes(span).hex()) for trace, span in rows)

    def check_database(self) -> None:
        """What the database itself says of its soundness, and rows that must belong to others."""
        if self.sqlite_file is not None:
            assert self.query("PRAGMA integrity_check") == [("ok",)]
        for table, column, other, key in (
            ("traces_span", "mission_id", "traces_mission", "id"),
            ("traces_span", "pack_id", "bodies_pack", "id"),
            ("bodies_body", "pack_id", "bodies_pack", "id"),
            ("llmlog_llmcall", "span_pk", "traces_span", "id"),
            ("llmlog_toolcall", "span_pk", "traces_span", "id"),
            ("traces_snapshot", "span_pk", "traces_span", "id"),
        ):
            orphans = self.query(
                f"SELECT count(*) FROM {table} t WHERE t.{column} IS NOT NULL"
                f" AND NOT EXISTS (SELECT 1 FROM {other} o WHERE o.{key} = t.{column})"
            )
            assert orphans == [(0,)], f"{table}.{column} points at {other} that is not there"


@contextmanager
def machine_in(directory: Path, **environment: str) -> Iterator[Machine]:
    """An installation on the database that the tests run on; not yet started; ended and dropped afterwards."""
    with own_database(is_durable=True) as database:
        machine = Machine(directory, database, environment)
        try:
            yield machine
        finally:
            machine.end()


def wait_until_gone(pids: list[int], timeout_s: float = GONE_S) -> list[int]:
    """Those of the processes that still run after the time."""
    deadline = time.monotonic() + timeout_s
    while (left := [pid for pid in pids if is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def is_running(pid: int) -> bool:
    """Does the process live (a zombie does not)?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
