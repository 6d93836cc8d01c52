"""What steps hang on, and what is missing."""

from typing import Any

from plans.building.build import build_plan
from plans.building.rows import build_rows
from plans.records import NOWHERE, FactRow, Plan
from telemetry.facts.records import EdgeFact
from tests.plans.stage7_events import (
    Event,
    as_map,
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


def made_by_plan(*tasks: Event, made: int | None = None) -> list[Event]:
    """A planner step, its plan, and the steps that the tasks became, with ids s1, s2 ... unless they have one."""
    events = [created("root", 0, "ACCOMPLISH"), finished("root", 10, plan_of(*tasks), status="running")]
    for at, each in enumerate(tasks[:made], 1):
        events.append(created(each.get("id") or f"s{at}", 20, each["actionVerb"], description=each["description"]))
    return events


def edges(built: Plan) -> set[tuple[Any, ...]]:
    ids = [step.step_id for step in built.steps]
    return {
        (ids[edge.source] if edge.source != NOWHERE else built.ghosts[edge.ghost].why, ids[edge.target], edge.kind,
         edge.output_name, edge.is_satisfied, edge.is_inferred)
        for edge in built.edges
    }  # fmt: skip


def test_an_output_name_ties_steps_of_one_plan():
    events = made_by_plan(
        task("SEARCH", "find", outputs={"hits": "what was found"}),
        task("THINK", "weigh", inputs={"text": {"outputName": "hits", "valueType": "string"}}),
    )
    assert edges(plan(*events)) == {("s1", "s2", "data", "hits", False, False)}
    done = plan(*events, started("s1", 30), completed("s1", 40, output("hits", "3")))
    assert edges(done) == {("s1", "s2", "data", "hits", True, False)}


def test_an_empty_output_does_not_satisfy():
    events = made_by_plan(
        task("SEARCH", "find", outputs={"hits": "x"}), task("THINK", "weigh", inputs={"t": {"outputName": "hits"}})
    )
    assert edges(plan(*events, completed("s1", 40, output("hits", None)))) == {
        ("s1", "s2", "data", "hits", False, False)
    }


def test_a_source_whose_work_went_on_in_a_plan_delivers_when_that_plan_does():
    events = [
        *made_by_plan(
            task("SEARCH", "find", outputs={"hits": "x"}), task("THINK", "weigh", inputs={"t": {"outputName": "hits"}})
        ),
        finished("s1", 30, plan_of(task("SCRAPE", "deep", outputs={"hits": "x"})), status="running"),
        created("deep", 31, "SCRAPE", description="deep"),
    ]
    assert edges(plan(*events)) == {("s1", "s2", "data", "hits", False, False)}
    assert ("s1", "s2", "data", "hits", True, False) in edges(plan(*events, completed("deep", 50, output("hits", "9"))))


def test_sources_by_id_by_number_and_the_enclosing_step():
    events = made_by_plan(
        task("SEARCH", "one", id="t-1", outputs={"hits": "x"}),
        task("THINK", "two", id="t-2", inputs={"a": {"outputName": "hits", "sourceStep": "t-1"}}),
        task("GENERATE", "three", id="t-3", inputs={"a": {"outputName": "hits", "sourceStep": "step_1"}}),
        task("CHAT", "four", id="t-4", inputs={"a": {"outputName": "goal", "sourceStep": "0"}}),
    )
    assert edges(plan(*events)) == {
        ("t-1", "t-2", "data", "hits", False, False),
        ("t-1", "t-3", "data", "hits", False, False),
        ("root", "t-4", "parent", "goal", False, False),
    }


def test_what_nobody_has_is_a_ghost():
    events = made_by_plan(
        task("SEARCH", "one", inputs={"a": {"outputName": "nowhere"}}),
        task("THINK", "two", inputs={"a": {"outputName": "late"}}),
        task("EXECUTE", "three", outputs={"late": "x"}),
        made=2,
    )
    lost = created("x", 50, inputReferences=as_map(q={"inputName": "q", "outputName": "z", "sourceId": "no-such-step"}))
    built = plan(*events, lost)
    assert [(ghost.why, ghost.label) for ghost in built.ghosts] == [
        ("undeclared_output", "nowhere"), ("never_created", "EXECUTE"), ("unknown_step", "no-such-step"),
    ]  # fmt: skip
    assert [revision.made.count(NOWHERE) for revision in built.revisions] == [1]


def test_prose_and_placeholders_are_inferred():
    events = made_by_plan(
        task("SEARCH", "one", outputs={"hits": "x"}),
        task("THINK", "two", inputs={"a": {"value": "weigh the output from step1"}}),
        task("CHAT", "three", inputs={"a": {"value": "tell {hits} and {other}"}}),
        task("GENERATE", "four", inputs={"a": {"value": {"outputName": "hits", "valueType": "string"}}}),
    )
    assert edges(plan(*events)) == {
        ("s1", "s2", "mention", "", False, True),
        ("s1", "s3", "mention", "hits", False, True),
        ("s1", "s4", "mention", "hits", False, True),
    }


def test_a_signal_is_satisfied_by_completion_alone():
    waits = created("b", 2, dependencies=[{"inputName": "__sequence", "sourceStepId": "a", "outputName": "x"}])
    assert edges(plan(created("a", 0), waits)) == {("a", "b", "signal", "x", False, False)}
    assert edges(plan(created("a", 0), waits, completed("a", 9, output("other", "1")))) == {
        ("a", "b", "signal", "x", True, False)
    }


def test_steps_get_their_parent_by_the_id_of_a_task_and_by_its_text():
    built = plan(*made_by_plan(task("SEARCH", "one", id="t-1"), task("THINK", "two")))
    assert {step.step_id: (step.parent, step.parent_by, step.depth) for step in built.steps} == {
        "root": (NOWHERE, "", 0),
        "t-1": (0, "id", 1),
        "s2": (0, "text", 1),
    }


def test_a_body_of_a_loop_belongs_to_the_loop():
    body = task("SCRAPE", "each page", id="t-9")
    events = made_by_plan(task("FOREACH", "pages", id="t-1", inputs={"steps": {"value": [body], "valueType": "array"}}))
    iterations = [created("t-9", 30 + at, "SCRAPE", description="each page") for at in range(3)]
    steps = plan(*events, *iterations).steps
    assert [(step.verb, step.parent, step.occurrence) for step in steps[2:]] == [
        ("SCRAPE", 1, 1), ("SCRAPE", 1, 2), ("SCRAPE", 1, 3),
    ]  # fmt: skip


def test_parents_in_a_circle_are_cut():
    a = created("a", 0, parentStepId="b")
    b = created("b", 1, parentStepId="a")
    steps = plan(a, b).steps
    assert [step.parent for step in steps] == [NOWHERE, 0]


def test_an_agent_begins_with_the_step_made_at_its_birth_and_owns_what_it_made():
    events = [*made_by_plan(task("SEARCH", "one")), event("agent_created", 1, agentId="agent-1", missionId="m")]
    built = plan(*events)
    assert [(step.agent_id, step.is_agent_inferred) for step in built.steps] == [("agent-1", True)] * 2
    assert built.agents[0].first_step == 0


def test_a_hand_over_is_told_by_the_step_that_shows_it():
    seen = event(
        "step_created", 5, id="s", actionVerb="SEARCH", status="pending", delegatingAgentId="agent-1",
        delegatedToAgentId="agent-2", currentOwnerAgentId="agent-2",
    )  # fmt: skip
    assert [(each.step_id, each.from_agent_id, each.to_agent_id) for each in plan(seen).hand_overs] == [
        ("s", "agent-1", "agent-2")
    ]


def test_a_stated_tie_cites_its_record_and_one_to_an_unknown_step_hangs_on_a_ghost():
    steps = facts_of([created("a", 0), created("b", 1)])
    stated = [
        FactRow(8, steps[0].time_ns + 9, (EdgeFact(step_id="b", source="a"),)),
        FactRow(9, steps[0].time_ns + 9, (EdgeFact(step_id="b", source="lost", output_name="x"),)),
    ]
    built = build_plan([*steps, *stated])
    assert [(ghost.why, ghost.label) for ghost in built.ghosts] == [("unknown_step", "lost")]
    assert {(edge.source, edge.target, edge.evidence) for edge in built.edges} == {(0, 1, (8,)), (NOWHERE, 1, ())}


def test_a_ghost_keeps_its_key_when_earlier_steps_become_known():
    events = made_by_plan(task("SEARCH", "one", inputs={"a": {"outputName": "nowhere"}}))
    before, after = plan(*events), plan(created("earlier", -50), *events)
    assert [ghost.key for ghost in after.ghosts] == [ghost.key for ghost in before.ghosts]


def test_an_agent_that_a_step_delegated_to_hangs_under_that_step():
    built = plan(
        created("root", 0, "ACCOMPLISH"),
        event("agent_created", 1, agentId="agent-main", missionId="m"),
        finished("root", 9, plan_of(task("DELEGATE", "look it up", id="d")), status="running"),
        created("d", 10, "DELEGATE", description="look it up"),
        event("agent_created", 20, agentId="sub-agent-7", missionId="m"),
        completed("d", 30, output("subAgentId", "started sub-agent-7 for it"), agent="agent-main"),
    )
    agents = {agent.id: agent for agent in built.agents}
    assert (agents["sub-agent-7"].made_by, agents["sub-agent-7"].parent_agent_id) == (1, "agent-main")
    assert agents["agent-main"].made_by == NOWHERE
    (row,) = [row for row in build_rows(built, "m") if row.name == "sub-agent-7"]
    assert row.parent_span_id == built.steps[1].key


def test_an_empty_list_or_text_is_a_result_and_only_null_is_none():
    events = made_by_plan(
        task("SEARCH", "find", outputs={"hits": "x"}), task("THINK", "weigh", inputs={"t": {"outputName": "hits"}})
    )
    for value in ([], {}, "", 0, False):
        done = plan(*events, completed("s1", 40, output("hits", value, "array")))
        assert edges(done) == {("s1", "s2", "data", "hits", True, False)}, value
