"""The database from the environment: one SQLite file, or PostgreSQL with a pool of connections."""

from pathlib import Path
from typing import Any

import environ

from missionscope.environment import get_number, refuse, split_url

# page_size comes first: it only takes effect before the first page of the file is written.
SQLITE_PRAGMAS = (
    "PRAGMA page_size = 16384;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA cache_size = -65536;"
    "PRAGMA temp_store = MEMORY"
)
SQLITE_BUSY_S = 30
POOL_WAIT_S = 1.5
"""A thread waits this long for a connection: senders are told to come back before they give up themselves (10 s)."""
POOL_RECONNECT_S = 1
"""Then the pool no longer tries by itself, ever more seldom; the next request does. So the way back is immediate."""


def read_database(url: str, data_directory: Path) -> dict[str, Any]:
    """Django's settings of the default database."""
    if not url:
        return _sqlite(str(data_directory / "missionscope.sqlite3"))
    scheme = split_url("DATABASE_URL", url).scheme
    if scheme == "sqlite":
        return _sqlite(str(environ.Env.db_url_config(url)["NAME"]))
    if scheme in {"postgres", "postgresql"}:
        return _postgresql(url)
    refuse("DATABASE_URL", "must begin with postgres:// or be unset for SQLite.")


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "init_command": SQLITE_PRAGMAS,
            "timeout": SQLITE_BUSY_S,
            "transaction_mode": "IMMEDIATE",
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    settings = dict(environ.Env.db_url_config(url))
    if not settings.get("NAME"):
        refuse("DATABASE_URL", "must name a database, such as postgres://user@host:5432/missionscope.")
    pool_size = get_number("MISSIONSCOPE_DATABASE_POOL", 8, least=2, most=200)
    options = dict(settings.get("OPTIONS") or {})
    options.setdefault("application_name", "missionscope")
    options.setdefault("options", "-c jit=off")  # it compiles for longer than our questions take
    options["pool"] = {
        "min_size": 1,
        "max_size": pool_size,
        "timeout": POOL_WAIT_S,
        "reconnect_timeout": POOL_RECONNECT_S,
    }
    return settings | {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 0, "OPTIONS": options}
