"""Taking a started server's database away, and giving it back."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
from psycopg import sql

from tests.servers import Server


def on_postgres() -> bool:
    """Do started servers use PostgreSQL?"""
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def names() -> set[str]:
    """The PostgreSQL databases of servers this process has started; none on SQLite."""
    if not on_postgres():
        return set()
    with _administer() as connection:
        return {
            str(row[0])
            for row in connection.execute("SELECT datname FROM pg_database").fetchall()
            if f"_{os.getpid()}_" in str(row[0])
        }


@contextmanager
def database_gone(server: Server, name: str) -> Iterator[None]:
    """Nobody can write to the server's database meanwhile: its SQLite file is locked, or PostgreSQL lets no one in."""
    with _postgres_closed(name) if on_postgres() else _file_locked(server):
        yield


@contextmanager
def _file_locked(server: Server) -> Iterator[None]:
    (path,) = server.data_dir.rglob("*.sqlite3")
    with closing(sqlite3.connect(path, isolation_level=None, timeout=20)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


@contextmanager
def _postgres_closed(name: str) -> Iterator[None]:
    with _administer() as connection:
        _let_in(connection, name, "false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            _let_in(connection, name, "true")


def _let_in(connection: psycopg.Connection, word: str, allowed: str) -> None:
    statement = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    connection.execute(statement.format(sql.Identifier(word), sql.SQL(allowed)))


def _administer() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"].rpartition("/")[0] + "/postgres", autocommit=True)
