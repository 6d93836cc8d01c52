"""The sample whose plan is told: its story, and what the server makes of it."""

from contextlib import closing
from typing import Any

import pytest

from demo.door import Door
from demo.planned import trade_fair
from demo.planned.telling import Telling
from demo.samples import send_planned
from tests.blackbox.client import Reader
from tests.demo.recorder import Recorder
from tests.servers import Server

AT_NS = 1_900_000_000_000_000_000


def told(seed: int = 0) -> Telling:
    story = Telling(slug=trade_fair.SLUG, name=trade_fair.NAME, goal=trade_fair.GOAL, seed=seed, start_ns=AT_NS)
    trade_fair.tell(story)
    return story


def count(mission: dict[str, Any]) -> tuple[int, int, int]:
    """Steps, model calls, tool runs."""
    return mission["step_count"], mission["llm_call_count"], mission["tool_call_count"]


def test_the_same_seed_tells_the_same_story():
    assert told().posts == told().posts
    assert told(1).mission_id != told().mission_id


def test_every_object_goes_to_its_door(recorder: Recorder):
    mission_id = send_planned(Door(recorder.url, "key"), seed=0)
    posts = told().posts
    assert mission_id == told().mission_id
    assert [(path, item.keys()) for path, item in recorder.items] == [(post.path, post.item.keys()) for post in posts]


@pytest.mark.server
def test_the_server_says_why_it_stands_still(server: Server):
    mission_id = send_planned(Door(server.url, server.key), seed=7)
    with closing(Reader(server.url, server.key)) as stored:
        mission = stored.settled(mission_id, lambda it: count(it) == (9, 4, 3) and "floorPlan" in it["verdict"])
        assert "Stalled since" in mission["verdict"]
        assert mission["verdict"].count("floorPlan") == 1
        assert count(mission) == (9, 4, 3)
        path = f"/api/v1/missions/{mission_id}/"
        steps: dict[str, Any] = {step["verb"]: step for step in stored.items(f"{path}steps/")}
        assert steps["SCRAPE"]["effective_status"] == "failed"
        assert steps["SCRAPE"]["status"] == "completed"
        assert steps["GENERATE"]["effective_status"] == "waiting"
        assert [(each["status"], each["answer"]) for each in stored.items(f"{path}human-requests/")] == [
            ("ok", "At most 12,000 EUR, travel not included.")
        ]
