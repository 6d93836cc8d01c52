"""Each detector finds what it is for, words it exactly, cites records, and keeps quiet otherwise."""

from pathlib import Path

import pytest

from analysis.algorithms.facts import build_facts
from analysis.detectors import registry
from analysis.detectors.registry import DETECTORS, run_detectors
from tests.analysis.making import SECOND, T0, at, llm_call, log, span, tool_call

MINUTE = 60


def found(spans, llm_calls=(), tool_calls=(), logs=(), now=MINUTE):
    """(detector, severity, title) of all findings; every one of them cites a record."""
    findings = run_detectors(build_facts(spans, llm_calls, tool_calls, logs, at(now)))
    assert all(finding.refs for finding in findings)
    return {(finding.detector, finding.severity, finding.title) for finding in findings}


def names(*args, **more):
    return {detector for detector, _, _ in found(*args, **more)}


def run(end=50, **more):
    return span("run", end=end, kind="AGENT", agent="planner", **more)


def chats(count, *, apart=2.0, hashes="", status="UNSET", message=""):
    """Model calls of one name below `run`, one after another, with their rows."""
    spans = [
        span(f"c{number}", "run", 1 + apart * number, 2 + apart * number, kind="LLM", label="chat gpt-4",
             agent="planner", status=status, message=message)
        for number in range(count)
    ]  # fmt: skip
    return spans, [llm_call(each, hashes=hashes or f"s{number}") for number, each in enumerate(spans)]


def tools(arguments, *, status="UNSET", message="", label="search"):
    spans = [
        span(f"t{number}", "run", 1 + number, 1.5 + number, kind="TOOL", label=f"execute_tool {label}", status=status,
             message=message, agent="planner")
        for number in range(len(arguments))
    ]  # fmt: skip
    calls = [tool_call(each, label, arguments=given) for each, given in zip(spans, arguments, strict=True)]
    return spans, calls


def test_a_clean_mission_has_no_findings():
    spans, calls = chats(3)
    ran, tool_calls = tools("abc")
    assert found([run(), *spans, *ran], calls, tool_calls) == set()


def test_the_first_failure_is_named_with_time_and_reason_and_the_later_one_follows_it():
    spans = [
        run(end=30),
        span("get", "run", 1, 7, kind="TOOL", label="execute_tool get_user", status="ERROR", error="KeyError",
             message="no such user"),
        span("save", "run", 8, 9, kind="STEP", status="ERROR", message="nothing to save"),
    ]  # fmt: skip
    facts = build_facts(spans, (), (), (), at(MINUTE))
    first, second = [each for each in run_detectors(facts) if each.detector == "first_failure"]
    assert first.title == (
        "Tool get_user of agent planner failed at 09:40:07 UTC: KeyError: no such user. 1 later failure followed."
    )
    assert first.severity == "error"
    assert first.refs[0].id.endswith(spans[1].span_id)
    assert (second.is_root, second.caused_by) == (False, first.id)


def test_the_deepest_failure_explains_those_above_it():
    #  run ✕ ─ step ✕ ─ chat ✕ ─ post ✕
    spans = [
        run(end=9, status="ERROR"), span("step", "run", 1, 8, kind="STEP", status="ERROR"),
        span("chat", "step", 2, 7, kind="LLM", status="ERROR"),
        span("post", "chat", 3, 6, kind="HTTP", status="ERROR", message="connection refused"),
    ]  # fmt: skip
    (finding,) = run_detectors(build_facts(spans, (), (), (), at(MINUTE)))
    assert finding.title == "Post failed at 09:40:06 UTC: connection refused."
    assert finding.detail == "It took down model call chat, step step, agent planner."


def test_a_root_that_repeats_the_message_of_a_failure_below_points_to_it():
    spans = [
        run(end=9, status="ERROR", message="quota store is down"),
        span("step", "run", 1, 8, kind="STEP", status="OK"),
        span("tool", "step", 2, 3, kind="TOOL", status="ERROR", message="quota store is down"),
    ]
    (finding,) = [each for each in run_detectors(build_facts(spans, (), (), (), at(MINUTE))) if each.is_root]
    assert finding.title.startswith("Tool tool of agent planner failed at 09:40:03 UTC")


def test_a_failed_tool_cites_who_asked_for_it():
    chat = span("chat", "run", 1, 2, kind="LLM", label="chat gpt-4", agent="planner")
    tool = span("t", "run", 2, 3, kind="TOOL", status="ERROR")
    facts = build_facts(
        [run(), chat, tool], [llm_call(chat, asks=("id",))], [tool_call(tool, "t", call_id="id")], (), at(9)
    )
    (finding,) = [each for each in run_detectors(facts) if each.detector == "first_failure"]
    assert finding.detail == "Model call gpt-4 of agent planner asked for it. It took down agent planner."
    assert ("llm_call", str(chat.pk)) in {(ref.type, ref.id) for ref in finding.refs}


def test_a_failed_tool_that_is_linked_cites_what_it_follows():
    writer = span("w", "run", 1, 2, kind="AGENT", agent="writer")
    tool = span("t", "run", 2, 3, kind="TOOL", status="ERROR", links=("w",))
    (finding,) = run_detectors(build_facts([run(), writer, tool], (), (), (), at(9)))
    assert finding.detail.startswith("By its link it follows agent writer.")


def test_cancelled_work_is_not_the_cause():
    spans = [
        run(end=9, status="ERROR"),
        span("a", "run", 1, 5, kind="TOOL", status="ERROR", error="CancelledError"),
        span("b", "run", 1, 6, kind="TOOL", status="ERROR", message="disk is full"),
    ]
    assert {title for _, _, title in found(spans)} == {"Tool b of agent planner failed at 09:40:06 UTC: disk is full."}


def test_a_stall_names_what_is_open_and_since_when():
    spans = [run(end=None), span("c", "run", 67, None, kind="LLM", label="chat gpt-4")]
    (finding,) = found(spans, now=67 + 14 * MINUTE)
    title = (
        "Stalled since 09:41:07 UTC: nothing has happened for 14 min and model call gpt-4, begun 09:41:07 UTC, "
        "has not answered."
    )
    assert finding == ("stall", "error", title)


def test_abandoned_work_is_said_with_its_date():
    title = "Abandoned: nothing has happened since 2025-08-01 09:40:05 UTC, and agent planner never ended."
    assert found([run(end=None), span("a", "run", 1, 5)], now=2 * 24 * 3600) == {("stall", "error", title)}


def test_a_cancelled_mission_says_so():
    ((detector, severity, title),) = found([run(end=5, status="ERROR", error="CancelledError")], now=30)
    assert (detector, severity) == ("stall", "warning")
    assert title == "Cancelled: the mission was stopped before 09:40:05 UTC."


def test_waiting_for_a_person_is_told_and_is_no_stall():
    spans = [run(end=None), span("ask", "run", 5, None, kind="HUMAN", label="approve order")]
    assert found(spans, now=3 * 3600) == {
        ("waiting", "warning", "Agent planner is waiting for a person since 09:40:05 UTC: approve order.")
    }


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        ("aaaa", "UNSET", "ran search with the same arguments 4 times in a row from 09:40:01 UTC."),
        ("xaaay", "UNSET", None),
        ("aaa", "ERROR", "ran search with the same arguments 3 times in a row from 09:40:01 UTC, failing each time."),
        ("abababab", "UNSET", "ran the same 2 tool calls (search) 4 times in a row from 09:40:01 UTC."),
        ("abcdefghijklmnopqrstuvwxyz", "UNSET", None),
    ],
)
def test_a_tool_loop_is_the_same_arguments_again_and_again(arguments, status, expected):
    ran, calls = tools(arguments, status=status)
    after = span("after", "run", 40, 41, kind="LLM")
    titles = {title for detector, _, title in found([run(), *ran, after], (), calls) if detector == "loop"}
    assert titles == ({f"Agent planner {expected}"} if expected else set())


def test_tools_whose_arguments_are_unknown_are_no_loop():
    ran, calls = tools([""] * 30)
    assert names([run(), *ran], (), calls) == set()


def test_equal_prompts_are_a_loop_unless_they_are_samples_taken_at_once():
    spans, calls = chats(4, hashes="su")
    title = "Agent planner repeats itself: it sent the same prompt 4 times in a row from 09:40:01 UTC."
    assert ("loop", "warning", title) in found([run(), *spans], calls)
    spans, calls = chats(4, hashes="su", apart=0.1)
    assert "loop" not in names([run(), *spans], calls)


def test_a_conversation_that_goes_in_circles_is_a_loop():
    spans, calls = chats(1, hashes="s" + "abcd" * 4)
    title = "Agent planner repeats itself: its conversation holds the same 4 messages 4 times in a row."
    assert ("loop", "warning", title) in found([run(), *spans], calls)


def test_failures_in_a_row_are_a_retry_storm():
    ran, calls = tools("abcde", status="ERROR", message="amount does not add up", label="book")
    findings = found([run(end=9), *ran], (), calls)
    assert (
        "retry_storm", "error",
        "Tool book failed 5 times in a row from 09:40:01 UTC in 4.5 s: amount does not add up.",
    ) in findings  # fmt: skip


def test_a_retry_storm_that_ended_well_is_a_warning():
    spans, calls = chats(3, status="ERROR", message="boom")
    good = span("good", "run", 20, 21, kind="LLM", label="chat gpt-4", agent="planner")
    findings = found([run(), *spans, good], calls)
    assert ("retry_storm", "warning") in {each[:2] for each in findings}
    assert any(title.endswith("boom. The next attempt went well.") for _, _, title in findings)
    assert ("recovered_failure", "info", "Model call gpt-4 failed 3 times and then went well.") in findings


@pytest.mark.parametrize(
    "message", ["Error code: 429", "RateLimitError", "Too Many Requests", "RESOURCE_EXHAUSTED", "model is overloaded"]
)
def test_a_rate_limit_is_recognised_by_its_words_and_explains_the_failure(message):
    spans, calls = chats(2, status="ERROR", message=message)
    findings = run_detectors(build_facts([run(end=9), *spans], calls, (), (), at(MINUTE)))
    assert findings[0].detector == "rate_limit"
    assert findings[0].title == (
        "Model call gpt-4 was refused 2 times by a rate limit, first at 09:40:02 UTC; no later attempt went well."
    )
    first, later = [each for each in findings if each.detector == "first_failure"]
    assert (first.caused_by, later.caused_by) == (findings[0].id, first.id)


def test_a_number_that_only_looks_like_a_rate_limit_is_none():
    spans, calls = chats(1, status="ERROR", message="order 14290 not found")
    assert "rate_limit" not in names([run(end=9), *spans], calls)


def test_rate_limits_in_logs_count_when_no_span_tells():
    spans, calls = chats(1)
    logs = [log(3, "429 Too Many Requests"), log(4, "rate limit hit", pk=2)]
    title = "2 log records from 09:40:03 UTC on say that a rate limit was hit."
    assert ("rate_limit", "warning", title) in found([run(), *spans], calls, (), logs)


def test_a_swallowed_error_is_a_tool_that_never_went_well():
    ran, tool_calls = tools("a", status="ERROR", message="not found")
    later = span("later", "run", 10, 11, kind="LLM", label="chat gpt-4", agent="planner")
    title = (
        "Tool search failed at 09:40:01 UTC: not found. It never went well afterwards; the mission went on without it."
    )
    assert found([run(), *ran, later], [llm_call(later)], tool_calls) == {("swallowed_error", "warning", title)}


CUT_OFF = "A reply of agent planner was cut off after 5 tokens by the length limit at 09:40:02 UTC."


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"finish": ("length",)}, ("truncated_output", CUT_OFF)),
        ({"finish": ("MAX_TOKENS",)}, ("truncated_output", CUT_OFF)),
        ({"finish": ("safety",)}, ("refused_output", "gpt-x withheld its reply at 09:40:02 UTC: safety.")),
        ({"tokens_out": 0}, ("empty_output", "1 reply of gpt-x came back empty, first at 09:40:02 UTC.")),
        ({"tokens_out": 0, "asks": ("id",)}, None),
        ({"finish": ("stop",)}, None),
        ({"tokens_out": None}, None),
    ],
)  # fmt: skip
def test_what_a_reply_says_of_itself(more, expected):
    chat = span("c", "run", 1, 2, kind="LLM", agent="planner")
    told = {(detector, title) for detector, _, title in found([run(), chat], [llm_call(chat, **more)])}
    assert told == ({expected} if expected else set())


def test_equal_recorded_prompts_are_no_loop_while_every_tool_run_between_them_differs():
    spans, calls = chats(4, hashes="m")
    ran = [span(f"t{n}", "run", 2.2 + 2 * n, 2.6 + 2 * n, kind="TOOL", agent="planner") for n in range(3)]
    differing = [tool_call(each, "edit", arguments=given) for each, given in zip(ran, "abc", strict=True)]
    assert found([run(), *spans, *ran], calls, differing) == set()
    equal = [tool_call(each, "edit", arguments="a") for each in ran]
    title = "Agent planner repeats itself: it sent the same message 4 times in a row from 09:40:01 UTC."
    assert ("loop", "warning", title) in found([run(), *spans, *ran], calls, equal)


def test_a_tool_call_nobody_ran_is_told_unless_tool_runs_are_not_recorded():
    chat = span("c", "run", 1, 2, kind="LLM", agent="planner")
    tool = span("t", "run", 2, 3, kind="TOOL")
    call = llm_call(chat, asks=("one", "two"))
    title = "1 tool call the model of agent planner asked for at 09:40:02 UTC never ran."
    ran = [tool_call(tool, "t", call_id="one")]
    assert ("unanswered_tool_call", "warning", title) in found([run(), chat, tool], [call], ran)
    assert names([run(), chat, tool], [call], [tool_call(tool, "t")]) == set()
    assert "unanswered_tool_call" not in names([run(end=None), chat, tool], [call], ran)


def test_what_the_data_lacks_is_counted():
    spans = [
        span("a", "gone", 1, 2),
        span("b", "gone", 1, 2),
        span("c", "c", 3, 4),
        span("d", "c", 2, 3),
        span("e", start=None),
    ]
    assert {each[1:] for each in found(spans, now=3600) if each[0] == "incomplete_data"} == {
        ("warning", "1 parent has not arrived: 2 spans name it as where they belong."),
        ("warning", "1 span could not be placed: parents that point in a circle."),
        ("info", "1 span starts before the parent, by up to 1 s: clocks differ."),
        ("info", "1 span has no start time."),
    }


def test_a_span_that_outlived_its_mission_never_ended():
    title = "1 span never ended, the first: tool lost."
    assert found([run(), span("lost", "run", 1, None, kind="TOOL")], now=3600) == {("never_ended", "warning", title)}


def test_a_slow_call_is_compared_with_its_like():
    spans, calls = chats(6)
    slow = span("slow", "run", 20, 60, kind="LLM", label="chat gpt-4", agent="planner")
    title = "Model call gpt-4 took 40 s, usually 1 s."
    assert found([run(end=99), *spans, slow], calls, now=99) == {("slow_call", "info", title)}


def test_a_dear_call_is_named_with_its_share():
    spans, _ = chats(4)
    calls = [llm_call(each, cost="0.9" if at == 2 else "0.1", hashes=str(at)) for at, each in enumerate(spans)]
    title = "One call of gpt-x cost $0.9000, 75 % of what the mission cost."
    assert found([run(), *spans], calls) == {("cost_outlier", "info", title)}
    assert found([run(), *spans], [llm_call(each, cost="NaN") for each in spans]) == set()


def test_logged_errors_count_when_no_span_tells_of_them():
    failed = span("t", "run", 1, 2, kind="TOOL", status="ERROR", message="disk is full today")
    after = span("c", "run", 3, 4, kind="LLM")
    told = [log(2, "tool failed", of=failed), log(3, "Error: disk is full today!", pk=2)]
    assert "logged_error" not in names([run(), failed, after], (), (), told)
    title = "1 error was logged by svc that no span tells of, at 09:40:05 UTC: cannot reach the store."
    assert ("logged_error", "warning", title) in found(
        [run(), failed, after], (), (), [log(5, "cannot reach the store")]
    )


def test_a_shortened_conversation_is_told():
    first, second = chats(2)[0]
    calls = [llm_call(first, hashes="sabcdef"), llm_call(second, hashes="sX")]
    title = "The conversation of agent planner was shortened at 09:40:03 UTC: 6 messages of the call before are gone."
    assert found([run(), first, second], calls) == {("compacted_context", "info", title)}


def agent_runs(*agents):
    """One agent run after another, each holding one model call."""
    runs = [
        span(f"r{at}", "run", 10 * at, 10 * at + 8, kind="AGENT", agent=agent, label=f"invoke_agent {agent}")
        for at, agent in enumerate(agents)
    ]
    chats = [
        span(f"c{at}", f"r{at}", 10 * at + 1, 10 * at + 2, kind="LLM", label="chat gpt-4", agent=agent)
        for at, agent in enumerate(agents)
    ]
    return runs, chats


def test_a_new_run_of_an_agent_begins_a_new_conversation_and_shortens_none():
    ran, asked = agent_runs("answerer", "answerer")
    calls = [llm_call(asked[0], hashes="sabcdef"), llm_call(asked[1], hashes="sX")]
    assert found([run(), *ran, *asked], calls) == set()


def test_a_conversation_without_a_message_in_common_is_another_one():
    first, second = chats(2)[0]
    assert found([run(), first, second], [llm_call(first, hashes="abcdef"), llm_call(second, hashes="X")]) == set()


def test_a_conversation_that_goes_on_whole_later_was_not_shortened_in_between():
    first, second, third = chats(3)[0]
    calls = [llm_call(each, hashes=told) for each, told in ((first, "sabcdef"), (second, "sX"), (third, "sabcdefgh"))]
    assert found([run(), first, second, third], calls) == set()


def test_findings_keep_their_ids_as_the_mission_grows():
    spans = [run(end=None), span("t", "run", 1, 2, kind="TOOL", status="ERROR")]
    before = {each.id for each in run_detectors(build_facts(spans, (), (), (), at(5)))}
    grown = [*spans, span("u", "run", 3, 4, kind="TOOL", status="ERROR")]
    assert before <= {each.id for each in run_detectors(build_facts(grown, (), (), (), at(9)))}


def test_ids_are_unique_and_causes_come_before_what_they_explain():
    ran, calls = tools("aaaaa", status="ERROR", message="429 slow down")
    findings = run_detectors(build_facts([run(end=9, status="ERROR"), *ran], (), calls, (), at(MINUTE)))
    ids = [each.id for each in findings]
    assert len(set(ids)) == len(ids)
    for each in findings:
        assert each.caused_by is None or ids.index(each.caused_by) < ids.index(each.id)


def test_every_detector_is_registered_once():
    files = {path.stem for path in Path(registry.__file__).parent.glob("*.py")} - {"__init__", "registry", "ranking"}
    assert sorted(name for name, _ in DETECTORS) == sorted(files)


def test_no_records_no_findings():
    assert run_detectors(build_facts((), (), (), (), T0 + SECOND)) == []
