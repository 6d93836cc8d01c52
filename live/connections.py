"""One viewer of one feed (`live.hub`): `hello`, ordered deltas, heartbeats, for as long as the right to it holds."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error as DatabaseError

from core.counters import SOCKETS
from core.errors import MissionScopeError, TokenExpired, TooManyRequests, Unavailable
from live.feeds import Delta, Gone, Reader, Resync
from live.hub import Feed, call, join_feed
from live.publish import attach_loop
from live.viewers import (
    EXPIRED,
    Viewer,
    find_loss,
    get_after,
    get_streams,
    identify,
    is_own_origin,
)

NOT_AUTHORISED, UNKNOWN_MISSION, TOO_SLOW, TOO_MANY = 4401, 4404, 4408, 4429
BAD_REQUEST, BROKEN = 1008, 1011
PING_EVERY_S = 20.0
MESSAGE_BYTES = 4096
MESSAGES_A_MINUTE = 120
SOON_S = 0.1
"""A token that ought to have ended by now is looked at again."""

log = logging.getLogger(__name__)


class Place(NamedTuple):
    """A feed to join, and where it is now."""

    key: str
    group: str
    read: Reader
    now: int
    statistics: Callable[[], str] | None = None
    """Reads the frame of what is watched for the stream of that name."""


class FeedConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One viewer of one feed. Subclasses say which."""

    channel_layer_alias = None
    """A viewer hears of changes from its feed; a channel of its own would cost a subscription each."""
    open_count = 0
    streams: tuple[str, ...] = ()
    """Names of what may be subscribed to beside changes."""

    async def connect(self) -> None:
        """Check origin and rights, say hello, start sending."""
        self._task: asyncio.Task[None] | None = None
        self._feed: Feed | None = None
        self._is_counted = False
        self._received, self._counted_from_s = 0, 0.0
        if not is_own_origin(self.scope):
            await self.close()
            return
        attach_loop(asyncio.get_running_loop())
        await self.accept()
        if FeedConsumer.open_count >= settings.MISSIONSCOPE_MAX_SOCKETS:
            await self.close(code=TOO_MANY, reason="too many connections")
            return
        FeedConsumer.open_count += 1
        SOCKETS.inc()
        self._is_counted = True
        try:
            after, asked = get_after(self.scope), get_streams(self.scope, self.streams)
            self.viewer: Viewer = await call(identify, self.scope)
        except ValueError as error:
            await self.close(code=BAD_REQUEST, reason=str(error))
        except TooManyRequests:
            await self.close(code=TOO_MANY, reason="too many wrong keys")
        except TokenExpired:
            await self.close(code=NOT_AUTHORISED, reason=EXPIRED)
        except Unavailable:
            await self.close(code=BROKEN, reason="tokens cannot be checked now")
        except MissionScopeError:
            await self.close(code=NOT_AUTHORISED, reason="not authorised")
        else:
            await self._begin(after)
            for stream in asked:
                await self.hear({"type": "subscribe", "stream": stream})

    async def _begin(self, after: int | None) -> None:
        place = await self.find_place()
        if place is None:
            await self.close(code=UNKNOWN_MISSION, reason="unknown mission")
            return
        self.cursor = place.now if after is None else after
        self.join(place)
        await self.send_text(json.dumps({"type": "hello", "cursor": str(self.cursor)}))
        if self.cursor > place.now:
            await self._resync(place.now)
        self._task = asyncio.create_task(self._run())

    async def find_place(self) -> Place | None:
        """Where the feed is; None when there is nothing to watch."""
        raise NotImplementedError

    def join(self, place: Place) -> None:
        """Follow this feed, and no other."""
        if self._feed is not None:
            self._feed.leave()
        self._place = place
        self._feed = join_feed(place.key, place.group, place.read, place.now)

    async def disconnect(self, code: int) -> None:
        """Leave the feed and stop sending."""
        if self._is_counted:
            FeedConsumer.open_count -= 1
            SOCKETS.dec()
            self._is_counted = False
        if self._feed is not None:
            self._feed.leave()
            self._feed = None
        if self._task is not None:
            self._task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Few short words are said to us; a flood or anything large ends the connection."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._counted_from_s > 60:
            self._received, self._counted_from_s = 0, now_s
        self._received += 1
        if bytes_data is not None or len(text_data or "") > MESSAGE_BYTES:
            await self.close(code=BAD_REQUEST, reason="only short text frames")
        elif self._received > MESSAGES_A_MINUTE:
            await self.close(code=TOO_MANY, reason="too many messages")
        else:
            await self._reply(text_data or "")

    async def _reply(self, text: str) -> None:
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            await self.send_text('{"type":"error","detail":"not JSON"}')
            return
        if isinstance(message, dict) and message.get("type") == "ping":
            await self.send_text('{"type":"pong"}')
        elif isinstance(message, dict):
            await self.hear(message)

    async def hear(self, message: dict[str, Any]) -> None:
        """What a viewer says beside `ping`. Words that are not known are nothing."""

    async def _run(self) -> None:
        try:
            await self._serve()
        except OSError:  # the client has gone
            return
        except DatabaseError as error:
            log.warning("a viewer was ended: %s", type(error).__name__)
            await self.close(code=BROKEN, reason=str(self.cursor))

    async def _serve(self) -> None:
        """Send what comes until the connection ends."""
        clock = asyncio.get_running_loop().time
        ping_s = clock() + PING_EVERY_S
        check_s = clock() + self._rights_hold_s()
        while self._feed is not None:
            found = await self._feed.next(self.cursor, min(ping_s, check_s) - clock())
            if isinstance(found, Gone):
                await self.close(code=UNKNOWN_MISSION, reason="the mission is gone")
                return
            if isinstance(found, Resync) and not await self._follow_records():
                await self._resync(found.cursor)
            elif isinstance(found, Delta) and not await self._pass_on(found):
                return
            if clock() >= ping_s:
                ping_s = clock() + PING_EVERY_S
                if not await self.send_text('{"type":"ping"}'):
                    return
            if clock() >= check_s:
                check_s = clock() + self._rights_hold_s()
                if not await self._may_go_on():
                    return

    def _rights_hold_s(self) -> float:
        """After so many seconds rights are looked at again: when a token ends, too."""
        regular = float(settings.MISSIONSCOPE_LIVE_RIGHTS_S)
        if self.viewer.expires_s is None:
            return regular
        return min(regular, max(SOON_S, self.viewer.expires_s - time.time()))

    async def _may_go_on(self) -> bool:
        """Close the connection when the right to it is lost."""
        if loss := await call(find_loss, self.scope, self.viewer):
            await self.close(code=NOT_AUTHORISED, reason=loss)
        elif self.viewer.user_id is not None and await self.find_place() is None:
            await self.close(code=UNKNOWN_MISSION, reason="unknown mission")
        else:
            return True
        return False

    async def _pass_on(self, delta: Delta) -> bool:
        if delta.text and not await self.send_text(delta.text):
            return False
        self.cursor = delta.cursor
        if delta.is_left:
            await self._follow_records()
        return True

    async def _follow_records(self) -> bool:
        """Watch another mission, when the records have moved there and this one's id now stands for it."""
        place = await self.find_place()
        if place is None or self._feed is None or place.key == self._feed.key:
            return False
        self.join(place)
        await self._resync(place.now)
        return True

    async def _resync(self, cursor: int) -> None:
        if await self.send_text(json.dumps({"type": "resync", "cursor": str(cursor)})):
            self.cursor = cursor

    async def send_text(self, text: str) -> bool:
        """False when the frame was not taken in time: then not a byte of it was sent, and the connection is ended."""
        try:
            async with asyncio.timeout(settings.MISSIONSCOPE_LIVE_SEND_S):
                await self.send(text_data=text)
        except TimeoutError:
            with suppress(OSError):
                await self.close(code=TOO_SLOW, reason=str(self.cursor))
            return False
        return True
