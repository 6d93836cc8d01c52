"""What the page of one error shows."""

from typing import Any

from accounts.records import ProjectAccess
from accounts.selectors import list_members
from analysis.moments import read_moment
from core.errors import NotFound
from faults.contents import read_content
from faults.events import find_event, find_neighbours, list_same
from faults.records import ErrorEvent, GroupRow
from faults.selectors import list_histograms, list_missions_touched, list_shares, list_similar
from faults.turns import get_last_change
from traces.selectors import find_mission
from web.presenters.errors.charts import present_chart
from web.presenters.errors.detail import EventView, describe_state, present_event, present_shares, present_touched
from web.presenters.errors.rows import present_row
from web.presenters.mission_query import HOUR_NS

BUCKETS, STEP, HEIGHT = 60, 12, 64
MOST_MISSIONS = 20


def read_detail(project: ProjectAccess, group: GroupRow, event_pk: int | None) -> dict[str, Any]:
    """Context of `errors/detail.html`. NotFound when the group has no such event."""
    project_id = project.project_pk
    cursor = get_last_change(project_id)
    event = find_event(project_id, group.pk, event_pk)
    if event is None:
        raise NotFound("There is no such event of this error.")
    since_ns = min(group.first_seen_ns, group.last_seen_ns - HOUR_NS)
    until_ns = group.last_seen_ns + 1
    counts = list_histograms(project_id, [group.pk], since_ns=since_ns, until_ns=until_ns, buckets=BUCKETS)
    similar = list_similar(project_id, group)
    shares = present_shares(list_shares(project_id, group.pk))
    return {
        "cursor": cursor,
        "group": group,
        "row": present_row(group, (), since_ns=since_ns, until_ns=until_ns),
        "state_words": describe_state(group),
        "chart": present_chart(counts[group.pk], since_ns=since_ns, until_ns=until_ns, step=STEP, height=HEIGHT),
        "event": _read_event(project_id, event),
        "missions": present_touched(list_missions_touched(project_id, group.pk, MOST_MISSIONS)),
        "more_missions": max(0, group.mission_count - MOST_MISSIONS),
        "shares": shares,
        "constants": [field for field in shares if field.only and group.event_count > 1],
        "similar": [present_row(each, (), since_ns=since_ns, until_ns=until_ns) for each in similar],
        "can_change": project.allows("member"),
        "members": [member.username for member in list_members(project_id)],
    }


def _read_event(project_id: int, event: ErrorEvent) -> EventView:
    content = read_content(project_id, event)
    mission = find_mission(project_id, event.mission_id) if event.mission_id is not None else None
    return present_event(
        event,
        content,
        read_moment(project_id, mission, event, content),
        find_neighbours(project_id, event),
        list_same(project_id, event),
    )
