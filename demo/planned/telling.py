"""Tells a planned mission: a clock, ids that follow from a seed, and the objects that stage7's services would send."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

SECOND_NS = 1_000_000_000
STORE, BRAIN, PLUGINS, MESSAGES = (f"/api/v1/stage7/{door}" for door in ("storeData", "brain", "plugins", "messages"))
Item = dict[str, Any]


class Post(NamedTuple):
    """One object and the door it goes to."""

    path: str
    item: Item


class Telling:
    """One mission being told. The same seed and start give the same objects."""

    def __init__(self, *, slug: str, name: str, goal: str, seed: int, start_ns: int) -> None:
        self.name, self.goal = name, goal
        self._chance = random.Random(f"{slug} {seed}")  # noqa: S311 (names, no secrets)
        self.mission_id = f"{slug}-{self.id()[:6]}"
        self.now_ns = start_ns
        self.posts: list[Post] = []
        document = {"id": self.mission_id, "name": name, "goal": goal, "status": "running"}
        self._store({**document, "createdAt": self.time, "updatedAt": self.time}, "missions")

    def id(self) -> str:
        """A new id."""
        return str(UUID(int=self._chance.getrandbits(128), version=4))

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now_ns += round(seconds * SECOND_NS)

    @property
    def time(self) -> str:
        """Now, as stage7 writes it."""
        moment = datetime.fromtimestamp(self.now_ns // SECOND_NS, UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{self.now_ns // 1_000_000 % 1000:03d}Z"

    def _store(self, document: Item, collection: str = "events") -> None:
        self.posts.append(Post(STORE, {"data": document, "storageType": "mongo", "collection": collection}))

    def event(self, kind: str, **fields: Any) -> None:
        """An event, as it is stored."""
        self._store({"eventType": kind, **fields, "timestamp": self.time})

    def agent(self, role: str, goal: str) -> str:
        """A new agent; its id."""
        agent_id = self.id()
        held = {"goal": {"inputName": "goal", "value": goal, "valueType": "string", "args": {}}}
        inputs = {"_type": "Map", "entries": list(held.items())}
        mission = {"missionId": self.mission_id, "agentId": agent_id}
        self.event("agent_created", **mission, inputValues=inputs, role=role, status="initializing")
        self.event("agent_initialized", **mission, status="running")
        return agent_id

    def create(self, step_id: str, verb: str, description: str, role: str = "researcher") -> None:
        """A step is made."""
        self.event(
            "step_created", stepId=step_id, missionId=self.mission_id, actionVerb=verb, description=description,
            status="pending", recommendedRole=role, dependencies=[],
        )  # fmt: skip

    def start(self, step_id: str, verb: str) -> None:
        """Its execution begins."""
        self.event("step_execution_start", stepId=step_id, actionVerb=verb)

    def finish(self, agent_id: str, step_id: str, outputs: Sequence[Item], *, status: str = "completed") -> None:
        """It returns. A plan leaves it running: the work goes on in the plan's steps."""
        self.event("step_execution_finish", stepId=step_id, status=status, result=list(outputs))
        if status == "completed":
            self.wait(0.001)
            self.event("step_completed", agentId=agent_id, stepId=step_id, result=list(outputs))

    def ask_model(self, step_id: str, messages: list[Item], *, tries: Sequence[Item], kind: str = "TextToText") -> None:
        """A call of the model service. Each try is {model, seconds} with `says` or `fails`; the last is returned."""
        call_id, started = self.id(), self.time
        for attempt in tries:
            request_id, began = self.id(), self.time
            self.wait(attempt["seconds"])
            answer = attempt.get("says")
            self.posts.append(
                Post(BRAIN, {
                    "requestId": request_id, "callId": call_id, "modelName": attempt["model"], "messages": messages,
                    "conversationType": kind, "startTime": began, "endTime": self.time, "success": answer is not None,
                    "response": answer, "error": attempt.get("fails"), "missionId": self.mission_id, "stepId": step_id,
                })
            )  # fmt: skip
            self.wait(1.0 if answer is None else 0.01)
        last = tries[-1]
        self.posts.append(
            Post(BRAIN, {
                "path": "/chat", "callId": call_id, "status": 200, "startedAt": started, "endedAt": self.time,
                "request": {"exchanges": messages, "conversationType": kind, "optimization": "accuracy"},
                "response": {"result": last["says"], "model": last["model"], "requestId": request_id},
                "missionId": self.mission_id, "stepId": step_id,
            })
        )  # fmt: skip

    def run_plugin(self, step_id: str, verb: str, inputs: Item, outputs: list[Item], *, seconds: float) -> None:
        """A plugin runs for a step."""
        started = self.time
        self.wait(seconds)
        held = [[name, {"inputName": name, "value": value, "valueType": "string"}] for name, value in inputs.items()]
        self.posts.append(
            Post(PLUGINS, {
                "request": {"actionVerb": verb, "missionId": self.mission_id, "id": step_id,
                            "inputValues": {"_type": "Map", "entries": held}},
                "response": outputs, "status": 200, "startedAt": started, "endedAt": self.time,
                "plugin": {"id": f"plugin-{verb}", "version": "1.2.0", "language": "python"},
            })
        )  # fmt: skip

    def message(self, kind: str, **fields: Any) -> None:
        """A message of the gateway."""
        told = {"type": kind, "missionId": self.mission_id, "timestamp": self.time, **fields}
        self.posts.append(Post(MESSAGES, told))


def output(name: str, result: Any, kind: str = "string", **fields: Any) -> Item:
    """One output of a step."""
    return {"success": True, "name": name, "resultType": kind, "result": result, **fields}


def task(step_id: str, verb: str, description: str, outputs: Item, **inputs: Any) -> Item:
    """One task of a plan. An input is a value, or {outputName, sourceStep}."""
    told = {name: value if isinstance(value, dict) else {"value": value} for name, value in inputs.items()}
    return {"id": step_id, "actionVerb": verb, "description": description, "inputs": told, "outputs": outputs}


def taking(name: str, source: str | None = None) -> Item:
    """An input that is another step's output."""
    return {"outputName": name, "valueType": "string", **({"sourceStep": source} if source else {})}
