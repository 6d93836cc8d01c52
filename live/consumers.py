"""The sockets of people who watch: a mission, a project's list of missions, its log records, its errors."""

from functools import partial
from typing import Any

from faults.turns import get_last_change
from live.connections import FeedConsumer, Place
from live.feeds import get_list_cursor, read_errors_feed, read_list_feed, read_logs_feed, read_mission_feed
from live.groups import errors_group, list_group, logs_group, mission_group, user_list_feed
from live.hub import call
from live.statistics import STREAM, Source, StatisticsStream
from live.viewers import Watched, find_watched, get_mission_id
from plans.stage7.statistics import read_frame
from traces.log_tail import get_last_pk


class MissionConsumer(FeedConsumer):
    """`/ws/missions/<id>/`, with the statistics of the mission for who subscribes to them."""

    streams = (STREAM,)
    _stream: StatisticsStream | None = None

    async def hear(self, message: dict[str, Any]) -> None:
        """`subscribe` and `unsubscribe`."""
        if message.get("type") not in ("subscribe", "unsubscribe"):
            return
        if message.get("stream") != STREAM:
            await self.send_text('{"type":"error","detail":"no such stream"}')
        elif message["type"] == "unsubscribe":
            self._unsubscribe()
        elif self._stream is None:
            self._subscribe()

    def _subscribe(self) -> None:
        if self._feed is not None and self._place.statistics is not None:
            self._stream = StatisticsStream(Source(self._feed, self._place.statistics), self.send_text)

    def join(self, place: Place) -> None:
        """The subscription follows to another mission."""
        super().join(place)
        if self._stream is not None:
            self._unsubscribe()
            self._subscribe()

    def _unsubscribe(self) -> None:
        if self._stream is not None:
            self._stream.end()
            self._stream = None

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Nothing follows the end."""
        self._unsubscribe()
        await super().close(code=code, reason=reason)

    async def disconnect(self, code: int) -> None:
        """Leave everything."""
        self._unsubscribe()
        await super().disconnect(code)

    async def find_place(self) -> Place | None:
        """The mission's last change."""
        project_id = self.viewer.project_id
        watched: Watched | None = await call(find_watched, self.viewer, get_mission_id(self.scope))
        if watched is None:
            return None
        read = partial(read_mission_feed, project_id, watched.pk, watched.id)
        group = mission_group(project_id, watched.pk)
        statistics = partial(read_frame, project_id, watched.pk, watched.id)
        return Place(group, group, read, watched.change_seq, statistics)


class ListConsumer(FeedConsumer):
    """`/ws/missions/`"""

    async def find_place(self) -> Place | None:
        """The list's last change."""
        project_id, user_id = self.viewer.project_id, self.viewer.user_id
        now, group = await call(get_list_cursor, project_id), list_group(project_id)
        key = group if user_id is None else user_list_feed(project_id, user_id)
        return Place(key, group, partial(read_list_feed, project_id, user_id), now)


class LogsConsumer(FeedConsumer):
    """`/ws/logs/`: says when log records have come. Not for who may see one user's missions only."""

    async def find_place(self) -> Place | None:
        """The last record's key."""
        if self.viewer.user_id is not None:
            return None
        group = logs_group(self.viewer.project_id)
        return Place(group, group, partial(read_logs_feed, self.viewer.project_id), await call(get_last_pk))


class ErrorsConsumer(FeedConsumer):
    """`/ws/errors/`: says when errors have changed. Not for who may see one user's missions only."""

    async def find_place(self) -> Place | None:
        """The last change of a group."""
        project_id = self.viewer.project_id
        if self.viewer.user_id is not None:
            return None
        group = errors_group(project_id)
        return Place(group, group, partial(read_errors_feed, project_id), await call(get_last_change, project_id))
