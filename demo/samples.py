"""The sample missions, what is told around them, and how they are sent: `send` does it on a first start."""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

from demo.around.sending import come_back, send_around
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
    team_day,
    vendor_quotes,
    weekly_report,
)
from demo.story import Story
from demo.watching import add_rules

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
        team_day,
    )
}
SPANS_A_REQUEST = 200


def send(url: str, key: str, *, seed: int = 0, project: str = "default") -> None:
    """Send every sample to `url` with the API key `key` of `project`. Raises `DoorClosed` when the server refuses one.

    A few alert rules are made first. What is in the past is sent before this returns; the mission that is still moving,
    and an error that comes back, go on in daemon threads for about a minute. The same seed gives the same mission ids.
    """
    door = Door(url, key)
    _run_quietly("alert rules", partial(add_rules, door))
    moving = [scenario for scenario in SCENARIOS.values() if scenario.is_live]
    send_past(door, [each for each in SCENARIOS.values() if not each.is_live], seed=seed, project=project)
    for scenario in moving:
        _start(scenario.slug, partial(play_live, scenario, door, seed=seed))
    _start("error that comes back", partial(come_back, door, project=project, seed=seed))


def send_past(door: Door, scenarios: Iterable[Scenario], *, seed: int, project: str) -> None:
    """Send scenarios as what has happened, the planned mission, and what services around all of them tell."""
    now_ns = time.time_ns()
    stories = {scenario.slug: scenario.told(seed=seed, now_ns=now_ns) for scenario in scenarios}
    for story in stories.values():
        _post(story, door)
    send_planned(door, seed=seed)
    send_around(door, stories, project=project, seed=seed, now_ns=now_ns)


def send_told(scenario: Scenario, door: Door, *, seed: int) -> str:
    """Send one scenario as something that has already happened; gives its mission id."""
    story = scenario.told(seed=seed, now_ns=time.time_ns())
    _post(story, door)
    return story.mission_id


def _post(story: Story, door: Door) -> None:
    for begin in range(0, len(story.spans), SPANS_A_REQUEST):
        door.post_spans(story.spans[begin : begin + SPANS_A_REQUEST])
    door.post_logs(story.logs)


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


def _start(name: str, go_on: Callable[[], object]) -> None:
    threading.Thread(target=_run_quietly, args=(name, go_on), name=f"sample: {name}", daemon=True).start()


def _run_quietly(name: str, go_on: Callable[[], object]) -> None:
    try:
        go_on()
    except DoorClosed as closed:
        logger.warning("the sample %s stopped: %s", name, closed)
