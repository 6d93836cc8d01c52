"""What became of each step, by the events that were stored of it."""

import random

import pytest

from plans.building.build import build_plan
from tests.plans.stage7_events import (
    Event,
    completed,
    created,
    event,
    facts_of,
    finished,
    output,
    plan,
    plan_of,
    started,
    task,
)

CODE = "CM008_PLUGIN_PERMISSION_VALIDATION_FAILED"
STRUCTURED = {"error_code": CODE, "message_human_readable": "not permitted", "severity": "ERROR"}


@pytest.mark.parametrize(
    ("outputs", "outcome", "reason"),
    [
        ([output("answer", "42")], "ok", ""),
        ([output("answer", "Error: 404 model not found")], "failed", "Error: 404 model not found"),
        ([output("e", None, "ERROR", success=False, resultDescription="bad plan")], "failed", "bad plan"),
        ([output("e", None, "error", success=False, error="gone")], "failed", "gone"),
        ([output(CODE, STRUCTURED, "error", success=False)], "failed", "not permitted"),
        ([output("a", "1"), output("b", None, "string", success=False, error="second")], "failed", "second"),
        ([output("x", "text", "validation_error")], "failed", "text"),
        ([plan_of(task("SEARCH", "one"))], "ok", ""),
    ],
)
def test_the_worst_output_counts_whatever_the_status_says(outputs: list[Event], outcome: str, reason: str):
    step = plan(created("s", 0), started("s", 1), finished("s", 9, *outputs), completed("s", 10, *outputs)).steps[0]
    assert (step.outcome, step.reason, step.status) == (outcome, reason, "completed")
    assert step.is_silent is (outcome == "failed")


def test_a_failure_that_is_told_is_not_silent():
    step = plan(created("s", 0), started("s", 1), event("step_failed", 5, stepId="s", error="no model left")).steps[0]
    assert (step.outcome, step.reason, step.is_silent, step.status) == ("failed", "no model left", False, "error")


def test_a_step_that_was_made_waits_and_one_that_began_is_active():
    made, began = plan(created("a", 0), created("b", 1), started("b", 2)).steps
    assert (made.outcome, began.outcome) == ("waiting", "active")


def test_a_step_whose_result_was_a_plan_is_replaced_though_nothing_says_so():
    steps = plan(created("s", 0, "ACCOMPLISH"), started("s", 1), finished("s", 9, plan_of(task("X")), status="running"))
    assert steps.steps[0].is_replaced
    assert steps.steps[0].outcome == "ok"


def test_a_question_makes_the_step_wait_for_a_person_until_it_moves_on():
    asked = output("pending_user_input", None, request_id="r-1")
    waiting = plan(created("s", 0), started("s", 1), finished("s", 5, asked))
    assert waiting.steps[0].waits_for_person
    assert [(each.id, each.status, each.step_id) for each in waiting.questions] == [("r-1", "waiting", "s")]
    moved = plan(
        created("s", 0), started("s", 1), finished("s", 5, asked), completed("s", 50, output("answer", "blue"))
    )
    assert moved.steps[0].outcome == "ok"
    assert [(each.status, each.answered_ns is not None) for each in moved.questions] == [("ok", True)]


def test_a_cancelled_step_is_gone():
    cancelled = event("step_cancelled_dependency_unsatisfied", 5, stepId="s", agentId="agent-1", dependencies=[])
    assert plan(created("s", 0), cancelled).steps[0].outcome == "gone"


def test_an_execution_that_begins_again_forgets_what_the_last_one_returned():
    step = plan(
        created("s", 0), started("s", 1), event("step_failed", 5, stepId="s", error="once"), started("s", 6),
        completed("s", 9, output("answer", "fine")),
    ).steps[0]  # fmt: skip
    assert (step.outcome, step.starts, step.retry_count) == ("ok", 2, 1)


def test_steps_that_share_an_id_are_kept_apart():
    steps = plan(
        created("s", 0), created("s", 1), created("s", 2), started("s", 3), finished("s", 4, output("n", "1")),
        started("s", 5), finished("s", 6, output("n", None, "error", success=False, error="two")),
    ).steps  # fmt: skip
    assert [(step.occurrence, step.outcome) for step in steps] == [(1, "ok"), (2, "failed"), (3, "waiting")]
    assert len({step.key for step in steps}) == 3


def test_an_event_that_comes_twice_is_one():
    events = [created("s", 0), started("s", 1), finished("s", 9, output("n", "1"))]
    once, twice = plan(*events), plan(*events, *events)
    assert len(twice.steps) == 1
    assert twice.steps[0].starts == once.steps[0].starts == 1


def test_unknown_events_about_a_step_are_told_and_cost_nothing():
    step = plan(created("s", 0), event("step_teleported", 5, stepId="s", status="elsewhere")).steps[0]
    assert step.status == "elsewhere"


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_facts_does_not_matter(seed: int):
    events = [
        created("root", 0, "ACCOMPLISH"),
        event("agent_created", 1, agentId="agent-1", missionId="m"),
        finished("root", 9, plan_of(task("SEARCH", "one", outputs={"a": "x"}), task("THINK", "two")), status="running"),
        created("a", 110, "SEARCH", description="one"),
        created("b", 110, "THINK", description="two"),
        started("a", 120),
        finished("a", 130, output("hits", "3")),
        completed("a", 131, output("hits", "3")),
        started("b", 140),
        event("step_execution_error", 150, stepId="b", error="boom"),
        started("b", 160),
    ]
    rows = facts_of(events)
    mixed = [*rows, *rows[::2]]
    random.Random(seed).shuffle(mixed)
    assert build_plan(mixed) == build_plan(rows)
