"""Missions of OpenTelemetry senders in stage7's shapes: what spans show fills them as what records tell does."""

import json
import secrets
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import Asker, Told, make_request, make_span, mission_path
from tests.api.stage7.reading import decode, read_graph, read_window
from tests.blackbox.json_doors import JsonSender
from tests.live.conftest import watch
from tests.plans.stage7_events import created, started, stored

pytestmark = pytest.mark.server


def read(asker: Asker, mission: str, rest: str, **parameters: Any) -> Any:
    return asker.read(f"/api/v1/stage7/missions/{quote(mission, safe='')}/{rest}", **parameters)


def statistics(told: Told, **parameters: Any) -> Any:
    return read(told.asker, told.rich, "statistics", **parameters)["content"]


def steps_of(content: Any) -> dict[str, Any]:
    agents = [agent for group in decode(content["agentStatistics"]).values() for agent in group]
    return {step["id"]: step for agent in agents for step in agent["steps"]}


def test_the_graph_has_the_steps_and_what_they_link_to(told: Told):
    graph = read_graph(statistics(told)["agentStatistics"])
    assert {name: (node.label, node.agent) for name, node in graph.nodes.items()} == {
        "search": ("SEARCH (ERROR)", "planner"),
        "search~2": ("SEARCH (COMPLETED)", "planner"),
        "book": ("BOOK (COMPLETED)", "planner"),
    }
    assert graph.edges == {("search~2", "book")}


def test_the_window_counts_agents_steps_and_calls(told: Told):
    window = read_window(statistics(told))
    assert (window["calls"], sum(window["agents"].values())) == (1, 1)
    assert window["steps"] == {"error": 1, "completed": 2}


def test_a_step_has_what_its_span_says_where_whole_values_are_asked_for(told: Told):
    step = told.asker.read("/api/v1/stage7/step/search", missionId=told.rich)
    assert (step["verb"], step["description"], step["status"]) == ("SEARCH", "flights", "error")
    assert (step["agentId"], step["error"]) == ("planner", "timeout")
    book = told.asker.read("/api/v1/stage7/step/book", missionId=told.rich)
    assert book["dependencies"] == [{"inputName": None, "sourceStepId": "search~2", "outputName": None}]
    assert told.asker.get("/api/v1/stage7/step/nowhere", missionId=told.rich).status_code == 404


def test_inputs_and_results_are_those_of_the_span(asker: Asker):
    mission = f"values {secrets.token_hex(4)}"
    asker.send(
        make_request(
            mission,
            [
                make_span(
                    secrets.token_hex(16), 0, "look", missionscope__span__kind="STEP", missionscope__step__id="s",
                    missionscope__step__verb="LOOK", missionscope__step__description="for a fare",
                    input__value={"to": "LIS"}, output__value={"price": 120},
                )
            ],
        )
    )  # fmt: skip
    asker.settled(mission, 1)
    [step] = steps_of(read(asker, mission, "statistics", full="true")["content"]).values()
    assert (step["actionVerb"], step["verb"], step["description"]) == ("LOOK", "LOOK", "for a fare")
    assert step["inputValues"] == {"to": {"inputName": "to", "value": "LIS", "valueType": None}}
    assert [(each["success"], each["result"]) for each in step["result"]] == [(True, {"price": 120})]
    [short] = steps_of(read(asker, mission, "statistics")["content"]).values()
    assert (short["verb"], short["inputValues"], short["result"], short["isPreview"]) == ("look", {}, None, True)


def test_agents_and_questions_are_told(told: Told):
    [agent] = read(told.asker, told.rich, "agents")
    assert (agent["id"], [step["id"] for step in agent["steps"]]) == ("planner", ["search", "search~2", "book"])
    assert agent["status"] in ("waiting", "error")  # nobody has answered; after a while nobody will
    snapshot = told.asker.read("/api/v1/stage7/agent/planner", missionId=told.rich)
    assert (snapshot["status"], len(snapshot["steps"])) == (agent["status"], 3)
    asked = read(told.asker, told.rich, "human-requests")
    assert {each["question"]: (each["answer"], each["stepId"], each["agentId"]) for each in asked} == {
        "Is 120 euro fine?": ("yes", "book", "planner"),
        "Passport number?": (None, "book", "planner"),
    }


def test_a_mission_is_told_as_it_was(told: Told):
    start_ns = int(told.missions[told.rich]["start_ns"])
    then = steps_of(statistics(told, at=str(start_ns + 4 * 10**9)))
    assert {name: step["status"] for name, step in then.items()} == {"search": "error", "search~2": "running"}


@pytest.mark.parametrize("source", ["whoandwhen", "tau2", "langfuse"])
def test_recorded_missions_have_the_same_steps_and_agents_on_both_apis(told: Told, source: str):
    mission = next(each for each in told.missions if source in json.dumps(told.missions[each]).lower())
    steps = told.asker.walk(mission_path(mission, "steps/"))
    agents = told.asker.walk(mission_path(mission, "agents/"))
    shown = read(told.asker, mission, "agents")
    graph = read_graph(read(told.asker, mission, "statistics")["content"]["agentStatistics"])
    assert len(graph.nodes) == len(steps) == told.missions[mission]["step_count"]
    assert {each["id"] for each in agents} <= {each["id"] for each in shown}
    assert bool(steps) == (source == "whoandwhen")
    assert len(graph.edges) == sum(len(step["dependencies"]) for step in steps)


def test_steps_that_only_spans_name_come_behind_those_that_records_tell(asker: Asker):
    mission = f"mixed {secrets.token_hex(4)}"
    own = secrets.token_hex(4)
    sender = JsonSender(asker.url, asker.http.headers["authorization"][7:], "/api/v1/stage7/storeData")
    sender.send_lines(*(stored(each | {"missionId": mission}) for each in (created(own, 0), started(own, 1))))
    sender.close()
    trace = secrets.token_hex(16)
    spans = [
        make_span(trace, 0, "run", missionscope__step__id=own, gen_ai__agent__name="coder"),
        make_span(trace, 1, "CHECK it", parent=1, missionscope__span__kind="STEP", missionscope__step__id="only"),
    ]
    asker.send(make_request(mission, spans))
    asker.settled(mission, 2)
    steps = asker.walk(mission_path(mission, "steps/"))
    assert [(step["step_id"], step["verb"]) for step in steps] == [(own, "SEARCH"), ("only", None)]
    assert steps[1]["parent"] == steps[0]["id"]
    assert steps_of(read(asker, mission, "statistics")["content"]).keys() == {own, "only"}
    assert asker.read(mission_path(mission))["step_count"] == 2


def test_who_subscribes_is_told_of_steps_that_spans_show(server: Any, asker: Asker):
    mission, trace = f"live {secrets.token_hex(4)}", secrets.token_hex(16)

    def tell(at: int) -> None:
        step = {"missionscope__span__kind": "STEP", "missionscope__step__id": f"s{at}"}
        asker.send(make_request(mission, [make_span(trace, at, "WORK on", gen_ai__agent__name="a", **step)]))

    def shows(frame: Any, *names: str) -> bool:
        return frame["type"] == "agentStatistics" and list(steps_of(frame["content"])) == list(names)

    tell(0)
    with watch(server, mission) as watching:
        assert watching.next()["type"] == "hello"
        watching.socket.send(json.dumps({"type": "subscribe", "stream": "agentStatistics"}))
        watching.until(lambda frame: shows(frame, "s0"))
        tell(1)
        watching.until(lambda frame: shows(frame, "s0", "s1"))
