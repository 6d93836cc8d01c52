"""The doors of stage7 together: the same again, in disorder, with wrong clocks, in other encodings, broken."""

import json
import random
import secrets
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from tests.servers import Server
from tests.stage7.bodies import Body, Sent, make_mission, plans_as_text, shift_clock, without_maps
from tests.stage7.conftest import Told

MUTATIONS = 200
ODD: tuple[Any, ...] = (
    None, True, -1, 10**40, 1.5e308, "", "\x00\ud800", "x" * 5_000, [], {}, [[[]]], {"_type": "Map"},
    {"_type": "Map", "entries": [[1], None, [[], {}]]}, "[Circular Reference]", "[object Object]", "{\"a\": [1,",
    "2026-99-99T99:99:99Z", {"_type": "Map", "entries": "none"},
)  # fmt: skip
COUNTS = ("span_count", "log_count", "llm_call_count", "tool_call_count", "snapshot_count", "error_count", "status",
          "verdict", "start_ns")  # fmt: skip


@pytest.fixture
def told(server: Server) -> Told:
    return Told(server.url, server.key)


@pytest.fixture
def mission() -> str:
    return f"mission-{secrets.token_hex(6)}"


def send(told: Told, sent: Sequence[Sent]) -> None:
    """Each in its turn; every one is taken."""
    for each in sent:
        answer = told.http.post(f"/api/v1/stage7/{each.door}", json=each.body)
        assert answer.json() == {"accepted": 1, "rejected": []}, answer.text


def shown(told: Told, mission: str) -> Any:
    """What is shown of a mission, without what depends on its name and on when it came."""
    told.until_settled()
    whole = told.mission(mission)
    steps = [
        {name: step[name] for name in ("step_id", "occurrence", "agent_id", "effective_status", "parent", "reason",
                                       "dependencies", "outputs_declared", "result")}
        for step in told.mission(mission, "steps/")
    ]  # fmt: skip
    calls = sorted((call["status"], call["attempt_count"]) for call in told.mission(mission, "llm-calls/"))
    runs = [(run["tool_name"], run["effective_status"]) for run in told.mission(mission, "tool-calls/")]
    questions = [(asked["question"], asked["status"]) for asked in told.mission(mission, "human-requests/")]
    counts = {name: whole[name] for name in COUNTS}
    keys = {step["id"]: step["step_id"] for step in told.mission(mission, "steps/")}
    text = json.dumps([counts, steps, calls, runs, questions])
    for key, step_id in keys.items():
        text = text.replace(key, step_id)
    return json.loads(text.replace(mission, "MISSION"))


def test_everything_that_was_sent_is_shown(told, mission):
    send(told, make_mission(mission))
    counts, steps, calls, runs, questions = shown(told, mission)
    assert [step["step_id"] for step in steps] == ["MISSION-root", "MISSION-look", "MISSION-ask"]
    assert [step["effective_status"] for step in steps] == ["failed", "ok", "failed"]
    assert [step["parent"] for step in steps] == [None, "MISSION-root", "MISSION-root"]
    assert [tie["source"] for tie in steps[2]["dependencies"]] == ["MISSION-look"]
    assert {status for status, _ in calls} == {"ok", "failed", "active"}, "one call's only attempt failed so far"
    assert (runs, questions) == ([["LOOK", "ok"]], [["May we?", "waiting"]])
    assert counts["verdict"]


def test_the_same_again_changes_nothing(told, mission):
    sent = make_mission(mission)
    send(told, sent)
    before, seq = shown(told, mission), told.mission(mission)["change_seq"]
    send(told, sent)
    by_door: dict[str, list[Body]] = defaultdict(list)
    for each in sent:
        by_door[each.door].append(each.body)
    for door, bodies in by_door.items():
        assert told.http.post(f"/api/v1/stage7/{door}", json=bodies).json()["accepted"] == len(bodies)
    assert shown(told, mission) == before
    assert told.mission(mission)["change_seq"] == seq


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_repetition_is_the_same_mission(told, mission, seed):
    send(told, make_mission(mission))
    chance, other = random.Random(seed), f"{mission}-mixed"
    mixed = make_mission(other)
    mixed += chance.sample(mixed, 6)
    chance.shuffle(mixed)
    send(told, mixed)
    assert shown(told, other) == shown(told, mission)


def test_plain_objects_say_what_maps_say(told, mission):
    send(told, make_mission(mission))
    plain = f"{mission}-plain"
    send(told, [each._replace(body=without_maps(each.body)) for each in make_mission(plain)])
    assert shown(told, plain) == shown(told, mission)


def test_a_plan_in_a_text_is_a_plan(told, mission):
    send(told, plans_as_text(make_mission(mission)))
    _, steps, *_ = shown(told, mission)
    assert [step["parent"] for step in steps] == [None, "MISSION-root", "MISSION-root"]
    assert [tie["source"] for tie in steps[2]["dependencies"]] == ["MISSION-look"]


@pytest.mark.parametrize("hours", [-5, 5])
@pytest.mark.parametrize("door", ["brain", "plugins", "messages"])
def test_a_service_with_a_wrong_clock_stays_with_its_mission(told, mission, door, hours):
    sent = make_mission(mission)
    send(told, [each for each in sent if each.door != door])
    send(told, shift_clock([each for each in sent if each.door == door], hours))
    _, steps, calls, runs, questions = shown(told, mission)
    assert len(calls) >= 2
    assert (runs, questions) == ([["LOOK", "ok"]], [["May we?", "waiting"]])
    assert [step["effective_status"] for step in steps] == ["failed", "ok", "failed"]


def test_mutated_bodies_cost_no_other_record(told):
    chance, missions = random.Random(7), {}
    for number in range(MUTATIONS):
        mission = f"mutated-{secrets.token_hex(6)}"
        sent = make_mission(mission)
        door = chance.choice(sorted({each.door for each in sent}))
        broken = mutate(chance, chance.choice([each.body for each in sent if each.door == door]))
        marks = [{"type": "say", "missionId": f"{mission}-{at}", "content": {"message": "here"}} for at in range(2)]
        lines = b"\n".join(json.dumps(each).encode() for each in (marks[0], broken, marks[1]))
        answer = told.http.post(
            f"/api/v1/stage7/{door}", content=lines, headers={"Content-Type": "application/x-ndjson"}
        )
        assert answer.status_code == 200, (number, answer.text, broken)
        assert answer.json()["accepted"] + len(answer.json()["rejected"]) == 3
        assert answer.json()["accepted"] >= 2, (number, broken)
        missions[mission] = broken
    told.until_settled()
    for mission, broken in missions.items():
        assert all(told.mission(f"{mission}-{at}") for at in range(2)), broken
        check_readable(told, mission)


def check_readable(told: Told, mission: str) -> None:
    """Whatever was stored can be read."""
    for rest in ("", "steps/", "graph/", "llm-calls/", "tool-calls/", "human-requests/", "findings/"):
        answer: httpx.Response = told.http.get(f"/api/v1/missions/{mission}/{rest}")
        assert answer.status_code in (200, 404), (rest, answer.text)


def mutate(chance: random.Random, body: Body) -> Any:
    """The body with one to three of its values, anywhere, replaced, dropped or doubled."""
    whole = {"body": json.loads(json.dumps(body))}
    for _ in range(chance.randint(1, 3)):
        places = list(walk(whole))
        holder, key = chance.choice(places)
        what = chance.random()
        if what < 0.7:
            holder[key] = chance.choice(ODD)
        elif what < 0.85 and holder is not whole:
            del holder[key]
        else:
            holder[key] = [holder[key], holder[key]]
    return whole["body"]


def walk(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a value: what holds it, and under which key."""
    found: list[tuple[Any, Any]] = []
    stack = [value]
    while stack:
        item = stack.pop()
        keys = item.keys() if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ()
        for key in keys:
            found.append((item, key))
            stack.append(item[key])
    return found
