"""Waits for facts."""

import time
from collections.abc import Callable

PATIENCE_S = 90.0


def wait_until(is_so: Callable[[], bool], tell: Callable[[], str] = str, within_s: float = PATIENCE_S) -> float:
    """How long it took until it was so; AssertionError with what `tell` says when it took too long."""
    begun_s = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun_s < within_s, tell()
        time.sleep(0.05)
    return time.monotonic() - begun_s
