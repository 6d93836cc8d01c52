"""A mission of stage7's services with the tap before each of them, read back over REST."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.machine import Machine
from tests.servers import own_database
from tests.stage7.agent import Agent
from tests.stage7.conftest import Told
from tests.stage7.services import FAILURE, Services, start_services
from tests.tap.process import KEY, TapProcess, start_tap

LARGEST = 60_000
OVERHEAD_S = 20.0
"""More than a mission through services that answer at once ever takes."""


@pytest.fixture
def services() -> Iterator[Services]:
    with start_services() as started:
        yield started


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A MissionScope that is not started yet."""
    with own_database() as database:
        made = Machine(tmp_path, database, {"MISSIONSCOPE_BOOTSTRAP_KEY": KEY})
        yield made
        made.end()


def run_agent(tap: TapProcess, services: Services) -> Agent:
    agent = Agent({kind: tap.url(kind) for kind in services.ports})
    agent.run()
    assert sorted(set(agent.statuses)) == [200, 500, 503]
    return agent


def start(directory: Path, machine: Machine, services: Services) -> "object":
    (directory / "tap").mkdir()
    return start_tap(directory / "tap", machine.url, services.ports, "manage.py", "tap", max_body_bytes=LARGEST)


def check_mission(told: Told, agent: Agent) -> None:
    """Everything that happened is shown, as one mission."""
    read = agent.mission
    told.until(
        lambda: (told.mission(read) or {}).get("status") in ("ok", "failed") and len(told.mission(read, "steps/")) == 3
    )
    told.until(lambda: told.mission(read, "human-requests/"))
    told.until(lambda: told.mission(read, "tool-calls/"))
    told.until(lambda: any(step["retry_count"] == 2 for step in told.mission(read, "steps/")))
    told.until_settled()
    steps = {step["step_id"]: step for step in told.mission(read, "steps/")}
    assert set(steps) == {agent.root, agent.fetch, agent.ask}
    assert steps[agent.fetch]["effective_status"] == "failed"
    assert {steps[each]["parent"] for each in (agent.fetch, agent.ask)} == {steps[agent.root]["id"]}
    assert {step["agent_id"] for step in steps.values()} == {agent.agent}
    [tie] = steps[agent.ask]["dependencies"]
    assert (tie["source"], tie["output_name"], tie["satisfied"]) == (steps[agent.fetch]["id"], "boat", False)
    assert steps[agent.ask]["retry_count"] == 2, "the frame with statistics"
    check_calls(told, agent)
    [question] = told.mission(read, "human-requests/")
    assert (question["question"], question["answer"], question["status"]) == (
        "May we take the boat?",
        "Yes, take it",
        "ok",
    )
    graph = told.mission(read, "graph/")
    assert {"data", "parent"} & {edge["kind"] for edge in graph["edges"]}
    mission = told.mission(read)
    assert mission["verdict"]
    assert mission["agents"]


def check_calls(told: Told, agent: Agent) -> None:
    calls = sorted(told.mission(agent.mission, "llm-calls/"), key=lambda call: int(call["start_ns"]))
    assert [(call["status"], call["attempt_count"]) for call in calls] == [("failed", 1), ("ok", 2)]
    whole = told.mission(agent.mission, f"llm-calls/{calls[-1]['id']}/")
    assert "Go by boat" in str(whole["output_messages"])
    [run] = told.mission(agent.mission, "tool-calls/")
    assert (run["tool_name"], run["step_id"], run["effective_status"]) == ("FETCH", agent.fetch, "failed")
    assert FAILURE["error_code"] in str(told.mission(agent.mission, f"tool-calls/{run['id']}/"))


def test_a_mission_is_shown_whole(tmp_path, machine, services):
    machine.start()
    with start(tmp_path, machine, services) as tap:
        agent = run_agent(tap, services)
        check_mission(Told(machine.url, KEY), agent)


def test_without_missionscope_nothing_breaks_and_all_that_found_room_comes_later(tmp_path, machine, services):
    with start(tmp_path, machine, services) as tap:
        begun = time.monotonic()
        agent = run_agent(tap, services)
        large = {"data": {"text": "x" * LARGEST}, "storageType": "mongo", "collection": "deliverables"}
        answer = httpx.post(f"{tap.url('librarian')}/storeData", json=large, trust_env=False)
        assert answer.status_code == 200
        assert time.monotonic() - begun < OVERHEAD_S
        assert len(services.stored.requests[-1][2]) > LARGEST
        machine.start()
        told = Told(machine.url, KEY)
        check_mission(told, agent)
        [loss] = told.until(lambda: told.mission("missionscope-tap", "logs/"))
        assert loss["event_name"] == "missionscope.tap.left_out"
        assert (loss["attributes"]["tap.reason"], loss["attributes"]["tap.what"]) == ("too_large", "/storeData")
