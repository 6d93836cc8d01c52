"""The jobs of the program: plain functions that apps register and wake, whoever runs them.

A job is idempotent, takes nothing and finds its work in the database: a wake-up is a hint and may be lost with the
process, which is why every job also has an interval.
"""

from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

Waker = Callable[[str], None]


class Job(NamedTuple):
    """One registered job."""

    name: str
    """`app.verb`, e.g. `search.index`."""
    function: Callable[[], None]
    every_s: float
    """It runs at least this often, woken or not."""
    rest_s: float
    """Two runs begin at least this far apart, however often it is woken."""


_jobs: dict[str, Job] = {}
_lock = Lock()
_waker: Waker | None = None


def register(name: str, function: Callable[[], None], every_s: float, *, rest_s: float = 0.0) -> None:
    """Make a job known; call it from `AppConfig.ready`. The same name again replaces it."""
    if every_s <= 0 or rest_s < 0 or rest_s > every_s:
        raise ValueError(f"job {name}: every_s must be positive and rest_s within it")
    with _lock:
        _jobs[name] = Job(name, function, every_s, rest_s)


def list_jobs() -> tuple[Job, ...]:
    """Every registered job, by name."""
    with _lock:
        return tuple(_jobs[name] for name in sorted(_jobs))


def get_job(name: str) -> Job:
    """The job; KeyError when nothing is registered under that name."""
    with _lock:
        return _jobs[name]


def wake(name: str) -> None:
    """Ask for a run soon. Cheap, from any thread, never waits for the job; without a runner it does nothing."""
    waker = _waker
    if waker is not None:
        waker(name)


def has_runner() -> bool:
    """Does anybody hear the wake-ups of this process?"""
    return _waker is not None


def set_waker(waker: Waker | None) -> None:
    """Choose who hears the wake-ups of this process; None: nobody."""
    global _waker
    _waker = waker
