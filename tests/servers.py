"""MissionScope started the way its users start it: `manage.py up` in a process of its own."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.settings import REDIS_URL_FOR_SERVERS

ROOT = Path(__file__).resolve().parent.parent
START_S = 240
STOP_S = 60
PORTS = range(10_000, 32_000)
"""Below those that systems give to outgoing connections."""


class Server(NamedTuple):
    """A started MissionScope and how to get in."""

    url: str
    """Without a slash at its end."""
    key: str
    """All scopes of the project `default`."""
    user: str
    password: str
    data_dir: Path
    process: "subprocess.Popen[bytes]"
    log: Path
    """What it wrote on standard output and standard error."""
    database_url: str = ""
    """Of PostgreSQL; empty on SQLite."""


@contextmanager
def start_server(directory: Path, *, is_durable: bool = False, **environment: str) -> Iterator[Server]:
    """Start it with a data directory of its own (and a PostgreSQL database of its own when DATABASE_URL is set)."""
    port = find_free_port()
    key, password = f"ms_{secrets.token_hex(16)}", secrets.token_hex(8)
    log = directory / "server.log"
    settings = {
        "MISSIONSCOPE_PORT": str(port),
        "MISSIONSCOPE_DATA_DIR": str(directory / "data"),
        "MISSIONSCOPE_BOOTSTRAP_KEY": key,
        "MISSIONSCOPE_BOOTSTRAP_USER": "admin",
        "MISSIONSCOPE_BOOTSTRAP_PASSWORD": password,
        "MISSIONSCOPE_SAMPLES": "0",
        "DJANGO_SETTINGS_MODULE": "missionscope.settings",
    }
    with own_database(is_durable=is_durable) as database, log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env={**_plain_environment(), **settings, **database, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(url, process, log)
            address = database.get("DATABASE_URL", "")
            yield Server(url, key, "admin", password, directory / "data", process, log, address)
        finally:
            stop_server(process)


def stop_server(process: "subprocess.Popen[bytes]") -> int:
    """Ask it to end, and wait; its exit status."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError("the server did not end when asked to") from None


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when /readyz says yes; AssertionError with the end of the log when it never does."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"the server did not become ready:\n{log.read_text(errors='replace')[-4000:]}")


@contextmanager
def own_database(*, is_durable: bool = False) -> Iterator[dict[str, str]]:
    """DATABASE_URL (and REDIS_URL) of a fresh PostgreSQL database, dropped at the end; nothing on SQLite.

    Only a durable one waits for the disk with every commit: for tests that kill.
    """
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    import psycopg

    name = f"missionscope_server_{os.getpid()}_{secrets.token_hex(4)}"
    with psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        if not is_durable:
            connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        redis = {"REDIS_URL": REDIS_URL_FOR_SERVERS} if REDIS_URL_FOR_SERVERS else {}
        try:
            yield {"DATABASE_URL": f"{url.rpartition('/')[0]}/{name}", **redis}
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            _forget_in_redis(name)


def _forget_in_redis(name: str) -> None:
    if REDIS_URL_FOR_SERVERS:
        import redis

        with redis.Redis.from_url(REDIS_URL_FOR_SERVERS) as client:
            for key in client.scan_iter(match=f"*missionscope-{name}*"):
                client.delete(key)


def find_free_port() -> int:
    """A port of the loopback interface that nobody listens on now, and that no outgoing connection is given.

    Drawn by chance, so that several runs do not meet; a server that was killed finds it free again.
    """
    for _ in range(100):
        port = PORTS.start + secrets.randbelow(len(PORTS))
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port was found")


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("MISSIONSCOPE_", "DJANGO_"))}
