"""What the doors took of each project, told to that project as metrics: the dashboard of ingest is made of them.

Counted in this process and written every FLUSH_S seconds, the way of all points; what a process had counted since then
is lost with it. The server's own numbers for Prometheus are in `core.counters`.
"""

import asyncio
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ingest.commit import Unavailable, committer
from ingest.doors import Problem
from ingest.prepare import Prepared, prepare_decoded
from search.selectors import get_index_lag_ns
from telemetry.points import DELTA, GAUGE, HISTOGRAM, SUM, Explicit
from telemetry.records import Decoded, Metric, PointRecord, Resource, Scope

FLUSH_S = 15.0
DOOR = "own"
BOUNDS = tuple(round(0.001 * 1.3**step, 6) for step in range(42))
"""Seconds: 1 ms to 47 s, each a third longer than the one before."""
NS = 1_000_000_000
ACCEPTED, REJECTED = "accepted", "rejected"
RESOURCE = Resource({"service.name": "missionscope"})
RECORDS = Metric(
    "missionscope.ingest.records", SUM, "{record}", "Records that the doors took or refused.", DELTA, True, RESOURCE,
    Scope(),
)  # fmt: skip
DURATION = Metric(
    "missionscope.ingest.duration", HISTOGRAM, "s", "From a request to its answer.", DELTA, False, RESOURCE, Scope()
)
LAG = Metric(
    "missionscope.ingest.lag", GAUGE, "s", "How far what is read is behind what is stored.", "", False, RESOURCE,
    Scope(),
)  # fmt: skip


class _Asked(NamedTuple):
    project_id: int
    door: str
    status: int


class _Seconds:
    """How long requests took."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = self.largest = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds
        self.largest = max(self.largest, seconds)


class DoorHealth:
    """The counts of this process since they were last written. The event loop alone touches it."""

    def __init__(self, submit: Callable[[Prepared], Any] = committer.submit) -> None:
        self._submit = submit
        self._seconds: dict[_Asked, _Seconds] = defaultdict(_Seconds)
        self._records: Counter[tuple[int, str, str]] = Counter()
        self._since_ns = 0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, project_id: int, door: str) -> Iterator[None]:
        """Counts a request that ends in this block, by its answer."""
        begun_s, status = time.monotonic(), 200
        try:
            yield
        except Exception as error:
            status = error.status if isinstance(error, Problem) else getattr(error, "status", 503)
            raise
        finally:
            self._seconds[_Asked(project_id, door, status)].add(time.monotonic() - begun_s)
            self._write_soon()

    def count(self, project_id: int, door: str, *, accepted: int, rejected: int) -> None:
        """Counts records of a request that is answered with success."""
        self._records[project_id, door, ACCEPTED] += accepted
        self._records[project_id, door, REJECTED] += rejected

    def _write_soon(self) -> None:
        if self._timer is None:
            self._since_ns = time.time_ns()
            self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self._begin_writing)

    def _begin_writing(self) -> None:
        self._timer = None
        self._task = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        now_ns = time.time_ns()
        lag_ns = await asyncio.to_thread(get_index_lag_ns, now_ns)
        futures = [self._submit(prepared) for prepared in self.take(now_ns, lag_ns)]
        for future in futures:
            try:
                await asyncio.wrap_future(future)
            except Unavailable:
                return  # the database says no; the doors' own answers tell that

    def take(self, now_ns: int, lag_ns: int) -> list[Prepared]:
        """What was counted, ready to be stored, one request for each project; counting begins anew."""
        since_ns, points = self._since_ns, defaultdict[int, list[PointRecord]](list)
        for asked, seconds in self._seconds.items():
            points[asked.project_id].append(_duration(asked, seconds, since_ns, now_ns))
        for (project_id, door, outcome), count in self._records.items():
            labels = {"door": door, "outcome": outcome}
            points[project_id].append(PointRecord(RECORDS, labels, now_ns, since_ns, value=float(count)))
        for told in points.values():
            told.append(PointRecord(LAG, {"job": "search"}, now_ns, None, value=lag_ns / NS))
        self._seconds.clear()
        self._records.clear()
        return [
            prepare_decoded(project_id, DOOR, Decoded([], [], [], points=told), now_ns)
            for project_id, told in points.items()
        ]


def _duration(asked: _Asked, seconds: _Seconds, since_ns: int, now_ns: int) -> PointRecord:
    labels: dict[str, Any] = {"door": asked.door, "status": str(asked.status)}
    if asked.status >= 500:
        labels["error.type"] = str(asked.status)
    return PointRecord(
        DURATION,
        labels,
        now_ns,
        since_ns,
        count=sum(seconds.counts),
        sum=seconds.total,
        max=seconds.largest,
        buckets=Explicit(BOUNDS, tuple(seconds.counts)),
    )


health = DoorHealth()
