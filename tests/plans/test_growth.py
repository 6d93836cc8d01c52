"""What it costs to compute a plan grows as what is told of it, whatever shape a sender gives it."""

import gc
import time
from collections.abc import Callable
from typing import Any

import pytest

from plans.building.build import build_plan
from tests.plans.stage7_events import Event, as_map, created, event, facts_of, finished, plan, plan_of, task

FEW, MANY = 600, 4_800
MOST_TIMES = 24
"""Eight times as much takes eight times as long; what grows with the square takes sixty-four times as long."""

Shape = Callable[[int], list[Event]]


def hangs_on(step_id: str, source: str, **fields: Any) -> Event:
    dependency = {"sourceStepId": source, "outputName": "found", "inputName": "about"}
    return created(step_id, 2, dependencies=[dependency], outputs={"found": "a text"}, **fields)


def one_id(count: int) -> list[Event]:
    return [
        *(hangs_on("same", "other") for _ in range(count // 2)),
        *(created("other", at) for at in range(count // 2)),
    ]


def nobodys_ids(count: int) -> list[Event]:
    return [hangs_on(f"s{at}", f"nobody{at}") for at in range(count)]


def one_plan(count: int) -> list[Event]:
    tasks = [
        task("SEARCH", f"{at}", id=f"s{at}", inputs={"a": {"outputName": f"o{at - 1}"}}, outputs={f"o{at}": "a text"})
        for at in range(count)
    ]
    plans = [finished("root", 1 + at, plan_of(*tasks[at : at + 500])) for at in range(0, count, 500)]
    return [created("root", 0), *plans, *(created(f"s{at}", 9) for at in range(count))]


def on_what_was_replaced(count: int) -> list[Event]:
    tasks = [task("SEARCH", f"{at}", id=f"s{at}") for at in range(count)]
    return [
        created("root", 0),
        finished("root", 1, plan_of(*tasks)),
        *(hangs_on(f"s{at}", "root") for at in range(count)),
    ]


def one_moment(count: int) -> list[Event]:
    agents = (event("agent_created", at % 200, agentId=f"agent-{at}") for at in range(count))
    return [*(created(f"s{at}", 0) for at in range(count)), *agents]


def mentions(count: int) -> list[Event]:
    about = as_map(about={"inputName": "about", "value": "Use {found} here", "valueType": "string"})
    return [created(f"s{at}", at, outputs={"found": "a text"}, inputValues=about) for at in range(count)]


def told_again(count: int) -> list[Event]:
    return [hangs_on("s", "other", timestamp=created("s", at)["timestamp"]) | {"stepNo": at} for at in range(count)]


SHAPES = (one_id, nobodys_ids, one_plan, on_what_was_replaced, one_moment, mentions, told_again)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_a_plan_takes_as_long_as_it_is_large(shape: Shape):
    assert cost_s(shape(MANY)) < MOST_TIMES * max(cost_s(shape(FEW)), 0.005)


def cost_s(events: list[Event]) -> float:
    """Processor time of the quickest of three runs."""
    rows = facts_of(events)
    taken = []
    gc.disable()
    try:
        for _ in range(3):
            begun = time.process_time()
            build_plan(rows)
            taken.append(time.process_time() - begun)
    finally:
        gc.enable()
    return min(taken)


def test_an_agent_begins_with_the_step_made_at_its_birth_even_when_that_was_told_to_have_begun_before():
    found = plan(
        event("step_execution_start", 0, stepId="late"),
        created("early", 100),
        created("late", 5_000),
        event("agent_created", 5_001, agentId="agent-1"),
    )
    assert {step.step_id: step.agent_id for step in found.steps} == {"late": "agent-1", "early": ""}
