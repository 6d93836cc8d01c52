"""Bodies for every door of stage7 that together are one mission, as they would be sent."""

import json
from typing import Any, NamedTuple

from tests.plans.stage7_events import as_map, created, event, finished, output, plan_of, started, stored, task

Body = dict[str, Any]


class Sent(NamedTuple):
    """One body and the door it goes to."""

    door: str
    body: Body


def make_mission(mission: str) -> list[Sent]:
    """A plan of two steps, of which one calls a model and a plugin and one asks a person."""
    root, look, ask, agent = (f"{mission}-{word}" for word in ("root", "look", "ask", "agent"))
    tasks = [
        task("LOOK", "at the river", id=look, outputs={"seen": "what is seen"}),
        task("ASK", "the ferryman", id=ask,
             inputs={"seen": {"outputName": "seen", "sourceStep": look, "valueType": "string"}}),
    ]  # fmt: skip
    events = [
        created(root, 0, "ACCOMPLISH", missionId=mission),
        event("agent_created", 1, agentId=agent, missionId=mission, inputValues=as_map()),
        started(root, 2),
        finished(root, 3, plan_of(*tasks), status="running"),
        created(look, 4, "LOOK", missionId=mission, description="at the river"),
        created(ask, 5, "ASK", missionId=mission, description="the ferryman"),
        started(look, 6),
        finished(look, 900, output("seen", "A boat")),
        event("step_completed", 901, agentId=agent, stepId=look, result=[output("seen", "A boat")]),
        started(ask, 1_000),
        event("step_failed", 5_000, agentId=agent, stepId=ask, error="Nobody answered"),
    ]
    named = {"missionId": mission, "agentId": agent, "stepId": look}
    times = {"startedAt": "2026-03-01T09:00:00.100Z", "endedAt": "2026-03-01T09:00:00.400Z"}
    return [
        *(Sent("storeData", stored(each)) for each in events),
        Sent("brain", {"path": "/chat", "request": {"messages": [{"role": "user", "content": "What is there?"}]},
                       "response": {"result": "A boat", "model": "small", "requestId": f"{mission}-r"}, "status": 200,
                       **times, **named}),
        Sent("brain", {"requestId": f"{mission}-a", "callId": f"{mission}-c", "modelName": "small", "prompt": "Look",
                       "response": "", "startTime": times["startedAt"], "endTime": times["endedAt"], "tokenCount": 0,
                       "success": False, "error": "503", **named}),
        Sent("plugins", {"request": {"actionVerb": "LOOK", "missionId": mission, "id": look, "outputs": {},
                                     "inputValues": as_map(at={"inputName": "at", "value": "river"})},
                         "response": [output("seen", "A boat")], "status": 200, **times, **named}),
        Sent("messages", {"type": "say", "sender": agent, "content": {"message": "I look"}, "missionId": mission,
                          "timestamp": "2026-03-01T09:00:00.500Z"}),
        Sent("messages", {"path": "/sendUserInputRequest", "request": {"question": "May we?", "missionId": mission},
                          "response": {"request_id": f"{mission}-q"}, "status": 200, **times, "stepId": ask,
                          "agentId": agent, "missionId": mission}),
        Sent("statistics", {"type": "agentStatistics", "missionId": mission, "timestamp": "2026-03-01T09:00:03.000Z",
                            "content": {"llmCalls": 1, "agentStatistics": as_map(running=[
                                {"id": agent, "status": "running", "steps": [
                                    {"id": look, "verb": "LOOK", "status": "completed", "dependencies": [],
                                     "missionId": mission}]}])}}),
    ]  # fmt: skip


def shift_clock(sent: list[Sent], hours: int) -> list[Sent]:
    """The same from a service whose clock is wrong by so many hours."""
    return [
        each._replace(body=json.loads(json.dumps(each.body).replace("T09:", f"T{9 + hours:02d}:"))) for each in sent
    ]


def without_maps(value: Any) -> Any:
    """Every serialised Map as the plain object that it stands for."""
    if isinstance(value, dict):
        if value.get("_type") == "Map":
            return {name: without_maps(item) for name, item in value["entries"]}
        return {name: without_maps(item) for name, item in value.items()}
    return [without_maps(item) for item in value] if isinstance(value, list) else value


def plans_as_text(sent: list[Sent]) -> list[Sent]:
    """Every plan in a result as a text that holds its JSON, as some plugins return it."""
    text = json.dumps([each.body for each in sent])
    bodies = json.loads(text, object_hook=_plan_as_text)
    return [each._replace(body=body) for each, body in zip(sent, bodies, strict=True)]


def _plan_as_text(item: Body) -> Body:
    return {**item, "result": json.dumps(item["result"])} if item.get("resultType") == "plan" else item
