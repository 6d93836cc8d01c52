"""Recorded runs, drawn by the rules of stage7's own components."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Asker
from tests.api.stage7.reading import decode, read_graph, read_window
from tests.blackbox.json_doors import JsonSender

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def recorded(asker: Asker, shared_data: Path) -> tuple[Asker, str]:
    """The run that names its mission, under an id of its own."""
    text = (shared_data / "stage7" / "events-a.jsonl").read_text(encoding="utf-8")
    bodies = [json.loads(line) for line in text.splitlines()]
    mission = next(body["data"]["missionId"] for body in bodies if body["data"].get("missionId"))
    name = f"{mission[:-12]}{secrets.token_hex(6)}"
    for body in bodies:
        body["data"]["missionId"] = name
        if body["data"].get("stepId"):
            body["data"]["stepId"] += name[-6:]
    sender = JsonSender(asker.url, asker.http.headers["authorization"][7:], "/api/v1/stage7/storeData")
    sender.send_lines(*bodies)
    sender.close()
    return asker, name


def read(recorded: tuple[Asker, str], **parameters: Any) -> Any:
    asker, mission = recorded
    return asker.read(f"/api/v1/stage7/missions/{mission}/statistics", **parameters)["content"]


def test_all_steps_and_agents_are_drawn(recorded):
    content = read(recorded)
    graph = read_graph(content["agentStatistics"])
    assert len(graph.nodes) == 71
    agents = [agent for group in decode(content["agentStatistics"]).values() for agent in group]
    assert len([agent for agent in agents if agent["id"] != "unknown_agent"]) == 10
    assert sum(agent["taskCount"] for agent in agents) == 71
    assert sum(content["agentCountByStatus"].values()) == len(agents)


def test_failures_that_were_reported_as_completed_are_red_in_effect(recorded):
    reported, effective = read(recorded), read(recorded, status="effective")
    assert "red" not in {node.border for node in read_graph(reported["agentStatistics"]).nodes.values()}
    red = [node for node in read_graph(effective["agentStatistics"]).nodes.values() if node.border == "red"]
    assert len(red) == 5
    assert read_window(effective)["steps"] == {"replaced": 19, "error": 5, "completed": 1, "pending": 46}


def test_ties_are_drawn_and_the_one_to_nobody_is_left_out(recorded):
    graph = read_graph(read(recorded)["agentStatistics"])
    assert len(graph.edges) + len(graph.dropped) == 36
    assert len(graph.dropped) == 1
    assert next(iter(graph.dropped))[0].startswith("ghost:")


def test_calls_are_those_that_logs_inside_results_show(recorded):
    assert read(recorded)["llmCalls"] == 27


def test_at_the_middle_it_was_less(recorded):
    [middle] = [read(recorded, at="2025-07-09T17:20:20Z")]
    assert 0 < len(read_graph(middle["agentStatistics"]).nodes) < 71
