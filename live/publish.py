"""Wakes those who watch a mission or a project's list. A wake-up carries no rows: those come from the database.

It never waits and never fails: a caller has committed, and whoever misses a wake-up looks by itself soon. Wake-ups
gather while one is being sent. With Redis away other processes are told nothing for a while.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

from core.outages import Outage, OutageFilter
from live.groups import WAKES, alerts_group, errors_group, list_group, logs_group, mission_group
from live.hub import wake_feeds

SEND_S = 2.0
PAUSE_S = 5.0
"""After a failure nothing is sent for this long."""
LISTEN_AGAIN_S = 5.0
TRY_S = 1.0

_outage = Outage(
    logging.getLogger(__name__),
    away="Redis is away: live wake-ups do not reach other processes",
    back="Redis is back: live wake-ups reach other processes",
)
_loop: asyncio.AbstractEventLoop | None = None
"""The server's loop in this process; None in a worker that serves nobody."""
_lock = Lock()
_pending: set[str] = set()
_outgoing: set[str] = set()
_closed_until_s = 0.0
_tasks: dict[str, "asyncio.Task[None]"] = {}
_myself = uuid.uuid4().hex


def attach_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Let threads of this process publish through the server's own loop. Call on that loop."""
    global _loop
    if _loop is not loop:
        _loop = loop
        _forget()
        if settings.REDIS_URL:
            _listen_quietly()
            _tasks["listen"] = loop.create_task(_listen())
            _tasks["try"] = loop.create_task(_try_again())


def publish_missions(project_id: int, mission_pks: Iterable[int]) -> None:
    """Tell the viewers of these missions that rows have changed. Call after the commit, from a thread."""
    _tell(mission_group(project_id, pk) for pk in mission_pks)


def publish_list(project_id: int) -> None:
    """Tell the viewers of the project's list that missions have changed. Call after the commit, from a thread."""
    _tell([list_group(project_id)])


def publish_logs(project_id: int) -> None:
    """Tell who follows the project's log records that some have come. Call after the commit, from a thread."""
    _tell([logs_group(project_id)])


def publish_errors(project_id: int) -> None:
    """Tell the viewers of the project's errors that groups have changed. Call after the commit, from a thread."""
    _tell([errors_group(project_id)])


def publish_alerts(project_id: int) -> None:
    """Tell the viewers of the project's alerts that some have changed. Call after the commit, from a thread."""
    _tell([alerts_group(project_id)])


def _tell(keys: Iterable[str]) -> None:
    if _loop is None:
        if settings.REDIS_URL:
            async_to_sync(_send)(sorted(keys))
        return
    with _lock:
        is_first = not _pending
        _pending.update(keys)
    if is_first:
        try:
            _loop.call_soon_threadsafe(_hand_over)
        except RuntimeError:  # the loop has ended: nobody watches
            _forget()


def _forget() -> None:
    with _lock:
        _pending.clear()
    _outgoing.clear()
    _tasks.clear()


def _hand_over() -> None:
    with _lock:
        keys = set(_pending)
        _pending.clear()
    wake_feeds(keys)
    if settings.REDIS_URL and time.monotonic() >= _closed_until_s:
        _outgoing.update(keys)
        if "send" not in _tasks:
            _tasks["send"] = asyncio.get_running_loop().create_task(_send_outgoing())


async def _send_outgoing() -> None:
    """Send what gathers, one message at a time."""
    try:
        while _outgoing:
            keys = sorted(_outgoing)
            _outgoing.clear()
            await _send(keys)
    finally:
        _tasks.pop("send", None)


def _away() -> tuple[type[Exception], ...]:
    """What is raised when the layer cannot be reached. Where there is no Redis, its client is not even loaded."""
    from redis.exceptions import RedisError

    return RedisError, OSError, TimeoutError


async def _send(keys: list[str]) -> None:
    """Tell other processes; without Redis give up for a while."""
    global _closed_until_s
    layer = get_channel_layer()
    if layer is None or time.monotonic() < _closed_until_s:
        return
    try:
        async with asyncio.timeout(SEND_S):
            await layer.group_send(WAKES, {"type": "wake", "keys": keys, "by": _myself})
    except _away() as error:
        _closed_until_s = time.monotonic() + PAUSE_S
        _outage.begin(error)
    else:
        _outage.end()


async def _listen() -> None:
    """Hear the wake-ups of other processes for as long as this one serves."""
    layer: Any = get_channel_layer()
    while True:
        try:
            async with asyncio.timeout(SEND_S):
                channel = await layer.new_channel("live.")
                await layer.group_add(WAKES, channel)
            while True:
                message = await layer.receive(channel)
                if message["by"] != _myself:
                    wake_feeds(message["keys"])
        except _away() as error:
            _outage.begin(error)
            await asyncio.sleep(LISTEN_AGAIN_S)


async def _try_again() -> None:
    """While Redis is away: send nothing in particular, to see whether it is back."""
    while True:
        await asyncio.sleep(TRY_S)
        if _outage.is_on:
            await _send([])


@cache
def _listen_quietly() -> None:
    """Once: what receives for the layer would write a traceback every second while Redis is away."""
    logging.getLogger("channels_redis.pubsub").addFilter(OutageFilter(_outage, *_away()))
