"""Findings about what the steps of a plan came to."""

import msgspec
import pytest

from tests.analysis.making import llm_call, span, tool_call
from tests.analysis.planning import DAY, Story, error_output, names, plan_output, take, tasks, text_output

CODE = "CM008_PLUGIN_PERMISSION_VALIDATION_FAILED"


def test_failures_that_were_reported_as_completed():
    story = Story().step("a", 0, "SEARCH").result("a", 2.25, error_output()).step("b", 0, "API_CLIENT")
    story.result("b", 3, error_output(CODE, "error"))
    finding = story.one("silent_failure")
    assert finding.title == "2 steps failed from 09:40:02 UTC on and were reported as completed: SEARCH and API_CLIENT."
    assert finding.detail == f"SEARCH 09:40:02.250: plan_validation_error. API_CLIENT 09:40:03.000: {CODE}."
    failures = story.found("first_failure")
    assert failures
    assert all(not each.is_root for each in failures)


def test_failures_that_were_reported_are_not_silent():
    story = Story().step("a", 0, "SEARCH").result("a", 2, error_output(), status="error")
    assert not story.found("silent_failure")
    assert story.found("first_failure")


def test_an_error_that_only_the_text_tells_of():
    story = Story().step("a", 0, "THINK").result("a", 2, text_output("Error: 404 no such model"))
    finding = story.one("error_text_in_result")
    assert finding.title == "THINK completed at 09:40:02 UTC with an error as its answer: Error: 404 no such model."
    assert not story.found("silent_failure")
    fine = Story().step("a", 0, "THINK").result("a", 2, text_output("Errors are rare: Error: is a prefix"))
    assert names(fine) == set()


def test_empty_results_count_where_something_was_expected():
    story = Story().step("a", 0, "SEARCH", outputs=["urls"]).result("a", 1, text_output("", "urls"))
    story.step("b", 0, "THINK", inputs=[take("urls", "urls", "a")])
    assert story.one("empty_result").detail == "1 input hangs on them."
    quiet = Story().step("a", 0, "DELETE").result("a", 1)
    assert not quiet.found("empty_result")
    found = Story().step("a", 0, "SEARCH", outputs=["urls"]).result("a", 1, text_output("u", "urls"))
    assert not found.found("empty_result")


def test_nothing_was_produced_and_why():
    story = Story().step("p", 0, "ACCOMPLISH").result("p", 1, plan_output(tasks("SEARCH", "THINK", "CHAT")))
    for place, verb in enumerate(("SEARCH", "THINK", "CHAT"), 1):
        story.step(f"s{place}", 2, verb, description=f"task {place}")
    story.result("s1", 4, error_output())
    nothing = story.one("never_completed", now=2 * DAY)
    assert nothing.title == (
        "Nothing was produced: 2 of 4 steps came to an end, with 1 plan and 1 failure reported as completed, and no "
        "tool output."
    )
    assert nothing.detail == "2 steps have no result."
    assert nothing.caused_by == story.one("silent_failure", now=2 * DAY).id
    assert not story.found("never_completed", now=30)


def test_a_mission_that_did_work_left_only_steps():
    story = Story().step("a", 0, "SEARCH").result("a", 1, text_output("u")).step("b", 0, "THINK").step("c", 0, "CHAT")
    story.start("b", 2).fail("b", 3)
    finding = story.one("never_completed", now=30 * DAY)
    assert (finding.severity, finding.title) == ("warning", "1 of 3 steps never came to an end: CHAT.")
    assert finding.detail == "1 step that nothing waits for: nothing keeps it and it has not begun (1): CHAT."


def test_a_tool_that_ran_well_is_something():
    run = span("t", start=1, end=2, kind="TOOL", label="execute_tool search")
    story = Story().step("a").step("b").step("c").start("a", 1)
    assert story.found("never_completed", now=600)
    assert not story.found("never_completed", now=1_800 + 600, spans=[run], tool_calls=[tool_call(run, "search")])


def explosion(verbs=("FIND_X", "WEIGH_X", "GUESS_X", "MAKE_X"), *, produced=False):
    """A plan whose invented verbs all become plans of invented verbs."""
    story = Story().step("p", 0, "ACCOMPLISH").result("p", 34, plan_output(tasks(*verbs)))
    for place, verb in enumerate(verbs, 1):
        story.step(f"s{place}", 35, verb, description=f"task {place}")
        story.result(f"s{place}", 36 + place, plan_output(tasks(f"SUB_{place}", "PONDER")))
        story.step(f"u{place}", 37 + place, f"SUB_{place}", description="task 1")
        story.step(f"v{place}", 37 + place, "PONDER", description="task 2")
        if produced:
            story.result(f"u{place}", 40 + place, text_output("good"))
    return story


def test_an_explosion_of_verbs_leads_and_the_rest_folds_under_it():
    story = explosion()
    finding = story.one("verb_explosion", now=700)
    assert finding.title == (
        "The planner invented verbs: 12 of 13 steps use 9 verbs that nothing is known to run; 4 of them became another "
        "planner run, and the mission exploded into 5 plans: 1 step in the first 30 s, then 12 in 6 s (by 10 s: 8, 4)."
    )
    assert "Steps by planning depth 0/1/2: 1/4/8." in finding.detail
    assert finding.severity == "error"
    for name in ("never_completed", "stall"):
        assert story.one(name, now=700).caused_by == finding.id


def test_verbs_that_are_known_or_do_work_are_none():
    assert not explosion(("SEARCH", "SCRAPE", "THINK", "CHAT")).found("verb_explosion")
    named = explosion().mission(50, known_verbs=("FIND_X", "WEIGH_X", "GUESS_X", "MAKE_X"))
    assert not named.found("verb_explosion")
    two = explosion(("FIND_X", "WEIGH_X", "SEARCH", "CHAT"))
    assert not two.found("verb_explosion")


def test_unknown_verbs_that_never_became_plans_are_no_explosion():
    story = Story()
    for number in range(50):
        story.step(f"s{number}", number, f"VERB_{number}").result(f"s{number}", number + 1, text_output("x"))
    assert names(story) == set()


def test_planned_tasks_that_never_became_steps():
    story = Story().step("p", 0, "ACCOMPLISH").result("p", 10, plan_output(tasks("SEARCH", "EXECUTE", "EXECUTE")))
    story.step("s", 10.5, "SEARCH", description="task 1")
    finding = story.one("plan_shrunk")
    assert finding.title == "3 tasks were planned and 1 became steps; missing: EXECUTE ×2."
    assert "perhaps only unrecorded: the record ends 500 ms later" in finding.detail
    assert {ref.type for ref in finding.refs} == {"step", "log"}
    story.step("e", 12, "EXECUTE", description="task 2").step("f", 12, "EXECUTE", description="task 3")
    assert not story.found("plan_shrunk")


def test_a_plan_that_shrinks_on_its_way():
    story = Story().step("p", 0, "ACCOMPLISH").plan("p", 1, "raw", tasks("A", "B", "C", "D"))
    story.plan("p", 2, "validated", tasks("A", "B"), ("two steps were dropped",))
    finding = story.one("plan_shrunk")
    assert finding.title == "The plan of ACCOMPLISH at 09:40:01 UTC shrank from 4 to 2 tasks (4 raw, 2 validated)."
    assert finding.detail == "two steps were dropped"
    grown = (
        Story().step("p", 0, "ACCOMPLISH").plan("p", 1, "raw", tasks("A")).plan("p", 2, "validated", tasks("A", "B"))
    )
    assert not grown.found("plan_shrunk")


def test_agents_that_are_given_the_same_goal():
    story = Story().agent("boss", 0, goal="ship it", created=True).step("s0", 0, "ACCOMPLISH", agent="boss")
    for number, goal in enumerate(("look", "look", "write"), 1):
        story.agent(f"a{number}", number, goal=goal, created=True).step(
            f"s{number}", number, "ACCOMPLISH", agent=f"a{number}"
        )
    finding = story.one("duplicate_plan")
    assert finding.title.startswith("3 more agents within 3 s of the first were each given a goal to plan")
    assert "2 distinct goals (2+1 agents)" in finding.title
    assert [ref.type for ref in finding.refs] == ["agent"] * 3


def test_agents_that_do_work_on_the_same_thing_plan_nothing_twice():
    story = Story()
    for number in range(3):
        story.agent(f"a{number}", number, goal="vote", created=True).step(
            f"s{number}", number, "THINK", agent=f"a{number}"
        )
    assert not story.found("duplicate_plan")


def test_equal_plans_of_different_steps():
    story = Story().step("p", 0, "ACCOMPLISH").step("q", 0, "ACCOMPLISH")
    story.result("p", 1, plan_output(tasks("A", "B", "C"))).result("q", 2, plan_output(tasks("A", "B", "C")))
    assert story.one("duplicate_plan").title.startswith("2 steps returned the same plan of 3 tasks")


def test_failed_steps_that_asked_a_model_again_and_again():
    story = Story().step("a", 0, "ACCOMPLISH").result("a", 9, error_output(model_calls=4))
    story.step("b", 0, "SEARCH").result("b", 9, error_output(model_calls=2)).step("c", 0, "THINK")
    story.result("c", 9, text_output("x", model_calls=7))
    finding = story.one("retry_storm")
    assert finding.title == (
        "2 failed steps asked the model more than once: ACCOMPLISH 4, SEARCH 2; the steps of the mission made 13 model "
        "calls in all."
    )
    assert finding.detail == "By error: plan_validation_error (2)."
    calm = Story().step("a", 0, "ACCOMPLISH").result("a", 9, error_output(model_calls=2))
    assert not calm.found("retry_storm")


def step_span(name, step_id, start, end, **more):
    return msgspec.structs.replace(span(name, start=start, end=end, **more), step_id=step_id)


def test_model_calls_of_a_step_that_spans_show_count_too():
    spans = [step_span(f"c{at}", "a", at, at + 0.5, kind="LLM") for at in range(3)]
    calls = [msgspec.structs.replace(llm_call(each), step_id="a") for each in spans]
    story = Story().step("a", 0, "ACCOMPLISH").result("a", 9, error_output())
    assert "ACCOMPLISH 3" in story.one("retry_storm", spans=spans, llm_calls=calls).title


def test_a_step_that_is_executed_again():
    story = Story().step("a", 0, "SEND_MAIL").start("a", 1).start("a", 2).start("a", 3)
    assert story.one("repeated_execution").title == "1 step was executed more than once: SEND_MAIL 3 times."
    assert not Story().step("a", 0, "SEND_MAIL").start("a", 1).found("repeated_execution")


@pytest.mark.parametrize(("arguments", "count"), [(("x", "x"), 1), (("x", "y"), 0)])
def test_equal_runs_of_a_tool_in_one_step(arguments, count):
    spans = [step_span(f"t{at}", "a", at, at + 0.5, kind="TOOL") for at in range(2)]
    calls = [
        msgspec.structs.replace(tool_call(each, "mail", arguments=given), step_id="a")
        for each, given in zip(spans, arguments, strict=True)
    ]
    story = Story().step("a", 0, "SEND_MAIL").start("a", 0)
    assert len(story.found("repeated_execution", spans=spans, tool_calls=calls)) == count


def test_calls_of_steps_that_nobody_tells_of_and_calls_that_outlast_their_step():
    spans = [step_span("c1", "a", 1, 30, kind="LLM"), step_span("c2", "gone", 1, 2, kind="LLM")]
    calls = [msgspec.structs.replace(llm_call(each), step_id=each.step_id) for each in spans]
    story = Story().step("a", 0, "THINK").start("a", 1).result("a", 5, text_output("x"))
    titles = [each.title for each in story.found("orphan_call", spans=spans, llm_calls=calls)]
    assert "1 call names 1 step that no record tells of." in titles
    assert "1 call went on after their step was over, for up to 25 s: nobody took the answer." in titles
    assert not Story().step("z", 0, "THINK").found("orphan_call", spans=spans, llm_calls=calls)


def test_hostile_facts_break_nothing():
    story = Story().step("", 0).step("a", 10**6, "\x00<b>", description="x" * 10_000, after=["a", "a", ""])
    story.step("b", 0, "", after=["a"]).result("b", -(10**6), error_output("", "", ""), plan_output(tasks("", "", "")))
    story.rows[-1] = type(story.rows[-1])(99, 10**25, story.rows[-1].facts)
    for finding in [each for name in names(story, now=0) for each in story.found(name, now=0)]:
        assert finding.title
        assert len(finding.refs) <= 20
