"""Missions in stage7's shapes, made here: events, statistics, attempts at models."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Body = dict[str, Any]

TASKS = 20
"""Steps of one plan; the last one's result is the next plan."""
WORDS = ("river stone market paper window garden copper letter bridge orange candle number harbour silver "
         "engine violet meadow ladder signal basket winter marble folder cotton").split()  # fmt: skip


def make_text(chance: random.Random, size: int) -> str:
    """Words, about `size` bytes."""
    return " ".join(chance.choices(WORDS, k=max(1, size // 7)))


def tell_time(moment: datetime) -> str:
    """As stage7 writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_map(entries: dict[str, Any]) -> Body:
    """As stage7 serialises a Map."""
    return {"_type": "Map", "entries": [[name, value] for name, value in entries.items()]}


def as_stored(event: Body) -> bytes:
    """The body that Librarian is sent."""
    return json.dumps({"data": event, "storageType": "mongo", "collection": "events"}).encode()


def as_output(name: str, result: Any, kind: str = "string") -> Body:
    """What a plugin returns."""
    return {"success": True, "name": name, "resultType": kind, "resultDescription": "", "result": result}


class MadeMission:
    """A mission of an agent whose plans each hold 20 steps in a chain, the last of which returns the next plan."""

    def __init__(self, number: int, steps: int, *, run: str, result_bytes: int = 600) -> None:
        self.chance = random.Random(f"{run} {number}")
        self.id = self._uuid()
        self.agent_id = f"agent-{self._uuid()}"
        self.step_count = steps
        self.result_bytes = result_bytes
        self.at = datetime.now(UTC) - timedelta(hours=1)

    def _uuid(self) -> str:
        hexes = f"{self.chance.getrandbits(128):032x}"
        return f"{hexes[:8]}-{hexes[8:12]}-4{hexes[13:16]}-8{hexes[17:20]}-{hexes[20:]}"

    def _event(self, kind: str, **fields: Any) -> Body:
        self.at += timedelta(milliseconds=self.chance.randint(1, 9))
        return {"eventType": kind, **fields, "timestamp": tell_time(self.at)}

    def _created(self, step_id: str, verb: str, description: str) -> Body:
        return self._event(
            "step_created", stepId=step_id, missionId=self.id, actionVerb=verb, inputValues=as_map({}),
            inputReferences=as_map({}), dependencies=[], outputs=as_map({"found": "what was found"}), status="pending",
            description=description,
        )  # fmt: skip

    def events(self) -> Iterator[Body]:
        """All of them, in order of time. `step_count` steps beside the first."""
        above = self._uuid()
        yield self._created(above, "ACCOMPLISH", "")
        for kind, status in (("agent_created", "initializing"), ("agent_initialized", "running")):
            goal = as_map({"goal": {"inputName": "goal", "value": make_text(self.chance, 80), "valueType": "string"}})
            yield self._event(kind, agentId=self.agent_id, missionId=self.id, status=status, inputValues=goal)
        left = self.step_count
        while left:
            made = [self._uuid() for _ in range(min(TASKS, left))]
            left -= len(made)
            yield from self._plan(above, made)
            for step_id in made[:-1] if left else made:
                yield from self._run(step_id)
            above = made[-1]
        yield self._event(
            "agent_mission_accomplished", agentId=self.agent_id, missionId=self.id, status="completed"
        )  # fmt: skip

    def _plan(self, above: str, made: list[str]) -> Iterator[Body]:
        texts = [f"Look at the {word}" for word in self.chance.choices(WORDS, k=len(made))]
        tasks = [self._task(made, at, text) for at, text in enumerate(texts)]
        yield self._event("step_execution_start", stepId=above, actionVerb="ACCOMPLISH")
        plan = [as_output("plan", tasks, "plan")]
        yield self._event("step_execution_finish", stepId=above, status="running", result=plan)
        for step_id, text in zip(made, texts, strict=True):
            yield self._created(step_id, "SEARCH", text)

    def _task(self, made: list[str], at: int, text: str) -> Body:
        told: Body = {"value": "something", "valueType": "string"}
        if at:
            told = {"outputName": "found", "sourceStep": made[at - 1], "valueType": "string"}
        return {"id": made[at], "actionVerb": "SEARCH", "description": text, "inputs": {"about": told},
                "outputs": {"found": {"description": "what was found", "type": "string"}},
                "recommendedRole": "researcher"}  # fmt: skip

    def _run(self, step_id: str) -> Iterator[Body]:
        found = make_text(self.chance, self.result_bytes)
        yield self._event("step_execution_start", stepId=step_id, actionVerb="SEARCH")
        cut = found if len(found) <= 500 else f"[Truncated string, length: {len(found)}]"
        yield self._event(
            "step_execution_finish", stepId=step_id, status="completed", result=[as_output("found", cut)]
        )  # fmt: skip
        outputs = [as_output("found", found), as_output("_step_completed", True, "boolean")]
        yield self._event("step_completed", agentId=self.agent_id, stepId=step_id, result=outputs)


class MadePush:
    """Statistics of one agent: `steps` steps with large inputs and results, of which few change between two pushes."""

    def __init__(self, steps: int, size_bytes: int, *, run: str) -> None:
        self.mission = MadeMission(0, 1, run=run)
        chance = self.mission.chance
        each = size_bytes // steps // 2
        self.steps = [self._step(chance, at, each) for at in range(steps)]

    def _step(self, chance: random.Random, at: int, each: int) -> Body:
        step_id = str(self.mission._uuid())
        value = {"inputName": "text", "value": make_text(chance, each), "valueType": "string", "args": {}}
        return {
            "id": step_id, "stepNo": at, "missionId": self.mission.id, "actionVerb": "THINK", "verb": "THINK",
            "status": "completed", "description": f"Step {at}", "ownerAgentId": self.mission.agent_id,
            "currentOwnerAgentId": self.mission.agent_id, "dependencies": [], "isEndpoint": False,
            "inputValues": as_map({"text": value}), "inputReferences": as_map({}),
            "outputs": as_map({"notes": "what it thinks"}),
            "result": [as_output("notes", make_text(chance, each))],
        }  # fmt: skip

    def change(self, number: int, count: int) -> None:
        """`count` of the steps run, with other ones at each push; those that ran before are over."""
        for step in self.steps:
            step["status"] = "completed"
        for at in range(count):
            self.steps[(number * count + at) % len(self.steps)]["status"] = "running"

    def body(self) -> bytes:
        """The message that MissionControl pushes."""
        agent = {"id": self.mission.agent_id, "status": "running", "taskCount": len(self.steps), "steps": self.steps}
        content = {"llmCalls": 1, "activeLLMCalls": 0, "agentCountByStatus": {"running": 1},
                   "agentStatistics": as_map({"running": [agent]})}  # fmt: skip
        return json.dumps(
            {"type": "agentStatistics", "sender": "MissionControl", "recipient": "user", "clientId": "browser",
             "missionId": self.mission.id, "timestamp": tell_time(datetime.now(UTC)), "content": content}
        ).encode()  # fmt: skip


def make_attempts(mission: MadeMission, number: int) -> list[Body]:
    """One call of a model of the mission's agent: every fourth fails at its first attempt."""
    chance = mission.chance
    begin = datetime.now(UTC)
    call_id, text = f"call-{number}-{mission.id}", make_text(chance, 2_000)
    made = []
    for at, is_ok in enumerate((False, True) if number % 4 == 0 else (True,)):
        end = begin + timedelta(milliseconds=chance.randint(50, 900))
        made.append({
            "requestId": f"{call_id}-{at}", "callId": call_id, "modelName": "bench-model", "missionId": mission.id,
            "agentId": mission.agent_id, "conversationType": "TextToText",
            "messages": [{"role": "user", "content": text}], "response": make_text(chance, 800) if is_ok else "",
            "startTime": tell_time(begin), "endTime": tell_time(end), "tokenCount": 0, "success": is_ok,
            "isRetry": at > 0, **({} if is_ok else {"error": "503 no model is available"}),
        })  # fmt: skip
        begin = end
    return made
