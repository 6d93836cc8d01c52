"""What waits to be sent. Its bytes are counted by the budget, so that it needs no bound of its own."""

import threading
import time
from collections import deque

from tap.captured import Captured

MAX_BATCH_RECORDS = 500
MAX_BATCH_BYTES = 1024 * 1024
"""Of a batch with more than one record. Handing it to the encoder holds up Python for a fraction of a millisecond."""


class Waiting:
    """First in, first out, between the relay's thread and the sender's."""

    def __init__(self) -> None:
        self._queue: deque[Captured] = deque()
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, captured: Captured) -> None:
        """Add one. Never waits for the sender."""
        with self._changed:
            self._queue.append(captured)
            self._changed.notify()

    def close(self) -> None:
        """Nothing more will be put: `take` no longer waits."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    @property
    def is_done(self) -> bool:
        """Closed and empty."""
        with self._changed:
            return self._is_closed and not self._queue

    def take(self, *, wait_s: float, gather_s: float) -> list[Captured]:
        """The next batch: waits for a first record, then a moment for more. Empty when none came."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closed, wait_s)
            is_gathering = bool(self._queue) and not self._is_closed
        if is_gathering:
            time.sleep(gather_s)
        with self._changed:
            return self._take()

    def take_all(self) -> list[Captured]:
        """Everything, at the end."""
        with self._changed:
            rest = list(self._queue)
            self._queue.clear()
            return rest

    def _take(self) -> list[Captured]:
        batch: list[Captured] = []
        size_bytes = 0
        while self._queue and len(batch) < MAX_BATCH_RECORDS:
            size_bytes += self._queue[0].cost_bytes
            if batch and size_bytes > MAX_BATCH_BYTES:
                break
            batch.append(self._queue.popleft())
        return batch
