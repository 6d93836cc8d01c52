"""A mission's statistics for viewers that subscribe to them, beside the changes that all viewers get.

Each watched mission's are computed once for all its viewers, in a thread, and only while somebody subscribes. A frame
holds everything, so what changes in between is in the next one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple
from weakref import WeakKeyDictionary

from django.db import Error as DatabaseError

from live.hub import Feed, call

STREAM = "agentStatistics"
LEAST_PAUSE_S = 0.2
"""Between two frames to one viewer."""
REST_FACTOR = 4
"""After computing this many times what it took nothing is computed: very large missions are told less often."""
AGAIN_S = 2.0
"""After a failure."""

log = logging.getLogger(__name__)


class Source(NamedTuple):
    """A watched mission, and how to read its frame."""

    feed: Feed
    read: Callable[[], str]


class _Frames:
    """The frame of one mission, and the place of its feed at which it was begun."""

    def __init__(self) -> None:
        self.edge = -1
        self.text = ""
        self._task: asyncio.Task[None] | None = None
        self._rests_until_s = 0.0

    async def until(self, source: Source, edge: int) -> str:
        """A frame that shows all changes up to there."""
        while self.edge < edge:
            if self._task is None:
                self._task = asyncio.create_task(self._compute(source))
            await asyncio.shield(self._task)
        return self.text

    async def _compute(self, source: Source) -> None:
        clock = asyncio.get_running_loop().time
        try:
            await asyncio.sleep(self._rests_until_s - clock())
            began_s, edge = clock(), source.feed.edge
            self.text = await call(source.read)
            self.edge = edge
            self._rests_until_s = clock() + REST_FACTOR * (clock() - began_s)
        finally:
            self._task = None


_frames: WeakKeyDictionary[Feed, _Frames] = WeakKeyDictionary()


class StatisticsStream:
    """The subscription of one viewer."""

    def __init__(self, source: Source, send: Callable[[str], Awaitable[bool]]) -> None:
        self._source, self._send = source, send
        self._task = asyncio.create_task(self._run())

    def end(self) -> None:
        """Send nothing more. What is being sent by the caller itself goes out."""
        if self._task is not asyncio.current_task():
            self._task.cancel()

    async def _run(self) -> None:
        sent, edge = "", -1
        with suppress(OSError):  # the client has gone
            while (now := await self._source.feed.beyond(edge)) is not None:
                text = await self._read(now)
                if text and text != sent and not await self._send(text):
                    return
                if text:
                    sent, edge = text, now
                await asyncio.sleep(LEAST_PAUSE_S if text else AGAIN_S)

    async def _read(self, edge: int) -> str:
        """The frame that reaches this place; empty when it could not be read."""
        try:
            return await _frames.setdefault(self._source.feed, _Frames()).until(self._source, edge)
        except DatabaseError as error:
            log.warning("statistics were not read: %s", type(error).__name__)
        except Exception as error:  # the outermost loop of this task: a subscription must live on
            log.error("statistics were not made: %s", type(error).__name__, exc_info=error)
        return ""
