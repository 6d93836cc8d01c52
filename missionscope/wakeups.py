"""Wake-ups of jobs handed to a thread of their own: who wakes has just committed and must not wait for Redis."""

import os
import threading
from collections.abc import Callable

import structlog

from core.spans import Origin, get_origin

Waker = Callable[[str, Origin], None]

logger = structlog.get_logger("missionscope.jobs")


class BackgroundWaker:
    """Remembers what is to be woken and wakes it in the background; the same name twice before that is once."""

    def __init__(self, make_waker: Callable[[], Waker]) -> None:
        self._make_waker = make_waker
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """Threads do not survive a fork."""
        self._origins: dict[str, Origin] = {}
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None

    def __call__(self, name: str) -> None:
        """Never waits, never fails."""
        with self._condition:
            self._origins[name] = _richer(self._origins.get(name), get_origin())
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="missionscope-wakeups", daemon=True)
                self._thread.start()
            self._condition.notify()

    def _run(self) -> None:
        waker = self._make_waker()
        while True:
            with self._condition:
                while not self._origins:
                    self._condition.wait()
                woken, self._origins = sorted(self._origins.items()), {}
            for name, origin in woken:
                try:
                    waker(name, origin)
                except Exception as error:  # the outermost loop: the interval serves the job that was not woken
                    logger.warning("job not woken", job=name, error=type(error).__name__)


def _richer(known: Origin | None, origin: Origin) -> Origin:
    """Of two that want the same job: one that is traced."""
    return known if known is not None and (known.span or not origin.span) else origin
