"""How much waits to be stored in this process right now? Background work then gives way. A hint, never a lock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

WINDOW_S = 0.5
"""What waited this long ago still counts: between two requests of a sender nothing waits."""
LITTLE_BYTES, MUCH_BYTES = 256 * 1024, 5 << 20
"""Less than little is no load; much is more than two senders with full batches."""
SHARE_OF_SOME, SHARE_OF_MUCH = 0.75, 0.1
"""Of the time, for background work."""
LONGEST_REST_S = 3.0

_noted_s = -WINDOW_S
_most_bytes = 0


def note_waiting(waiting_bytes: int) -> None:
    """So many bytes of requests are being read or wait to be stored."""
    global _noted_s, _most_bytes
    now_s = time.monotonic()
    if now_s - _noted_s > WINDOW_S or waiting_bytes >= _most_bytes:
        _noted_s, _most_bytes = now_s, waiting_bytes


def get_share() -> float:
    """The share of the time that background work may take now; 1 while little waits."""
    if time.monotonic() - _noted_s > WINDOW_S or _most_bytes < LITTLE_BYTES:
        return 1.0
    return SHARE_OF_SOME if _most_bytes < MUCH_BYTES else SHARE_OF_MUCH


def is_busy() -> bool:
    """Is something else waiting for this process?"""
    return get_share() < 1


@contextmanager
def giving_way() -> Iterator[None]:
    """Around a piece of background work: while the process is busy a rest follows. Keep the pieces small."""
    begun_s = time.monotonic()
    yield
    took_s, share = time.monotonic() - begun_s, get_share()
    if share < 1:
        time.sleep(min(LONGEST_REST_S, took_s * (1 - share) / share))
