"""Feeds of this process: each is read once, however many watch it.

A feed follows the database and keeps its last frames. A viewer at the place where a frame begins is given that frame;
one that is further behind has its own read, up to where the feed is, and is then at such a place too. Everything here
runs on the server's loop; only reading happens in threads.
"""

import asyncio
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import Error as DatabaseError

from live.feeds import Delta, Found, Gone, Reader, Resync, release_connection

LOOK_EVERY_S = 5.0
"""A feed looks by itself this often: what makes a lost wake-up harmless."""
GATHER_S = 0.03
"""Two reads of a feed begin at least this far apart ..."""
GATHER_A_VIEWER_S = 0.0005
"""... and further for each of its viewers, so that frames to many are fewer ..."""
MOST_GATHER_S = 0.25
"""... but never further than this ..."""
READ_FACTOR = 3
"""... unless reading takes long: what is large must not keep the process busy all the time."""
LINGER_S = 20.0
"""A feed nobody watches any more is kept this long: who was cut off comes back to its frames."""
RECENT_FRAMES = 64
RECENT_BYTES = 1 << 20

log = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


async def call(function: Callable[..., Any], *args: Any) -> Any:
    """Run a function that asks the database, in one of the threads kept for that."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _call, function, args)


def _call(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    release_connection()
    try:
        return function(*args)
    finally:
        release_connection()


class Feed:
    """One feed and the place it has been read to."""

    def __init__(self, key: str, group: str, read: Reader, edge: int) -> None:
        self.key = key
        self.group = group
        self.edge = edge
        self.viewer_count = 0
        self._read = read
        self._floor = 0
        self._is_gone = False
        self._recent: OrderedDict[int, Delta] = OrderedDict()
        self._recent_bytes = 0
        self._reads: dict[tuple[int, int], asyncio.Task[Found]] = {}
        self._woken = asyncio.Event()
        self._moved = asyncio.Event()
        self._left_s = time.monotonic()
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """Look soon."""
        self._woken.set()

    def join(self) -> None:
        """One viewer more."""
        self.viewer_count += 1
        self.wake()

    def leave(self) -> None:
        """One viewer less."""
        self.viewer_count -= 1
        self._left_s = time.monotonic()

    async def next(self, cursor: int, patience_s: float) -> Found | None:
        """What comes after the cursor; None when nothing did within the time."""
        try:
            async with asyncio.timeout(max(0.0, patience_s)):
                while not self._has_news(cursor):
                    await self._moved.wait()
        except TimeoutError:
            return None
        if self._is_gone:
            return Gone()
        if cursor < self._floor:
            return Resync(self.edge, self._floor)
        return self._recent.get(cursor) or await self._catch_up(cursor)

    async def beyond(self, edge: int) -> int | None:
        """Where the feed is, once that is no longer `edge`; None when what it followed is gone."""
        while self.edge == edge and not self._is_gone:
            await self._moved.wait()
        return None if self._is_gone else self.edge

    def _has_news(self, cursor: int) -> bool:
        return self._is_gone or cursor < self._floor or cursor < self.edge

    async def _catch_up(self, cursor: int) -> Found:
        """Viewers that are behind at the same place share a read."""
        place = (cursor, self.edge)
        task = self._reads.get(place)
        if task is None:
            task = self._reads[place] = asyncio.create_task(call(self._read, *place))
            task.add_done_callback(lambda _: self._reads.pop(place, None))
        return await asyncio.shield(task)

    async def _run(self) -> None:
        while self.viewer_count or time.monotonic() - self._left_s < LINGER_S:
            began_s = time.monotonic()
            try:
                await self._follow()
            except Exception as error:  # the outermost loop: a feed must live on
                log.warning("a feed was not read: %s", type(error).__name__, exc_info=not _is_expected(error))
            rest_s = min(LOOK_EVERY_S, READ_FACTOR * (time.monotonic() - began_s))
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._woken.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(max(0.0, began_s + max(self._gather_s(), rest_s) - time.monotonic()))
        _drop(self)

    def _gather_s(self) -> float:
        return min(MOST_GATHER_S, max(GATHER_S, GATHER_A_VIEWER_S * self.viewer_count))

    async def _follow(self) -> None:
        """Read from the edge to the last change."""
        self._woken.clear()
        while True:
            found: Found = await call(self._read, self.edge, None)
            if isinstance(found, Gone):
                self._is_gone = True
            elif isinstance(found, Resync):
                self.edge, self._floor = found.cursor, max(found.floor, self._floor)
                self._recent.clear()
                self._recent_bytes = 0
            elif found.cursor == self.edge:
                return
            else:
                self._keep(found)
                self.edge = found.cursor
            moved, self._moved = self._moved, asyncio.Event()
            moved.set()
            if self._is_gone:
                return

    def _keep(self, delta: Delta) -> None:
        self._recent[delta.after] = delta
        self._recent_bytes += len(delta.text)
        while len(self._recent) > RECENT_FRAMES or self._recent_bytes > RECENT_BYTES:
            self._recent_bytes -= len(self._recent.popitem(last=False)[1].text)


def _is_expected(error: Exception) -> bool:
    return isinstance(error, DatabaseError)


_feeds: dict[str, dict[str, Feed]] = {}
"""By group and key: what wakes the group wakes all feeds in it."""
_owner: tuple[int, asyncio.AbstractEventLoop] | None = None


def join_feed(key: str, group: str, read: Reader, edge: int) -> Feed:
    """The feed under that key, begun at `edge` when nobody watches it yet. `Feed.leave` ends it.

    `group`: the name in `live.groups` under which its changes are told.
    """
    global _owner
    here = (os.getpid(), asyncio.get_running_loop())
    if _owner != here:
        _feeds.clear()
        _owner = here
    feeds = _feeds.setdefault(group, {})
    feed = feeds.get(key)
    if feed is None:
        feed = feeds[key] = Feed(key, group, read, edge)
    feed.join()
    return feed


def wake_feeds(groups: Iterable[str]) -> None:
    """These have changed: read on. Only on the server's loop."""
    for group in groups:
        for feed in _feeds.get(group, {}).values():
            feed.wake()


def _drop(feed: Feed) -> None:
    """Forget a feed that has ended, unless another loop's has taken its place."""
    feeds = _feeds.get(feed.group, {})
    if feeds.get(feed.key) is feed:
        del feeds[feed.key]
        if not feeds:
            del _feeds[feed.group]
