"""The plan that spans show: agents, steps, ties and questions, alone and behind what records tell."""

import random
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.algorithms.facts import build_facts
from plans.building.rows import build_rows, find_homes, name_agents, step_row_key
from plans.building.span_places import place_spans
from plans.building.span_plan import build_span_plan
from plans.records import BY_LINK, LINK, NO_PLAN, NOWHERE, Plan, PlanStep
from tests.analysis.making import SECOND, T0, at, span
from tests.plans.stage7_events import created, plan, started
from traces.moments import spans_at
from traces.records import SpanRow


def of_step(row: SpanRow, step_id: str) -> SpanRow:
    return msgspec.structs.replace(row, step_id=step_id)


def step_span(name: str, step_id: str, parent: str | None = None, start: float = 0, end: float | None = 1, **fields):
    return of_step(span(name, parent, start, end, **{"kind": "STEP", **fields}), step_id)


def shown(*spans: SpanRow) -> Plan:
    return build_span_plan(place_spans(spans))


def beside(told: Plan, *spans: SpanRow) -> Plan:
    """What records tell and what spans show, as a mission's tree has them."""
    named = name_agents(told, spans)
    return build_span_plan(place_spans([*named, *build_rows(told, "m")], find_homes(told, named)), told)


def drawn(found: Plan) -> list[str]:
    """`parent>step#occurrence agent outcome` a step."""
    lines = []
    for step in found.steps:
        above = f"{found.steps[step.parent].step_id}>" if step.parent != NOWHERE else ""
        lines.append(f"{above}{step.step_id}#{step.occurrence} {step.agent_id or '-'} {step.outcome}")
    return lines


def test_spans_that_name_nothing_show_no_plan():
    assert shown() == NO_PLAN
    assert shown(span("root"), span("a", "root", kind="LLM")) == NO_PLAN


def test_a_step_is_its_span_and_all_that_lies_in_it():
    #  agent planner
    #    STEP search
    #      tool (search)      the same step
    #        tool             of no step of its own
    found = shown(
        span("root", kind="AGENT", agent="planner", end=9),
        step_span("SEARCH flights", "search", "root", 1, 5, status="ERROR", effective="failed", message="timeout"),
        of_step(span("tool", "SEARCH flights", 2, 3, kind="TOOL"), "search"),
        span("inner", "tool", 2, 3),
    )
    assert drawn(found) == ["search#1 planner failed"]
    [step] = found.steps
    assert (step.verb, step.description, step.reason) == ("SEARCH", "flights", "timeout")
    assert (step.status, step.status_code, step.started_ns, step.ended_ns) == ("", "ERROR", at(1), at(5))
    assert step.is_agent_inferred
    assert step.head is not None
    assert step_row_key(step) == (step.head.trace_id, step.head.span_id, 0)


def test_a_step_that_lies_in_another_is_part_of_it():
    found = shown(
        step_span("outer", "a", end=9), step_span("inner", "b", "outer", 1), step_span("deep", "c", "inner", 2)
    )
    assert drawn(found) == ["a#1 - ok", "a>b#1 - ok", "b>c#1 - ok"]
    assert [step.depth for step in found.steps] == [0, 1, 2]


def test_a_further_span_of_kind_step_is_the_next_occurrence_of_its_agent():
    found = shown(
        step_span("one", "a", start=0, agent="x"),
        step_span("two", "a", start=2, agent="x"),
        step_span("other", "a", start=4, agent="y"),
    )
    assert drawn(found) == ["a#1 x ok", "a#2 x ok", "a#1 y ok"]
    assert [step.retry_count for step in found.steps] == [0, 1, 0]
    assert len({step.key for step in found.steps}) == 3


def test_spans_of_a_step_that_lie_apart_are_one_step_which_is_open_while_one_of_them_is():
    found = shown(
        of_step(span("chat", None, 0, 1, kind="LLM", status="OK"), "3"),
        of_step(span("tool", None, 2, None, kind="TOOL", effective="active"), "3"),
        step_span("step", "3", start=4, end=6),
    )
    assert drawn(found) == ["3#1 - active"]
    [step] = found.steps
    assert step.head is not None
    assert (step.head.name, step.status_code, step.ended_ns) == ("step", "OK", None)


@pytest.mark.parametrize(("effective", "is_satisfied"), [("ok", True), ("failed", False), ("active", False)])
def test_a_link_to_a_span_of_another_step_is_a_tie(effective: str, is_satisfied: bool):
    found = shown(
        step_span("one", "a", effective=effective),
        span("in one", "one"),
        step_span("two", "b", start=2, links=("in one", "one", "nowhere", "two")),
    )
    [edge] = found.edges
    assert (edge.source, edge.target, edge.kind, edge.by) == (0, 1, LINK, BY_LINK)
    assert edge.is_inferred
    assert edge.is_satisfied is is_satisfied
    assert found.edges_of(found.steps[1]) == (edge,)


def test_agents_come_in_order_of_appearance_with_what_became_of_their_work():
    found = shown(
        span("root", kind="AGENT", agent="lead", end=20),
        span("bad", "root", 1, 2, kind="TOOL", effective="failed", status="ERROR"),
        span("sub", "root", 3, 9, kind="AGENT", agent="helper", effective="failed", status="ERROR"),
        span("more", None, 21, None, kind="AGENT", agent="late", effective="active"),
    )
    assert [(agent.id, agent.outcome, agent.ended_ns) for agent in found.agents] == [
        ("lead", "ok", at(20)), ("helper", "ok", at(9)), ("late", "active", None),
    ]  # fmt: skip
    assert [agent.parent_agent_id for agent in found.agents] == ["", "lead", ""]


def test_a_failure_in_what_did_not_end_well_is_its_agents():
    found = shown(
        span("root", kind="AGENT", agent="lead", effective="failed"),
        span("sub", "root", 1, kind="AGENT", agent="helper", effective="failed"),
    )
    assert [agent.outcome for agent in found.agents] == ["failed", "failed"]


def test_a_span_in_which_a_person_is_asked_is_a_question():
    found = shown(
        step_span("BOOK", "book", agent="planner", end=None, effective="active"),
        span("ask", "BOOK", 1, 5, kind="HUMAN"),
        span("ask again", "BOOK", 6, None, kind="HUMAN", effective="waiting"),
    )
    assert [(each.question, each.status, each.answered_ns) for each in found.questions] == [
        ("ask", "ok", at(5)), ("ask again", "waiting", None),
    ]  # fmt: skip
    assert {(each.step, each.step_id, each.agent_id) for each in found.questions} == {(0, "book", "planner")}


def test_what_records_tell_of_a_step_wins_and_steps_that_only_spans_name_come_behind():
    told = plan(created("s1", 0), started("s1", 1))
    found = beside(
        told,
        of_step(span("call", None, 2, 3, kind="LLM"), "s1"),
        step_span("extra", "s2", "call", 2, 3, links=("call",)),
        span("ask", "extra", 2, None, kind="HUMAN", effective="waiting"),
    )
    assert found.steps[:1] == told.steps
    assert [(step.step_id, step.parent, step.depth) for step in found.steps] == [("s1", NOWHERE, 0), ("s2", 0, 1)]
    assert [(edge.source, edge.target, edge.is_satisfied) for edge in found.edges] == [(0, 1, False)]
    assert [each.step for each in found.questions] == [1]
    assert [agent.id for agent in found.agents] == [agent.id for agent in told.agents]


def test_spans_that_name_only_known_steps_add_nothing():
    told = plan(created("s1", 0), started("s1", 1))
    assert beside(told, of_step(span("call", None, 2, 3, kind="LLM"), "s1")) == told


def test_the_past_has_the_steps_that_had_begun_and_they_are_open():
    spans = [
        step_span("one", "a", start=0, end=2),
        step_span("two", "b", start=1, end=9),
        step_span("three", "c", start=5),
    ]
    assert drawn(shown(*spans_at(spans, T0 + 3 * SECOND))) == ["a#1 - ok", "b#1 - active"]


NAMES = st.sampled_from([f"n{at}" for at in range(9)])
SPANS = st.lists(
    st.builds(
        lambda name, parent, start, end, kind, step, agent, effective, links, side: of_step(
            span(
                name, parent, start, end, kind=kind, agent=agent, effective=effective, links=tuple(links), side=side,
                otel_kind="SERVER" if side else "INTERNAL",
            ),
            step,
        ),
        NAMES, st.none() | NAMES, st.integers(0, 5), st.none() | st.integers(0, 9),
        st.sampled_from(["STEP", "STEP", "AGENT", "TOOL", "HUMAN", "OTHER"]), st.sampled_from(["", "a", "b", "c"]),
        st.sampled_from(["", "x", "y"]), st.sampled_from(["ok", "failed", "active", "waiting", "gone"]),
        st.lists(NAMES, max_size=2), st.sampled_from([0, 0, 0, 1]),
    ),
    max_size=14, unique_by=lambda row: (row.span_id, row.side),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(SPANS, st.integers())
def test_the_order_in_which_spans_come_does_not_matter(spans: list[SpanRow], seed: int):
    mixed = random.Random(seed).sample(spans, len(spans))
    assert shown(*mixed) == shown(*spans)


@settings(max_examples=150, deadline=None)
@given(SPANS)
def test_every_span_of_a_step_is_part_of_one_and_the_tree_says_the_same(spans: list[SpanRow]):
    found = shown(*spans)
    assert {step.step_id for step in found.steps} == {each.step_id for each in spans} - {""}
    assert len({step.key for step in found.steps}) == len(found.steps)
    assert [step.index for step in found.steps] == list(range(len(found.steps)))
    assert all(step.parent < step.index for step in found.steps)
    assert list(found.edges) == sorted(found.edges, key=lambda edge: edge.target)
    asked = [(each.trace_id, each.span_id) for each in spans if each.span_kind == "HUMAN"]
    assert sorted(each.id for each in found.questions) == sorted("/".join(each) for each in asked)
    of_tree = build_facts(spans, [], [], [], at(9) or 0).whole_plan
    assert list(map(_identity, of_tree.steps)) == list(map(_identity, found.steps))
    assert [(edge.source, edge.target) for edge in of_tree.edges] == [
        (edge.source, edge.target) for edge in found.edges
    ]
    assert [agent.id for agent in of_tree.agents] == [agent.id for agent in found.agents]


def _identity(step: PlanStep) -> tuple[object, ...]:
    return step.key, step.parent, step.head, step.started_ns, step.ended_ns, step.status_code


@pytest.mark.timing
@pytest.mark.parametrize("shape", ["wide", "deep", "linked"])
def test_ten_thousand_spans_take_less_than_a_moment(shape: str):
    count = 10_000
    spans = [
        step_span(
            f"{number:x}", f"s{number // 2}", f"{number - 1:x}" if number and shape == "deep" else None, number,
            agent=f"a{number % 50}", links=(f"{number // 2:x}",) if shape == "linked" else (),
        )
        for number in range(count)
    ]  # fmt: skip
    took = []
    for _ in range(3):
        began = time.process_time()
        found = shown(*spans)
        took.append(time.process_time() - began)
    assert len(found.steps) >= count // 2
    assert min(took) < 0.5, took
