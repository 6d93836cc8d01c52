"""The selection of steps, agents and missing sources, as people open it."""

from typing import Any

import pytest

from plans.building.build import step_key
from plans.building.rows import PLAN_TRACE, agent_row_key
from tests.plans.stage7_events import MISSION, completed, created, finished, output, plan_of, started, stored, task
from tests.web.mission.planned import AGENT, ASK, COMPARE, FIRST, HELPER, HOSTILE, SEARCH, WRITE
from tests.web.mission.wire import span

pytestmark = pytest.mark.django_db
OTHER = "7c1d9a4e-0000-4000-8000-000000000002"


def address(step_id: str, occurrence: int = 1, part: str = "panel") -> str:
    return f"/spans/{PLAN_TRACE}/{step_key(step_id, '', occurrence)}/{part}"


def step_of(mission: Any, step_id: str, occurrence: int = 1) -> Any:
    answer = mission.get(address(step_id, occurrence))
    assert answer.status_code == 200
    return answer.context["step"]


def test_a_failed_step_that_says_it_is_done_says_both(planned):
    answer = planned.get(address(SEARCH))
    step = answer.context["step"]
    assert (step.status, step.reported, step.is_silent) == ("failed", "completed", True)
    text = answer.content.decode()
    assert "Reported as completed, failed in effect" in text
    assert "429" in step.reason
    assert HOSTILE not in text


def test_a_step_names_the_plan_it_came_from_and_its_task(planned):
    origin = step_of(planned, COMPARE).plans.origin
    assert (origin.parent.verb, origin.task_number, origin.task_count) == ("ACCOMPLISH", 2, 5)
    assert origin.inferred == ""


def test_what_a_step_waits_for_is_named_with_the_reason(planned):
    waits = {tie.input_name: tie for tie in step_of(planned, COMPARE).blockers}
    assert (waits["vendors"].link.verb, waits["vendors"].reason) == ("SEARCH", "failed, so it never comes")
    assert (waits["table"].link.status, waits["table"].reason) == ("ghost", "no step has this id")


def test_inputs_are_shown_from_the_plan_to_what_was_resolved(planned):
    inputs = {each.name: each for each in step_of(planned, COMPARE).inputs}
    plan, resolved = inputs["vendors"].stages
    assert (plan.word, plan.takes) == ("plan", "vendors")
    assert (resolved.word, resolved.note) == ("resolved", "not there")
    [value] = {each.name: each for each in step_of(planned, SEARCH).inputs}["query"].stages
    assert (value.word, value.text.text) == ("value", "vendors")


def test_a_lost_input_is_said_to_be_lost_and_a_mention_is_no_tie(planned):
    [text] = step_of(planned, WRITE).inputs
    assert text.is_lost
    assert text.ties == []
    assert [(tie.link.verb, bool(tie.inferred)) for tie in text.mentioned] == [("COMPARE_PRICES", True)]


def test_what_was_sent_to_a_tool_stands_beside_what_was_resolved(planned, send):
    run = span(
        9, name="execute_tool search", gen_ai__operation__name="execute_tool", gen_ai__tool__name="search",
        gen_ai__tool__call__arguments={"query": "cheap vendors"}, stage7__step__id=SEARCH, stage7__mission__id=MISSION,
    )  # fmt: skip
    send(MISSION, [run])
    step = step_of(planned, SEARCH)
    [query] = [each for each in step.inputs if each.name == "query"]
    assert [(stage.word, stage.text.text) for stage in query.stages] == [
        ("plan, resolved", "vendors"),
        ("sent", "cheap vendors"),
    ]
    assert [line.name for line in step.runs] == ["execute_tool search"]


def test_outputs_tell_what_is_missing_and_what_failed(planned):
    [vendors] = step_of(planned, SEARCH).outputs
    assert (vendors.name, vendors.word, vendors.description) == ("vendors", "failed", "their names")
    [ranking] = step_of(planned, COMPARE).outputs
    assert (ranking.name, ranking.word) == ("ranking", "not yet")
    [question] = step_of(planned, ASK).outputs
    assert question.word == "waits for a person"


def test_a_whole_result_is_read_from_its_record(tell):
    long = "line\n" * 400
    steps = [
        created("s1", 0, "WRITE", missionId=OTHER, outputs={"text": "it"}),
        started("s1", 1),
        finished("s1", 5, output("text", "[Truncated string, length: 2000]")),
        completed("s1", 6, output("text", long), output("_step_completed", True)),
    ]
    mission = tell(OTHER, [stored(each) for each in steps])
    [text] = step_of(mission, "s1").outputs
    assert (text.word, text.text.text) == ("returned", long)


def test_a_plan_is_shown_with_what_became_of_each_task(planned):
    plans = step_of(planned, FIRST).plans
    [made] = plans.made
    assert (made.planned, made.created, made.missing) == (5, 4, 1)
    assert [task.verb for task in made.tasks if task.made is None] == ["PUBLISH"]
    assert [link.verb for link in plans.others] == ["WRITE"]


def test_tasks_inside_a_task_stand_below_it(tell):
    inner = [task("SEARCH", "one"), task("SEARCH", "two")]
    steps = [
        created("s1", 0, "ACCOMPLISH", missionId=OTHER),
        completed("s1", 5, plan_of(task("DECIDE", "which", id="d1", inputs={"trueSteps": {"value": inner}}))),
        created("d1", 6, "DECIDE", description="which", missionId=OTHER),
    ]
    mission = tell(OTHER, [stored(each) for each in steps])
    [made] = step_of(mission, "s1").plans.made
    assert [(each.verb, each.depth, each.branch, each.made is None) for each in made.tasks] == [
        ("DECIDE", 0, "", False), ("SEARCH", 1, "trueSteps", True), ("SEARCH", 1, "trueSteps", True),
    ]  # fmt: skip


def test_revisions_of_a_plan_are_counted_and_compared(planned):
    plans = step_of(planned, FIRST).plans
    assert plans.flow == [("raw", 6), ("validated", 5), ("returned", 5), ("steps", 4)]
    raw, validated, returned = plans.stages
    assert raw.difference is None
    assert validated.errors == ("SLEEP has no plugin",)
    assert [line.text for line in validated.difference.lines if line.word == "removed"] == ["6. SLEEP  an hour"]
    assert returned.is_same


def test_an_id_that_comes_again_says_which_of_them_it_is(planned):
    facts = {fact.label: fact for fact in step_of(planned, WRITE, 2).facts}
    assert facts["occurrence"].value == "2 of 2"
    assert [link.key.rpartition(".")[2] for link in facts["occurrence"].links] == [step_key(WRITE, "", 1)]


def test_what_is_inferred_says_why(planned):
    facts = {fact.label: fact for fact in step_of(planned, SEARCH).facts}
    assert "No record says it" in facts["agent"].inferred


def test_executions_and_history_are_told_in_order(planned):
    step = step_of(planned, SEARCH)
    facts = {fact.label: fact.value for fact in step.facts}
    assert facts["executions"] == "2"
    events = [line.event for line in step.history]
    assert events[0] == "step created"
    assert events.count("step execution start") == 2
    assert step.history[0].after == ""


def test_a_hand_over_names_both_agents(planned):
    [given] = step_of(planned, COMPARE).hand_overs
    assert (given.from_agent.text, given.to_agent.text, given.reason) == ("agent-1", "agent-2", "role researcher")


def test_an_agent_shows_goal_steps_and_who_has_the_same_goal(planned):
    answer = planned.get(f"/spans/{PLAN_TRACE}/{agent_row_key(AGENT)[1]}/panel")
    agent = answer.context["agent"]
    assert agent.goal.text == "Compare three vendors"
    assert [link.text for link in agent.same_goal] == ["agent-2"]
    assert {each.status: each.step_count for each in agent.counts}["failed"] == 1
    assert [line.event for line in agent.history] == ["agent created"]
    other = planned.get(f"/spans/{PLAN_TRACE}/{agent_row_key(HELPER)[1]}/panel").context["agent"]
    assert other.reported == "running"


def test_a_missing_source_says_who_hangs_on_it(planned):
    [waits] = [tie for tie in step_of(planned, COMPARE).blockers if tie.link.status == "ghost"]
    answer = planned.get(f"/spans/{waits.link.key.replace('.', '/')}/panel")
    ghost = answer.context["ghost"]
    assert (ghost.label, ghost.why) == ("step_9", "no step has this id")
    assert [link.verb for link in ghost.behind] == ["COMPARE_PRICES"]


def test_a_step_that_is_not_there_says_so(planned):
    answer = planned.get(f"/spans/{PLAN_TRACE}/{'ab' * 8}/panel")
    assert answer.status_code == 200
    assert "no longer in the plan" in answer.content.decode()
    assert planned.get(f"/spans/{PLAN_TRACE}/{'ab' * 8}/raw").status_code == 404


def test_a_step_as_json_is_what_rest_has(planned):
    raw = planned.get(address(SEARCH, part="raw"))
    assert '"effective_status": "failed"' in raw.content.decode()


@pytest.mark.parametrize("part", [address(SEARCH), "/panes/plan", "/panes/questions"])
def test_strangers_see_nothing_of_a_plan(planned, as_charlie, part):
    assert as_charlie.get(planned.base + part).status_code == 404


def test_a_log_inside_a_result_is_shown_as_a_log(tell):
    result = {"logs": "one\ntwo brain:5070/chat", "error": "no plan"}
    steps = [
        created("s1", 0, "ACCOMPLISH", missionId=OTHER),
        completed("s1", 5, output("plan_validation_error", result, "ERROR", success=False, error="no plan")),
    ]
    mission = tell(OTHER, [stored(each) for each in steps])
    [failed] = step_of(mission, "s1").outputs
    assert (failed.word, failed.log.text, failed.model_calls) == ("failed", result["logs"], 1)
    assert failed.text.text == '{\n  "error": "no plan"\n}'


def test_an_input_of_the_enclosing_step_is_taken_from_it_and_holds_nothing_up(tell):
    child = task("SEARCH", "it", id="c1", inputs={"goal": {"outputName": "topic", "sourceStep": "0"}})
    steps = [
        created("s1", 0, "ACCOMPLISH", missionId=OTHER, inputValues={"topic": {"value": "owls"}}),
        completed("s1", 5, plan_of(child)),
        created("c1", 6, "SEARCH", description="it", missionId=OTHER),
    ]
    mission = tell(OTHER, [stored(each) for each in steps])
    step = step_of(mission, "c1")
    [goal] = step.inputs
    assert [(stage.word, stage.source or stage.text.text) for stage in goal.stages] == [
        ("plan", "the enclosing step"),
        ("resolved", "owls"),
    ]
    assert step.blockers == []
    assert step.is_free
