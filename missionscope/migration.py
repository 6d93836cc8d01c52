"""Bringing the database up to date, by one process at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

ADVISORY_LOCK = 0x6D697373696F6E
WAIT_S = 15.0
"""For a PostgreSQL that is started at the same time."""


def migrate_database() -> bool:
    """Apply what is missing; False when nothing was. OperationalError when there is no usable database."""
    wait_for_database()
    with only_one_process():
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        call_command("migrate", interactive=False, verbosity=0)
        return True


def wait_for_database() -> None:
    """Return when PostgreSQL takes connections; OperationalError with its own words when it does not in time."""
    if connection.vendor != "postgresql":
        return
    import psycopg

    parameters = {name: value for name, value in connection.get_connection_params().items() if name != "pool"}
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            psycopg.connect(**{**parameters, "connect_timeout": 5, "cursor_factory": None}).close()
            return
        except psycopg.OperationalError as error:
            is_starting = "refused" in str(error) or "starting up" in str(error)
            if not is_starting or time.monotonic() > deadline:
                raise OperationalError(str(error)) from error
        time.sleep(0.5)


@contextmanager
def only_one_process() -> Iterator[None]:
    """Wait for other processes that start on the same PostgreSQL database. SQLite has one process."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
