"""Sends what services around the missions tell, and lets an error come back that was taken for resolved."""

import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from demo.around import day as days
from demo.around.day import KEY_ERROR
from demo.around.lines import write
from demo.around.measurements import measure
from demo.around.pages import tell_pages
from demo.around.reports import NEXT_RELEASE, make_envelope, report, tell_key_error
from demo.door import Door
from demo.story import Story

LINES_DOOR = "/api/v1/logs"
PATIENCE_S = 60.0
LOOK_EVERY_S = 1.0


def send_around(door: Door, stories: Mapping[str, Story], *, project: str, seed: int, now_ns: int) -> None:
    """Send the six hours before `now_ns` of the services around these missions to the project of the door's key."""
    day = days.begin(stories, seed=seed, now_ns=now_ns)
    door.post_items(LINES_DOOR, write(day))
    door.post_logs(tell_pages(day))
    door.post_metrics(list(measure(day)))
    door.post_items(_envelopes(project), make_envelope(report(day)))


def come_back(
    door: Door,
    *,
    project: str,
    seed: int,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Resolve the plugin's error, as somebody would, and let it happen again; False when it does not appear in time.

    Needs a key with the scope `admin`.
    """
    until = clock() + PATIENCE_S
    while not (group_id := _find_group(door)):
        if clock() > until:
            return False
        sleep(LOOK_EVERY_S)
    door.change(f"/api/v1/errors/{group_id}/", {"status": "resolved"})
    sleep(LOOK_EVERY_S)
    now_ns = time.time_ns()
    event = tell_key_error(days.begin({}, seed=seed + 1, now_ns=now_ns), now_ns, NEXT_RELEASE)
    door.post_items(_envelopes(project), make_envelope([event]))
    return True


def _find_group(door: Door) -> str:
    """The error as the plugin told it, once that is there: before, the failed tool alone makes another group."""
    groups = door.read(f"/api/v1/errors/?{urlencode({'q': ': '.join(KEY_ERROR)})}")["results"]
    return next((str(group["id"]) for group in groups if group["source"] == "sentry"), "")


def _envelopes(project: str) -> str:
    return f"/api/{project}/envelope/"
