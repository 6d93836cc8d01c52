"""A Celery worker with beat beside the web server, kept alive, so that one command starts everything."""

import subprocess
import sys
import threading

import structlog

from missionscope.parent import name_as_parent

STOP_S = 15.0
RESTART_S = 3.0

logger = structlog.get_logger("missionscope.worker")


class CeleryWorker:
    """The worker's process; started again when it ends unasked."""

    def __init__(self) -> None:
        self._is_stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_alive, name="missionscope-celery", daemon=True)

    def start(self) -> None:
        """Begin."""
        name_as_parent()
        self._thread.start()

    def stop(self) -> None:
        """Let it finish the jobs it runs; kill it when that takes too long."""
        self._is_stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join(STOP_S)

    def _keep_alive(self) -> None:
        while not self._is_stopping.is_set():
            self._process = subprocess.Popen(get_command())
            if self._is_stopping.is_set():
                self._process.terminate()
            status = self._process.wait()
            if not self._is_stopping.is_set():
                logger.error("worker ended", status=status)
            self._is_stopping.wait(RESTART_S)


def get_command() -> list[str]:
    """What starts the worker; it keeps the time itself (see missionscope.celery.join_parent)."""
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "missionscope.celery", "worker"),
        *("--pool", "threads", "--concurrency", "2", "--loglevel", "warning"),
        *("--without-gossip", "--without-mingle"),
    ]
