"""How much is this process taking in right now? Background work then gives way. A hint, never a lock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

WINDOW_S = 0.5
BUSY_A_SECOND = 1_500
"""Records a second from which on background work gives way: about what two cores take in, index and analyse at once."""
SHARE = 0.15
"""Of one core, for background work while the process is busy."""
LONGEST_REST_S = 3.0

_since_s = 0.0
_count = 0
_rate = 0.0


def note_ingest(records: int) -> None:
    """So many records were stored just now."""
    global _since_s, _count, _rate
    now_s = time.monotonic()
    if now_s - _since_s > WINDOW_S:
        _rate = _count / max(WINDOW_S, now_s - _since_s)
        _since_s, _count = now_s, 0
    _count += records


def is_busy() -> bool:
    """Were records stored a moment ago, and many?"""
    age_s = time.monotonic() - _since_s
    if age_s > 2 * WINDOW_S:
        return False
    return max(_rate, _count / WINDOW_S) > BUSY_A_SECOND


@contextmanager
def giving_way() -> Iterator[None]:
    """Around a piece of background work: if the process is busy, a rest follows. Keep the pieces small."""
    begun_s = time.thread_time()
    yield
    took_s = time.thread_time() - begun_s
    if is_busy():
        time.sleep(min(LONGEST_REST_S, took_s * (1 - SHARE) / SHARE))
