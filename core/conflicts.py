"""Transactions that PostgreSQL ends because of another one: tried again."""

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
TRIES = 5
CONFLICTS = {"40001", "40P01", "23505"}
"""Serialisation failure, deadlock, and a row that another transaction inserted since this one looked for it."""


def retry_conflicts(work: Callable[[], Result]) -> Result:
    """What `work` gives. It must be one whole transaction, and may run several times."""
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except Exception as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state not in CONFLICTS or attempt == TRIES:
                raise
    raise AssertionError("unreachable")
