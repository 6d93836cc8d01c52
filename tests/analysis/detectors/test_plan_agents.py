"""Findings about agents, people and models in a mission with a plan."""

import msgspec
import pytest

from telemetry.stage7.brain_words import request_span
from tests.analysis.making import llm_call, log, span
from tests.analysis.planning import DAY, Story, error_output, names, plan_output, tasks, text_output, value


def asking(now_answered=None):
    story = Story().step("a", 0, "ASK").start("a", 1).asks("a", 2, "Which vendor?").step("b", 0, "THINK", after=["a"])
    return story if now_answered is None else story.answered(now_answered)


def test_a_question_that_waits_is_told_with_its_age_and_what_is_behind_it():
    finding = asking().one("human_input_pending", now=2 + 60 * 70)
    assert finding.title == "ASK waits for a person's answer since 09:40:02 UTC (1 h 10 min): Which vendor?"
    assert (finding.severity, finding.detail) == ("warning", "1 step is behind it.")
    assert not asking().found("waiting", now=600)


def test_an_answer_that_moved_the_step_is_no_finding_and_one_that_did_not_is():
    moved = asking(30).result("a", 31, text_output("vendor 2"))
    assert not moved.found("human_input_pending", now=600)
    stuck = asking(30).one("human_input_pending", now=30 + 300)
    assert (stuck.severity, stuck.title) == (
        "error", "The answer of 09:40:30 UTC did not reach ASK: it still waits, 5 min later.",
    )  # fmt: skip
    assert not asking(30).found("human_input_pending", now=60)


def test_questions_that_nobody_answered():
    withdrawn = asking().withdrawn(40).one("human_input_timeout")
    assert withdrawn.title.startswith("A question, asked at 09:40:02 UTC, was withdrawn without an answer")
    left = asking().one("human_input_timeout", now=30 * DAY)
    assert (left.severity, "was never answered" in left.title) == ("error", True)
    assert not asking().found("human_input_timeout", now=600)
    failed = Story().step("a", 0, "ASK").start("a", 1).fail("a", 9, "HumanInputTimeoutError: no answer")
    assert failed.one("human_input_timeout").title.startswith("Nobody answered in time at 09:40:09 UTC")
    other = Story().step("a", 0, "ASK").start("a", 1).fail("a", 9, "the user table timed out of the cache: no")
    assert names(other) >= {"first_failure"}


def test_a_step_handed_to_an_agent_that_is_over():
    story = Story().agent("x", 0, created=True).agent("y", 0, created=True).step("a", 1, "SEARCH", agent="x")
    story.agent("y", 5, "aborted").give("a", 9, "x", "y")
    finding = story.one("delegated_to_dead_agent")
    assert finding.title == ("SEARCH was handed over to agent y at 09:40:09 UTC, which was aborted since 09:40:05 UTC.")
    assert [ref.type for ref in finding.refs] == ["step", "agent", "log"]
    done = story.result("a", 12, text_output("x"))
    assert not done.found("delegated_to_dead_agent")


def test_a_hand_over_to_one_that_works_is_none_and_to_one_that_nobody_knows_is():
    story = Story().agent("x").agent("y").step("a", 1, "SEARCH", agent="x").give("a", 9, "x", "y")
    assert not story.found("delegated_to_dead_agent")
    lost = Story().agent("x").step("a", 1, "SEARCH", agent="x").give("a", 9, "x", "nobody")
    assert "which nobody knows" in lost.one("delegated_to_dead_agent").title


def test_an_agent_that_is_started_without_a_goal():
    story = (
        Story().agent("x", 0, goal="ship", created=True).step("s0", 0, "ACCOMPLISH", agent="x", inputs=[value("goal")])
    )
    story.agent("y", 5, created=True).step("s1", 5, "ACCOMPLISH", agent="y")
    assert story.one("delegated_without_input").title.startswith("Agent y was started at 09:40:05 UTC without a goal")
    story.agent("z", 6, goal="look", created=True).step("s2", 6, "ACCOMPLISH", agent="z", inputs=[value("goal")])
    assert len(story.found("delegated_without_input")) == 1


def test_a_step_that_is_handed_over_bare():
    story = Story().agent("x").agent("y").step("a", 1, "SEARCH", agent="x", inputs=[value("term", "")])
    assert not story.found("delegated_without_input")
    story.give("a", 2, "x", "y")
    assert story.one("delegated_without_input").title == "SEARCH was handed over without a value for term."


def test_a_reflection_that_goes_round():
    told = Story().agent("x", 0).step("a", 0, agent="x").agent("x", 9, "error", event="reflect_infinite_loop_detected")
    assert told.one("reflect_loop").title.startswith("Agent x was stopped at 09:40:09 UTC: its reflection")
    story = Story()
    for number in range(3):
        assert not story.found("reflect_loop")
        story.step(f"r{number}", number, "REFLECT", agent="x").result(
            f"r{number}", number + 0.5, plan_output(tasks("A", "B"))
        )
    assert (
        story.one("reflect_loop").title
        == "The reflection of agent x returned the same plan 3 times, from 09:40:00 UTC on."
    )
    fresh = Story()
    for number in range(4):
        fresh.step(f"r{number}", number, "REFLECT").result(
            f"r{number}", number + 0.5, plan_output(tasks("A", f"B{number}"))
        )
    assert not fresh.found("reflect_loop")


def test_an_agent_that_gave_up_planning():
    story = Story().agent("x", 0).agent("x", 9, "aborted", event="agent_aborted_replan_loop", error="3 equal plans")
    assert story.one("replan_abort").title == (
        "Agent x gave up at 09:40:09 UTC after planning anew in a loop: 3 equal plans."
    )
    assert not Story().agent("x", 0).agent("x", 9, "aborted", event="agent_aborted").found("replan_abort")


def test_steps_that_an_agent_left():
    story = Story().agent("x", 0).step("a", 1, "SEARCH", agent="x").agent("x", 9, "error", error="gone")
    finding = story.one("step_removed_without_end")
    assert finding.title == "1 step of agent x never ended although it is error since 09:40:09 UTC: SEARCH."
    story.result("a", 8, text_output("x"))
    assert not story.found("step_removed_without_end")


def test_an_agent_that_vanishes_while_the_mission_goes_on():
    story = Story().agent("x", 0).agent("y", 0).step("a", 1, "SEARCH", agent="x").step("b", 1, "CHAT", agent="y")
    story.start("a", 2).start("b", 2).result("b", 1_300, text_output("x"))
    finding = story.one("agent_vanished", now=1_301)
    assert finding.title == (
        "Agent x vanished: nothing came from it after 09:40:02 UTC while the mission went on for 21 min; it "
        "was at SEARCH."
    )
    together = Story().agent("x", 0).step("a", 1, "SEARCH", agent="x").start("a", 2)
    assert not together.found("agent_vanished", now=5_000)
    assert Story().agent("x", 0, "vanished").found("agent_vanished")


@pytest.mark.parametrize(
    ("reason", "severity"), [("client disconnected", "error"), ("pause sent by browser-1", "warning")]
)
def test_a_mission_that_is_paused(reason, severity):
    story = Story().agent("x", 0).step("a", 1, agent="x").mission(5, status="paused", reason=reason)
    assert story.one("paused_by_disconnect").severity == severity
    assert reason in story.one("paused_by_disconnect").title
    assert not story.mission(9, status="running").found("paused_by_disconnect")


def test_no_model_was_left():
    call = span(
        "c", start=1, end=2, kind="LLM", status="ERROR", error="model_unavailable", message="Brain answered 503"
    )
    story = Story().step("a", 0, "THINK").start("a", 1).fail("a", 3, "No model available")
    finding = story.one("model_unavailable", spans=[call])
    assert (
        finding.title
        == "1 model call found no model to answer, first at 09:40:02 UTC: model_unavailable: Brain answered 503."
    )
    assert finding.detail == "It failed THINK."
    assert not Story().step("a").start("a", 1).fail("a", 3, "the data model is invalid").found("model_unavailable")


def test_answers_that_a_caller_reported_as_unusable():
    report = msgspec.structs.replace(log(3, "Logic failure reported: no JSON"), event_name="stage7.brain.logic_failure")
    call = span("c", start=1, end=2, kind="LLM", status="ERROR", error="logic_failure", message="no JSON")
    calls = [llm_call(call, error="no JSON")]
    assert Story().one("logic_failure_reported", spans=[call], llm_calls=calls, logs=[report]).title == (
        "2 answers were reported as unusable by the caller, first at 09:40:02 UTC: Logic failure reported: no JSON."
    )
    assert not Story().found("logged_error", spans=[call], llm_calls=calls, logs=[report])
    own = msgspec.structs.replace(report, span_id=call.span_id)
    one = Story().one("logic_failure_reported", spans=[call], llm_calls=calls, logs=[own])
    assert one.title.startswith("1 answer was reported")
    assert not Story().found("logic_failure_reported", logs=[log(3, "Logic failure reported")])


def test_a_reported_answer_explains_the_failure_of_its_call():
    call = span("c", start=1, end=2, kind="LLM")
    made = msgspec.structs.replace(llm_call(call), response_id="r-1")
    named = msgspec.structs.replace(
        log(3, "Logic failure reported: no JSON"),
        event_name="stage7.brain.logic_failure", span_id=request_span("r-1").hex(),
    )  # fmt: skip
    story = Story()
    report = story.one("logic_failure_reported", spans=[call], llm_calls=[made], logs=[named])
    assert (report.severity, {ref.type for ref in report.refs}) == ("error", {"log", "span", "llm_call"})
    assert story.one("first_failure", spans=[call], llm_calls=[made], logs=[named]).caused_by == report.id


def calls_of(*changes):
    spans = [span(f"c{at}", start=at, end=at + 0.5, kind="LLM") for at in range(len(changes))]
    return spans, [
        msgspec.structs.replace(llm_call(each), **change) for each, change in zip(spans, changes, strict=True)
    ]


def test_replies_that_are_no_json():
    spans, calls = calls_of({"is_invalid_json": True}, {}, {"is_invalid_json": True})
    assert Story().one("json_invalid", spans=spans, llm_calls=calls).title == (
        "2 replies are no valid JSON though JSON was asked for, first at 09:40:00 UTC: gpt-x ×2."
    )
    assert not Story().found("json_invalid", spans=spans[:2], llm_calls=calls_of({}, {})[1])


def test_replies_from_a_cache_are_told_by_a_flag_or_by_the_id_of_an_earlier_one():
    spans, calls = calls_of({"response_id": "r"}, {"response_id": "r"}, {"from_cache": True}, {"response_id": "s"})
    finding = Story().one("cache_replay", spans=spans, llm_calls=calls)
    assert (finding.severity, finding.title) == (
        "info", "2 replies came from a cache, first at 09:40:01 UTC: the model was not asked again.",
    )  # fmt: skip
    assert finding.detail == "1 of them has the id of an earlier reply of this mission."
    assert not Story().found("cache_replay", spans=spans[2:], llm_calls=calls_of({}, {"response_id": "q"})[1])


def test_errors_in_logs_that_the_plan_tells_of_are_not_told_twice():
    story = Story().step("a", 0).start("a", 1).fail("a", 2, "no network")
    event = log(2, "the event", pk=story.rows[-1].pk)
    assert not story.found("logged_error", logs=[event])
    assert story.found("logged_error", logs=[log(2, "another", pk=77)])


def test_stacked_deadlines():
    outer = span(
        "o", start=0, end=20, kind="TOOL", label="call brain", status="ERROR", message="timeout of 20 s exceeded"
    )
    inner = span("i", "o", 1, 50, kind="LLM", label="chat gpt")
    finding = Story().one("timeout_layers", spans=[outer, inner])
    assert finding.title == (
        "Tool call brain gave up first after 20 s. Model call gpt went on for 30 s after tool call brain had given up."
    )
    prompt = span("i", "o", 1, 20, kind="LLM", label="chat gpt")
    assert not Story().found("timeout_layers", spans=[outer, prompt])


def test_secrets_and_unknown_words():
    story = Story().step("a", 0, "SEARCH", inputs=[value("key", "[API_KEY·7f3a9c]"), value("to", "[EMAIL·7f3a9c]")])
    story.result("a", 1, text_output("[API_KEY·7f3a9c] and [JWT·000000]"))
    assert story.one("secret_seen").title == "2 secrets came with the records and were taken out: api key 1, jwt 1."
    assert not Story().step("a", 0, inputs=[value("to", "[EMAIL·7f3a9c]")]).found("secret_seen")
    odd = Story().step("a", 0, status="frobnicated").agent("x", 0, "<b>")
    assert odd.one("unknown_status").title == "2 status words are unknown: 'frobnicated' once, '<b>' once."
    assert not Story().step("a", 0, status="pending").agent("x", 0, "REFLECTING").found("unknown_status")


def test_findings_keep_their_ids_while_a_mission_grows():
    story = Story().step("a", 0, "SEARCH", after=["nobody"]).step("b", 0).result("b", 1, error_output())
    before = {each.id for name in names(story) for each in story.found(name)}
    story.step("c", 2, "THINK", after=["nobody"]).step("d", 2).result("d", 3, error_output())
    assert before <= {each.id for name in names(story) for each in story.found(name)}
