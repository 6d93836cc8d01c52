"""How many requests a project may send: a token bucket for each project in each process.

Asked before a body is read, so a request counts whatever it holds. What was refused is told once in a while as a
rejection of the project: how many requests, not what was in them.
"""

import asyncio
import logging
import math
from typing import NamedTuple

from ingest.commit import committer
from ingest.prepare import Prepared
from telemetry.records import RefusedRecord

log = logging.getLogger(__name__)

TOLD_EVERY_S = 10.0
"""Refused requests of this long become one rejection."""


class _Bucket(NamedTuple):
    tokens: float
    at_s: float


class Rates:
    """The buckets of all projects. The event loop alone touches it."""

    def __init__(self) -> None:
        self._buckets: dict[int, _Bucket] = {}
        self._refused: dict[int, int] = {}

    def take(self, project_id: int, per_s: int, now_s: float) -> int:
        """0 when the request may pass, else after how many seconds to come back. A second's worth may come at once."""
        tokens, at_s = self._buckets.get(project_id, _Bucket(per_s, now_s))
        tokens = min(per_s, tokens + (now_s - at_s) * per_s)
        is_let_in = tokens >= 1
        self._buckets[project_id] = _Bucket(tokens - is_let_in, now_s)
        return 0 if is_let_in else math.ceil((1 - tokens) / per_s)

    def count_refused(self, project_id: int, door: str) -> None:
        """Note a refused request; a rejection tells of it soon."""
        known = self._refused.get(project_id, 0)
        self._refused[project_id] = known + 1
        if not known:
            asyncio.get_running_loop().call_later(TOLD_EVERY_S, self._tell, project_id, door)

    def _tell(self, project_id: int, door: str) -> None:
        count = self._refused.pop(project_id)
        log.warning("project %s: %s requests beyond its rate were refused", project_id, count)
        detail = f"{count} requests in {TOLD_EVERY_S:.0f} s were beyond the project's rate and were answered 429."
        committer.submit(Prepared(project_id, door, [], [], {}, [RefusedRecord("rate_limited", detail, "")], ()))


rates = Rates()
