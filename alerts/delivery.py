"""The job that delivers what is in the outbox, in threads of its own: a slow receiver holds up no other job."""

import logging
import threading

from django.db import close_old_connections

from alerts.channels.sending import send
from alerts.outbox import claim, count_due, settle
from alerts.timekeeping import read_now

THREADS = 4

log = logging.getLogger(__name__)
_alive: set[threading.Thread] = set()
_lock = threading.Lock()


def deliver() -> None:
    """Have what is due delivered. Returns at once; the interval of the job looks at what is left."""
    due = count_due(read_now())
    with _lock:
        for _ in range(min(due, THREADS - len(_alive))):
            thread = threading.Thread(target=_work, name="missionscope-alerts", daemon=True)
            _alive.add(thread)
            thread.start()


def deliver_due() -> int:
    """Deliver until nothing is due; how many attempts that took."""
    attempts = 0
    while (claimed := claim(read_now())) is not None:
        attempts += 1
        settle(claimed, send(claimed), read_now())
    return attempts


def _work() -> None:
    try:
        deliver_due()
    except Exception as error:  # the outermost loop of this thread: what it had claimed is claimed again
        log.error("alerts were not delivered: %s", type(error).__name__, exc_info=error)
    finally:
        close_old_connections()
        with _lock:
            _alive.discard(threading.current_thread())
