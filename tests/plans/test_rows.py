"""Steps and agents in the mission's tree, and the spans that hang under them."""

import msgspec

from analysis.algorithms.facts import build_mission_tree
from analysis.algorithms.outcome import compute_outcome
from analysis.algorithms.tree import MissionTree
from plans.records import Plan
from tests.analysis.making import span
from tests.plans.stage7_events import (
    BEGIN,
    completed,
    created,
    event,
    finished,
    output,
    plan,
    plan_of,
    started,
    task,
)
from traces.records import SpanRow

AT_NS = int(BEGIN.timestamp()) * 10**9
MS = 1_000_000


def outline(tree: MissionTree) -> list[tuple[int, str]]:
    return [(row.depth, row.span.name) for row in tree.rows if row.span is not None]


def planner() -> Plan:
    return plan(
        created("root", 0, "ACCOMPLISH"),
        event("agent_created", 1, agentId="agent-1", missionId="m", role="planner"),
        started("root", 2),
        finished("root", 9, plan_of(task("SEARCH", "one", id="a"), task("THINK", "two", id="b")), status="running"),
        created("a", 10, "SEARCH", description="one"),
        created("b", 10, "THINK", description="two"),
        started("a", 12),
        event("step_failed", 40, stepId="a", error="no answer"),
    )


def call(span_id: str, at_ms: int, *, step_id: str = "", parent: str = "", kind: str = "LLM") -> SpanRow:
    times = {"start_ns": AT_NS + at_ms * MS, "end_ns": AT_NS + (at_ms + 1) * MS}
    return msgspec.structs.replace(span(span_id, parent or None, kind=kind), step_id=step_id, **times)


def test_agents_hold_their_steps_and_steps_those_of_their_plan():
    tree = build_mission_tree([], planner())
    assert outline(tree) == [(0, "planner agent-1"), (1, "ACCOMPLISH"), (2, "THINK two"), (2, "SEARCH one")]
    outcome = compute_outcome(tree, AT_NS + 60 * MS)
    assert outcome.statuses == ("waiting", "waiting", "waiting", "failed")


def test_a_span_hangs_under_the_step_it_names():
    tree = build_mission_tree([call("c1", 20, step_id="a"), call("c2", 21, parent="c1")], planner())
    assert (3, "c1") in outline(tree)
    assert (4, "c2") in outline(tree)


def test_a_call_that_names_no_step_hangs_under_the_only_one_that_ran():
    tree = build_mission_tree([call("early", 3), call("later", 20), call("before", -5), call("after", 45)], planner())
    placed = {name: depth for depth, name in outline(tree)}
    # `later` began while the planner's step had returned its plan and only SEARCH ran.
    assert (placed["early"], placed["later"], placed["before"], placed["after"]) == (2, 3, 0, 0)


def test_between_two_steps_that_ran_nothing_is_guessed():
    both = plan(created("a", 0), created("b", 0), started("a", 1), started("b", 1))
    assert (0, "c") in outline(build_mission_tree([call("c", 5)], both))


def test_other_spans_than_calls_stay_where_they_are():
    tree = build_mission_tree([call("http", 20, kind="HTTP")], planner())
    assert (0, "http") in outline(tree)


def test_a_step_that_failed_and_one_of_the_same_verb_that_went_well_are_no_retry():
    built = plan(
        created("root", 0, "ACCOMPLISH"),
        finished("root", 9, plan_of(task("SEARCH", "x", id="a"), task("SEARCH", "x", id="b")), status="running"),
        created("a", 10, description="x"),
        created("b", 11, description="x"),
        started("a", 12),
        event("step_failed", 13, stepId="a", error="gone"),
        started("b", 14),
        completed("b", 20, output("n", "1")),
    )
    outcome = compute_outcome(build_mission_tree([], built), AT_NS + 60 * MS)
    assert outcome.statuses.count("failed") == 2
    assert not any(outcome.recoveries)
