"""The socket of people who watch a project's alerts."""

from functools import partial

from alerts.feeds import read_alert_feed
from alerts.selectors import get_firing_cursor
from live.connections import FeedConsumer, Place
from live.groups import alerts_group
from live.hub import call


class AlertConsumer(FeedConsumer):
    """`/ws/alerts/`"""

    async def find_place(self) -> Place | None:
        """The last change of a firing. Nothing for who may see one user's missions only: alerts are the project's."""
        project_id = self.viewer.project_id
        if self.viewer.user_id is not None:
            return None
        group = alerts_group(project_id)
        return Place(group, group, partial(read_alert_feed, project_id), await call(get_firing_cursor, project_id))
