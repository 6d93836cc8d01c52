"""The alert rules that come with the samples: made once, honest about where they come from, and they fire."""

import time
from contextlib import closing

import pytest

from demo.door import Door
from demo.samples import SCENARIOS, send_told
from demo.watching import ORIGIN, WATCHED, add_rules
from tests.blackbox.client import Reader
from tests.servers import Server

FIRED_S = 90.0


@pytest.mark.server
def test_they_are_made_once_and_what_went_wrong_fires(server: Server) -> None:
    door = Door(server.url, server.key)
    add_rules(door)
    add_rules(door)
    rules = door.read("/api/v1/alert-rules/")["results"]
    assert len(rules) == len(WATCHED)
    assert all(rule["note"].endswith(ORIGIN) for rule in rules)
    mission_id = send_told(SCENARIOS["vendor_quotes"], door, seed=23)
    with closing(Reader(server.url, server.key)) as reader:
        deadline = time.monotonic() + FIRED_S
        while not (firing := reader.items(f"/api/v1/alerts/?state=firing&mission={mission_id}")):
            assert time.monotonic() < deadline
            time.sleep(0.5)
    assert {alert["rule"] for alert in firing} == {"A mission went wrong"}
