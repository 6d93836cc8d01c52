"""The worker's consumer of wake-ups: as Celery's, and it outlives a Redis that goes away."""

import structlog
from celery.worker.consumer import Consumer

logger = structlog.get_logger("missionscope.worker")


class LastingConsumer(Consumer):  # type: ignore[misc]
    """Connects again also when the lost connection had wake-ups that no job had begun yet."""

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Drop the connection. Kombu wants to put such wake-ups back through it, and fails for it has no client by
        then, which would end the worker. They are hints: the intervals of the jobs serve."""
        try:
            super().on_connection_error_after_connected(exc)
        except AttributeError as error:
            logger.warning("wake-ups were lost with the connection", error=str(error))
