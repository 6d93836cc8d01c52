"""A planned mission, made here: a step that fails and says it is done, one that waits for nothing anybody has, a step
that was made twice, a question, plans on their way, a hand-over."""

from typing import Any

from tests.plans.stage7_events import (
    MISSION,
    Event,
    created,
    event,
    finished,
    output,
    plan_of,
    started,
    stored,
    task,
)

HOSTILE = "<img src=x onerror=window.ran=1>"
AGENT, HELPER = "agent-1", "agent-2"
GOAL = "Compare three vendors"
FIRST, SEARCH, COMPARE, WRITE, ASK = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 6))


def search(**fields: Any) -> Event:
    return task(
        "SEARCH", "find three vendors", id=SEARCH, inputs={"query": {"value": "vendors", "valueType": "string"}},
        outputs={"vendors": "their names"}, **fields,
    )  # fmt: skip


def compare(**fields: Any) -> Event:
    inputs = {
        "vendors": {"outputName": "vendors", "sourceStep": SEARCH, "valueType": "string"},
        "table": {"outputName": "price_table", "sourceStep": "step_9"},
    }
    return task(
        "COMPARE_PRICES", HOSTILE, id=COMPARE, inputs=inputs, outputs={"ranking": "best first"},
        recommendedRole="researcher", **fields,
    )  # fmt: skip


def write() -> Event:
    value = "Write about {ranking} of [object Object]"
    return task("WRITE", "a report", id=WRITE, inputs={"text": {"value": value, "valueType": "string"}})


def ask() -> Event:
    return task("ASK_USER_QUESTION", "which budget", id=ASK)


def never() -> Event:
    return task("PUBLISH", "the report", id="00000000-0000-4000-8000-0000000000ff")


TASKS = (search(), compare(), write(), ask(), never())


def make(item: Event, at_ms: int) -> Event:
    """The creation of a planned step, without what the plan ties it to."""
    return created(item["id"], at_ms, item["actionVerb"], description=item["description"])


def events() -> list[Event]:
    """What is stored of the mission, in order of time."""
    inputs = {"goal": {"inputName": "goal", "value": GOAL, "valueType": "string"}}
    return [
        created(FIRST, 0, "ACCOMPLISH", description="Plan it", missionId=MISSION),
        event("agent_created", 1, agentId=AGENT, missionId=MISSION, inputValues=inputs, status="initializing"),
        event("agent_created", 2, agentId=HELPER, missionId=MISSION, inputValues=inputs, status="running"),
        started(FIRST, 5),
        finished(FIRST, 1_000, plan_of(*TASKS), status="running"),
        *(make(item, 1_010 + at) for at, item in enumerate(TASKS[:4])),
        make(write(), 1_020),
        started(SEARCH, 1_100),
        finished(SEARCH, 1_400, output("vendors", None, "ERROR", success=False, error="first: 503")),
        started(SEARCH, 1_500),
        finished(SEARCH, 2_000, output("vendors", None, "ERROR", success=False, error=f"429 {HOSTILE}")),
        started(ASK, 2_100),
        finished(ASK, 2_200, output("pending_user_input", None, "string", request_id="ask-1")),
    ]


def messages() -> list[Event]:
    """What its services said to each other."""
    return [
        {
            "type": "planRevision", "missionId": MISSION, "agentId": AGENT, "stepId": FIRST, "stage": "raw",
            "plan": [*TASKS, task("SLEEP", "an hour")], "timestamp": "2026-03-01T09:00:00.500Z",
        },
        {
            "type": "planRevision", "missionId": MISSION, "agentId": AGENT, "stepId": FIRST, "stage": "validated",
            "plan": list(TASKS), "errors": ["SLEEP has no plugin"], "timestamp": "2026-03-01T09:00:00.800Z",
        },
        {
            "path": "/sendUserInputRequest", "missionId": MISSION, "stepId": ASK, "agentId": AGENT, "status": 200,
            "request": {"question": f"Which budget? {HOSTILE}", "answerType": "text", "choices": ["low", "high"]},
            "response": {"request_id": "ask-1"}, "startedAt": "2026-03-01T09:00:02.150Z",
        },
        {
            "type": "handOver", "missionId": MISSION, "stepId": COMPARE, "fromAgentId": AGENT, "toAgentId": HELPER,
            "reason": "role researcher", "timestamp": "2026-03-01T09:00:01.050Z",
        },
    ]  # fmt: skip


def bodies() -> list[Event]:
    """The events as they are stored."""
    return [stored(each) for each in events()]
