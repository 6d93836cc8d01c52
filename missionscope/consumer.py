"""The worker's consumer of wake-ups: as Celery's, and it outlives a Redis that goes away."""

import warnings
from functools import partial
from typing import Any

import structlog
from celery.exceptions import CPendingDeprecationWarning
from celery.worker.consumer import Consumer

from missionscope.redis_away import jobs_outage

LONGEST_PAUSE_S = 5
logger = structlog.get_logger("missionscope.worker")


class LastingConsumer(Consumer):  # type: ignore[misc]
    """Connects again also when the lost connection had wake-ups that no job had begun yet, and soon."""

    def ensure_connected(self, conn: Any) -> Any:
        """Try again every few seconds: kombu's own pauses grow to half a minute, and alerts wait for them."""
        conn.ensure_connection = partial(
            conn.ensure_connection, interval_start=1, interval_step=1, interval_max=LONGEST_PAUSE_S
        )
        connected = super().ensure_connected(conn)
        jobs_outage.end()
        return connected

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Drop the connection. Kombu wants to put such wake-ups back through it, and fails for it has no client by
        then, which would end the worker. They are hints: the intervals of the jobs serve. And it warns of running jobs
        whose messages cannot be acknowledged any more: ours are acknowledged when they begin."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", CPendingDeprecationWarning)
                super().on_connection_error_after_connected(exc)
        except AttributeError as error:
            logger.warning("wake-ups were lost with the connection", error=str(error))
