"""`manage.py up`: everything that MissionScope is, in the foreground, from an empty directory."""

import socket
import sys
import threading
from importlib.util import find_spec
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from accounts.bootstrap import FirstAccounts, make_first_accounts
from core.counters import open_folder
from core.errors import MissionScopeError
from missionscope.environment import refuse
from missionscope.migration import migrate_database

logger = structlog.get_logger("missionscope.up")


class Command(BaseCommand):
    """Migrate, make the first accounts, serve, send the sample missions; end cleanly on SIGTERM and SIGINT."""

    help = "Start MissionScope: migrate, make the accounts of a first start, and serve."
    requires_system_checks: list[str] = []  # noqa: RUF012 — Django's own declaration

    def handle(self, *_: Any, **__: Any) -> None:
        from missionscope.server import open_socket, serve

        listener = open_socket()
        if settings.MISSIONSCOPE_WORKERS > 1:
            # Each process counts for itself; whichever is asked for /metrics adds them up.
            folder = f"{socket.gethostname()}-{settings.MISSIONSCOPE_PORT}"
            open_folder(settings.MISSIONSCOPE_DATA_DIR / "counters" / folder)
        accounts = self._prepare_database()
        worker = self._start_worker()
        try:
            has_served = serve(listener, lambda: self._tell(accounts))
        finally:
            if worker is not None:
                worker.stop()
            connections.close_all()
        if not has_served:
            sys.exit(1)
        self.stdout.write("MissionScope has ended.")

    def _prepare_database(self) -> FirstAccounts | None:
        try:
            migrate_database()
            return make_first_accounts(
                username=settings.MISSIONSCOPE_BOOTSTRAP_USER,
                password=settings.MISSIONSCOPE_BOOTSTRAP_PASSWORD,
                key=settings.MISSIONSCOPE_BOOTSTRAP_KEY,
            )
        except DatabaseError as error:
            variable = "MISSIONSCOPE_DATA_DIR" if settings.IS_SQLITE else "DATABASE_URL"
            refuse(variable, f"leads to no usable database: {str(error).splitlines()[0]}")
        except MissionScopeError as error:
            reasons = "; ".join(f"{wrong.field} {wrong.message}" for wrong in error.errors) or error.detail
            refuse("MISSIONSCOPE_BOOTSTRAP_KEY", f"or _USER cannot be used: {reasons}.")
        finally:
            connections.close_all()

    def _start_worker(self) -> Any:
        if not (settings.REDIS_URL and settings.MISSIONSCOPE_CELERY_WORKER):
            return None
        from missionscope.worker import CeleryWorker

        worker = CeleryWorker()
        worker.start()
        return worker

    def _tell(self, accounts: FirstAccounts | None) -> None:
        from missionscope.server import local_url

        url = settings.MISSIONSCOPE_URL or local_url()
        self.stdout.write(f"MissionScope serves at {url}/")
        if accounts is not None:
            given = "as configured"
            self.stdout.write(f"  user      {accounts.username}")
            self.stdout.write(f"  password  {accounts.password if accounts.is_password_generated else given}")
            self.stdout.write(f"  API key   {accounts.key if accounts.is_key_generated else given}  (project default)")
            self.stdout.write("  Shown once: keep them.")
            if settings.MISSIONSCOPE_SAMPLES and find_spec("ingest.asgi"):
                threading.Thread(target=send_samples, args=(accounts.key,), daemon=True).start()
        self.stdout.flush()


def send_samples(key: str) -> None:
    """Send the sample missions through the doors, as any sender would."""
    from demo.door import DoorClosed
    from demo.samples import send
    from missionscope.server import local_url

    try:
        send(local_url(), key)
    except DoorClosed as error:
        logger.warning("sample missions not sent", error=str(error))
