"""For processes under libfaketime: its `clock_nanosleep` refuses what Python's `time.sleep` asks of it."""

import select
import time


def sleep(seconds: float) -> None:
    """As `time.sleep`."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = sleep
