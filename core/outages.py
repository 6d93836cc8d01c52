"""One line when something that is needed goes away, and one when it is back, however often it is missed in between."""

import logging
import time
from collections.abc import Iterator
from threading import Lock


class Outage:
    """Whether it is away. For all threads of a process."""

    def __init__(self, logger: logging.Logger, *, away: str, back: str) -> None:
        """`away` and `back`: what is written when it goes and when it comes back."""
        self._logger, self._away, self._back = logger, away, back
        self._lock = Lock()
        self._since_s: float | None = None

    @property
    def is_on(self) -> bool:
        """Is it away, as far as anybody has noticed?"""
        return self._since_s is not None

    def begin(self, error: BaseException) -> None:
        """It was missed."""
        with self._lock:
            if self._since_s is not None:
                return
            self._since_s = time.monotonic()
        said = f"{type(error).__name__}: {error}"
        self._logger.warning(self._away, extra={"error": said})

    def end(self) -> None:
        """It has answered."""
        if self._since_s is None:
            return
        with self._lock:
            since_s, self._since_s = self._since_s, None
        if since_s is not None:
            self._logger.warning(self._back, extra={"away_s": round(time.monotonic() - since_s, 1)})


class OutageFilter(logging.Filter):
    """For the logger of a library that tells of an outage again and again: such a line only begins it."""

    def __init__(self, outage: Outage, *errors: type[BaseException]) -> None:
        """`errors`: what is raised while it is away. Lines with other ones are written."""
        super().__init__()
        self._outage, self._errors = outage, errors

    def filter(self, record: logging.LogRecord) -> bool:
        """False of a line with such an error, or with one that came of it."""
        for error in _list_errors(record):
            if isinstance(error, self._errors):
                self._outage.begin(error)
                return False
        return True


def _list_errors(record: logging.LogRecord) -> Iterator[BaseException]:
    arguments = record.args if isinstance(record.args, tuple) else ()
    waiting = [record.exc_info[1] if record.exc_info else None, *arguments]
    seen: set[int] = set()
    while waiting:
        error = waiting.pop(0)
        if isinstance(error, BaseException) and id(error) not in seen:
            seen.add(id(error))
            yield error
            waiting += [error.__cause__, error.__context__]
