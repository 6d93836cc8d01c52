"""What our own typed records say of the plan."""

from typing import Any

from plans.building.build import build_plan
from plans.records import NOWHERE, FactRow, Plan
from telemetry.conventions import map_log
from telemetry.facts.records import decode_facts
from telemetry.native import convert

AT = 1_767_323_045_000_000_000
Record = dict[str, Any]


def plan(*records: Record) -> Plan:
    logs = [log for record in records for log in convert({"mission_id": "m", **record}, AT).logs]
    return build_plan([FactRow(at, log.time_ns or AT, decode_facts(map_log(log).facts)) for at, log in enumerate(logs)])


def step(step_id: str, **fields: Any) -> Record:
    return {"type": "step", "agent_id": "a", "step_id": step_id, "time_ns": str(AT), **fields}


def test_a_step_as_it_is_and_what_it_waits_for():
    built = plan(
        step("s1", verb="SEARCH", status="completed", created_ns=str(AT), started_ns=str(AT + 5), ended_ns=str(AT + 9),
             outputs_declared={"hits": "what was found"}, result={"hits": 3}),
        step("s2", verb="THINK", status="waiting", dependencies=[
            {"source_step_id": "s1", "output_name": "hits", "input_name": "text"},
            {"source_step_id": "nobody"},
            {"source_step_id": "s1", "kind": "signal"},
        ]),
    )  # fmt: skip
    first, second = sorted(built.steps, key=lambda each: each.step_id)
    assert (first.created_ns, first.started_ns, first.ended_ns, first.outcome) == (AT, AT + 5, AT + 9, "ok")
    assert (second.outcome, second.waits_for_person) == ("waiting", False)
    assert {(edge.kind, edge.output_name, edge.is_satisfied, edge.source == NOWHERE) for edge in built.edges} == {
        ("data", "hits", True, False), ("data", "", False, True), ("signal", "", True, False),
    }  # fmt: skip


def test_occurrences_are_the_senders():
    built = plan(step("s", occurrence=2, status="running"), step("s", occurrence=1, status="completed", result=1))
    assert sorted((each.occurrence, each.outcome) for each in built.steps) == [(1, "ok"), (2, "active")]


def test_a_later_word_on_a_step_counts():
    built = plan(
        step("s", status="running"),
        step("s", status="failed", error="no such table", time_ns=str(AT + 10), ended_ns=str(AT + 9)),
    )
    assert [(each.outcome, each.reason, each.ended_ns) for each in built.steps] == [("failed", "no such table", AT + 9)]


def test_mission_agents_plans_and_questions():
    built = plan(
        {"type": "mission", "name": "Weekly report", "goal": "write it", "status": "running"},
        {"type": "agent", "agent_id": "a", "agent_name": "Planner", "role": "coordinator", "started_ns": str(AT)},
        {"type": "agent", "agent_id": "b", "parent_agent_id": "a", "status": "completed", "ended_ns": str(AT + 3)},
        step("p", verb="PLAN"),
        {
            "type": "plan_revision",
            "step_id": "p",
            "stage": "raw",
            "plan": [{"verb": "X", "step_id": "x"}, {"verb": "Y"}],
        },
        step("x", verb="X"),
        {"type": "human_request", "id": "q", "step_id": "x", "question": "which?", "asked_ns": str(AT)},
    )
    assert (built.name, built.goal, built.status_word) == ("Weekly report", "write it", "running")
    assert {(agent.id, agent.name, agent.parent_agent_id, agent.ended_ns) for agent in built.agents} == {
        ("a", "Planner", "", None), ("b", "", "a", AT + 3),
    }  # fmt: skip
    (revision,) = built.revisions
    assert [made == NOWHERE for made in revision.made] == [False, True]
    asking = next(each for each in built.steps if each.step_id == "x")
    assert (asking.waits_for_person, built.questions[0].status) == (True, "waiting")
    answered = plan(
        {"type": "human_request", "id": "q", "question": "which?", "answer": "both", "answered_ns": str(AT)}
    )
    assert [(each.status, each.answer) for each in answered.questions] == [("ok", "both")]
