"""A made run of stage7, with everything that its shapes must bear, in the words of its own services."""

import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.api.conftest import attribute
from tests.plans.stage7_events import (
    BEGIN,
    Event,
    as_map,
    completed,
    created,
    event,
    finished,
    output,
    plan_of,
    started,
    stored,
    task,
)

LONG = "a long text of neutral words " * 400
"""Much longer than previews are."""
GOAL = "compare three kinds of apples"


class Run(NamedTuple):
    """A mission and the ids in it, different for every run."""

    mission: str
    mark: str

    def id(self, word: str) -> str:
        """An id of this run's own."""
        return f"{word}-{self.mark}"

    def events(self) -> Iterator[Event]:
        """Two agents. A plan of four steps: one is done, one fails unseen, one asks, one hangs on what nobody has."""
        root, text, silent, asks, lost, twice = map(self.id, ("root", "text", "silent", "asks", "lost", "twice"))
        first, second = self.id("agent-one"), self.id("agent-two")
        mine = {"missionId": self.mission}
        goal = as_map(goal={"inputName": "goal", "value": GOAL, "valueType": "string"})
        yield created(root, 0, "ACCOMPLISH", description="Do it all", inputValues=goal, **mine)
        yield event("agent_created", 2, agentId=first, status="initializing", inputValues=goal, **mine)
        yield event("agent_initialized", 5, agentId=first, status="running", **mine)
        yield started(root, 10)
        tasks = [
            task("THINK", "Write", id=text, outputs={"notes": "Notes"}),
            task("SEARCH", "Look", id=silent, inputs={"term": {"sourceStep": text, "outputName": "notes"}}),
            task("ASK", "Ask", id=asks, inputs={"terms": {"value": LONG, "valueType": "string"}}),
            task("SCRAPE", "Read", id=lost, inputs={"url": {"sourceStep": self.id("nobody"), "outputName": "link"}}),
        ]
        yield finished(root, 20, plan_of(*tasks), status="running")
        for at, each in enumerate(tasks):
            yield created(each["id"], 30 + at, each["actionVerb"], description=each["description"],
                          inputReferences=_references(each), inputValues=_values(each),
                          outputs=as_map(**each["outputs"]), **mine)  # fmt: skip
        yield started(text, 100)
        yield completed(text, 200, output("notes", LONG), agent=first)
        yield started(silent, 210)
        failed = output("V001", "no such term", "validation_error", success=False, error="the term is empty")
        yield completed(silent, 300, failed, agent=first)
        yield started(asks, 310)
        yield finished(asks, 320, output("pending_user_input", None, "string", request_id=self.id("question")))
        yield event("agent_created", 400, agentId=second, status="initializing", **mine)
        yield created(twice, 410, "REPEATED", description="once", **mine)
        yield created(twice, 420, "REPEATED", description="twice", **mine)
        yield started(twice, 430)
        yield completed(twice, 440, output("done", "first"), agent=second)
        yield started(twice, 450)
        yield completed(twice, 460, output("done", "second"), agent=second)

    def bodies(self, until_ms: int = 10**6) -> list[Event]:
        """What the Librarian is sent: the mission's document and events up to a moment."""
        limit = event("", until_ms)["timestamp"]
        document = {"id": self.mission, "name": f"apples {self.mark}", "goal": GOAL, "status": "running",
                    "createdAt": event("", 0)["timestamp"]}  # fmt: skip
        mission = {"id": self.mission, "data": document, "storageType": "mongo", "collection": "missions"}
        return [mission, *(stored(each) for each in self.events() if each["timestamp"] <= limit)]

    def question(self) -> Event:
        """The question as people's browsers get it."""
        return {"type": "USER_INPUT_REQUEST", "request_id": self.id("question"), "question": "Which apples?",
                "answerType": "multipleChoice", "choices": ["red", "green"], "missionId": self.mission,
                "stepId": self.id("asks"), "agentId": self.id("agent-one"),
                "timestamp": event("", 321)["timestamp"]}  # fmt: skip

    def push(self, calls: int, at_ms: int) -> Event:
        """Statistics as they are pushed, without agents."""
        content = {"llmCalls": calls, "activeLLMCalls": 1, "agentCountByStatus": {}, "agentStatistics": as_map(),
                   "engineerStatistics": {"newPlugins": ["PEELER", "PEELER", 5]}}  # fmt: skip
        return {"type": "agentStatistics", "missionId": self.mission, "timestamp": event("", at_ms)["timestamp"],
                "content": content}  # fmt: skip

    def calls(self, *calls: Event) -> Event:
        """Model calls as an OTLP request."""
        resource = {"attributes": [attribute("stage7.mission.id", self.mission)]}
        return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": list(calls)}]}]}


def new_run() -> Run:
    """A run nobody has made before."""
    mark = secrets.token_hex(6)
    return Run(f"3f2b9a4e-0000-4000-8000-{mark}", mark)


def moment_ns(at_ms: int) -> int:
    """Nanoseconds of a moment of a run."""
    return int(BEGIN.timestamp()) * 10**9 + at_ms * 10**6


def call(start_ns: int, seconds: float | None, model: str, **attributes: Any) -> Event:
    """A model call; `error` is its status message, `kind` its type of conversation."""
    error, kind = attributes.pop("error", ""), attributes.pop("kind", "")
    told = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model, **attributes}
    if kind:
        told["stage7.conversation_type"] = kind
    span = {"traceId": secrets.token_hex(16), "spanId": secrets.token_hex(8), "name": f"chat {model}", "kind": 3,
            "startTimeUnixNano": str(start_ns), "attributes": [attribute(*item) for item in told.items()]}  # fmt: skip
    if seconds is not None:
        span["endTimeUnixNano"] = str(start_ns + int(seconds * 10**9))
    return span | ({"status": {"code": 2, "message": error}} if error else {})


def _references(each: Event) -> Event:
    return as_map(**{
        name: {"inputName": name, "outputName": item["outputName"], "sourceId": item["sourceStep"],
               "valueType": "string"}
        for name, item in each["inputs"].items() if "sourceStep" in item
    })  # fmt: skip


def _values(each: Event) -> Event:
    return as_map(**{
        name: {"inputName": name, **item} for name, item in each["inputs"].items() if "sourceStep" not in item
    })  # fmt: skip
