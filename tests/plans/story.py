"""A small mission with every kind of tie that a plan can hold, as events of stage7."""

from typing import Any

from tests.plans.stage7_events import Event, as_map, completed, created, event, finished, output, plan_of, started, task

COORDINATOR, WRITER = "agent-1", "agent-2"
HALF_TIME_MS = 2500
"""After the beginning: a moment between the two halves."""


def story(mission: str = "m-story") -> list[Event]:
    """All of it; every event names the mission."""
    return [each | {"missionId": mission} for each in (*first_half(), *second_half())]


def taken(name: str, source: str = "") -> dict[str, Any]:
    """An input of a task that takes an output."""
    return {"outputName": name, "valueType": "string"} | ({"sourceStep": source} if source else {})


def tasks() -> list[Event]:
    """The plan: a search, a loop over its hits, a summary, a text that only speaks of it, a task that is never made."""
    body = task("SCRAPE", "read one page", id="t-page")
    return [
        task("SEARCH", "find pages", id="t-search", outputs={"hits": "pages"}),
        task("FOREACH", "each page", id="t-loop", inputs={
            "array": taken("hits", "t-search"), "steps": {"value": [body], "valueType": "array"},
        }, outputs={"pages": "texts"}),
        task("THINK", "sum up", id="t-sum", inputs={"text": taken("pages", "t-loop")}, outputs={"summary": "a text"}),
        task("CHAT", "tell", id="t-tell", inputs={"message": {"value": "tell them {summary}", "valueType": "string"}}),
        task("GENERATE", "draw", id="t-draw", inputs={"data": taken("prices")}),
        task("EXECUTE", "send", id="t-send", inputs={"text": taken("summary", "t-sum")}),
    ]  # fmt: skip


def first_half() -> list[Event]:
    """Up to the moment when the plan is there and its steps are made."""
    made = [
        created(each["id"], 2000 + at, each["actionVerb"], description=each["description"])
        for at, each in enumerate(tasks()[:-1])
    ]
    return [
        created("root", 0, "ACCOMPLISH", description="compare prices"),
        event("agent_created", 1, agentId=COORDINATOR, inputValues=as_map()),
        started("root", 10),
        finished("root", 1900, plan_of(*tasks()), status="running"),
        *made,
    ]


def second_half() -> list[Event]:
    """The search succeeds, four pages are read and one fails, a writer is handed a step, two steps wait for each
    other."""
    pages: list[Event] = []
    for at in range(5):
        pages.append(created("t-page", 6000 + at, "SCRAPE", description="read one page", scope_id="loop-1"))
    for at in range(5):
        bad = at == 2
        result = output("page", "no answer", "error", success=False) if bad else output("page", f"text {at}")
        pages += [started("t-page", 6100 + 10 * at), completed("t-page", 6500 + 10 * at, result)]
    return [
        started("t-search", 3000),
        completed("t-search", 5000, output("hits", ["a", "b"], "array")),
        started("t-loop", 5100),
        *pages,
        event("agent_created", 7000, agentId=WRITER, inputValues=as_map(), parentAgentId=COORDINATOR),
        event(
            "step_created", 7100, id="given", actionVerb="WRITE", status="pending", description="write it up",
            ownerAgentId=COORDINATOR, delegatingAgentId=COORDINATOR, delegatedToAgentId=WRITER,
            currentOwnerAgentId=WRITER,
        ),
        created("left", 7200, "LEFT", dependencies=[{"inputName": "a", "sourceStepId": "right", "outputName": "b"}]),
        created("right", 7201, "RIGHT", dependencies=[{"inputName": "b", "sourceStepId": "left", "outputName": "a"}]),
        created("after", 7300, "NOTIFY", dependencies=[
            {"inputName": "__sequence", "sourceStepId": "t-search", "outputName": "x"},
        ]),
        created("lost", 7400, "MERGE", dependencies=[
            {"inputName": "table", "sourceStepId": "no-such-step", "outputName": "price_table"},
        ]),
        created("end", 7500, "REFLECT", dependencies=[
            {"inputName": "_dependency_after", "sourceStepId": "after", "outputName": "_step_completed"},
        ]),
    ]  # fmt: skip
