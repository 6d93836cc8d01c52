"""What could not be recorded, counted by sort: told in the tap's own log, and to MissionScope when it listens."""

import threading
from collections.abc import Iterable

import structlog

from tap.captured import LeftOut

logger = structlog.get_logger("missionscope.tap")

Sort = tuple[str, str, str]


class Losses:
    """Counts since MissionScope was last told. Any thread. Bounded, as services, routes and reasons are."""

    def __init__(self) -> None:
        self._counts: dict[Sort, tuple[int, int]] = {}
        self._unlogged: dict[Sort, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def add(self, left_out: LeftOut) -> None:
        """Count it."""
        with self._lock:
            for counts in (self._counts, self._unlogged):
                _add(counts, left_out)

    def take(self) -> list[LeftOut]:
        """What MissionScope is to be told now. What it then did not take comes back by `put_back`."""
        with self._lock:
            taken, self._counts = self._counts, {}
        return _list(taken)

    def put_back(self, taken: Iterable[LeftOut]) -> None:
        """MissionScope has not heard of these."""
        with self._lock:
            for left_out in taken:
                _add(self._counts, left_out)

    def log(self) -> None:
        """Write what was left out since the last time, one line for each sort."""
        with self._lock:
            unlogged, self._unlogged = self._unlogged, {}
        for left_out in _list(unlogged):
            logger.warning(
                "tap.left_out",
                service=left_out.kind,
                what=left_out.what,
                reason=left_out.reason,
                count=left_out.count,
                size_bytes=left_out.size_bytes,
            )


def _add(counts: dict[Sort, tuple[int, int]], left_out: LeftOut) -> None:
    sort = (left_out.kind, left_out.what, left_out.reason)
    count, size_bytes = counts.get(sort, (0, 0))
    counts[sort] = (count + left_out.count, size_bytes + left_out.size_bytes)


def _list(counts: dict[Sort, tuple[int, int]]) -> list[LeftOut]:
    return [LeftOut(*sort, *numbers) for sort, numbers in counts.items()]
