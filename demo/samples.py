"""The sample missions and how they are sent: `send` is called once, on the first start of the server."""

import itertools
import logging
import threading
import time

from demo.door import Door, DoorClosed
from demo.live import play
from demo.planned import trade_fair
from demo.planned.telling import SECOND_NS, Telling
from demo.scenario import Scenario
from demo.scenarios import (
    account_opening,
    contract_review,
    meeting_minutes,
    refund_handoff,
    release_notes,
    safety_sheet,
    support_inbox,
    vendor_quotes,
    weekly_report,
)

logger = logging.getLogger(__name__)

SCENARIOS: dict[str, Scenario] = {
    module.SCENARIO.slug: module.SCENARIO
    for module in (
        weekly_report,
        vendor_quotes,
        contract_review,
        safety_sheet,
        release_notes,
        refund_handoff,
        account_opening,
        meeting_minutes,
        support_inbox,
    )
}
SPANS_A_REQUEST = 200


def send(url: str, key: str, *, seed: int = 0) -> None:
    """Send every sample mission to `url` with the API key `key`. Raises `DoorClosed` when the server refuses one.

    What is in the past is sent before this returns; the mission that is still moving goes on in a daemon thread for
    about a minute. The same seed gives the same mission ids.
    """
    door = Door(url, key)
    for scenario in SCENARIOS.values():
        if not scenario.is_live:
            send_told(scenario, door, seed=seed)
    send_planned(door, seed=seed)
    for scenario in SCENARIOS.values():
        if scenario.is_live:
            threading.Thread(
                target=_play_quietly, args=(scenario, door, seed), name="sample mission", daemon=True
            ).start()


def send_told(scenario: Scenario, door: Door, *, seed: int) -> str:
    """Send one scenario as something that has already happened; gives its mission id."""
    story = scenario.told(seed=seed, now_ns=time.time_ns())
    for begin in range(0, len(story.spans), SPANS_A_REQUEST):
        door.post_spans(story.spans[begin : begin + SPANS_A_REQUEST])
    door.post_logs(story.logs)
    return story.mission_id


def send_planned(door: Door, *, seed: int) -> str:
    """Send the mission whose plan is told, object by object as its services would; gives its mission id."""
    start_ns = time.time_ns() - trade_fair.MINUTES_AGO * 60 * SECOND_NS
    story = Telling(slug=trade_fair.SLUG, name=trade_fair.NAME, goal=trade_fair.GOAL, seed=seed, start_ns=start_ns)
    trade_fair.tell(story)
    for path, posts in itertools.groupby(story.posts, key=lambda post: post.path):
        door.post_items(path, [post.item for post in posts])
    return story.mission_id


def play_live(scenario: Scenario, door: Door, *, seed: int) -> str:
    """Send one scenario record by record as if it happened now; returns its mission id when it has ended."""
    story = scenario.told_from(seed=seed, start_ns=time.time_ns())
    play(story, door)
    return story.mission_id


def _play_quietly(scenario: Scenario, door: Door, seed: int) -> None:
    try:
        play_live(scenario, door, seed=seed)
    except DoorClosed as closed:
        logger.warning("the sample mission %s stopped: %s", scenario.slug, closed)
