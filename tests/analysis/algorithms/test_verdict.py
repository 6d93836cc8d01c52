"""One sentence on a mission."""

from hypothesis import given, settings

from analysis.algorithms.tree import build_tree
from analysis.algorithms.verdict import compute_verdict
from analysis.algorithms.wording import clock, core_message, lasting
from tests.analysis.algorithms.test_critical_path import timed
from tests.analysis.making import T0, at, llm_call, span, tool_call


def verdict_of(spans, llm_calls=(), tool_calls=(), logs=(), now=60):
    return compute_verdict(build_tree(spans), spans, llm_calls, tool_calls, logs, at(now))


def test_a_clean_mission_has_an_empty_verdict():
    verdict = verdict_of([span("run", end=9, kind="AGENT"), span("chat", "run", 1, 2, kind="LLM")])
    assert (verdict.sentence, verdict.severity, verdict.since_ns, verdict.root_ref, verdict.evidence) == (
        "",
        "none",
        None,
        None,
        (),
    )


def test_what_was_made_good_leaves_the_verdict_empty_but_is_told():
    verdict = verdict_of([
        span("run", end=9, kind="AGENT"), span("c1", "run", 1, 2, kind="LLM", label="chat", status="ERROR"),
        span("c2", "run", 3, 4, kind="LLM", label="chat"),
    ])  # fmt: skip
    assert verdict.sentence == ""
    assert [each.detector for each in verdict.also] == ["recovered_failure"]


def test_a_failed_mission_names_the_first_failure_and_cites_it():
    tool = span("t", "run", 1, 7, kind="TOOL", label="execute_tool get_user", status="ERROR", message="no such user")
    verdict = verdict_of([span("run", end=9, kind="AGENT"), tool], (), [tool_call(tool, "get_user")])
    assert verdict.sentence == "Tool get_user failed at 09:40:07 UTC: no such user."
    assert (verdict.severity, verdict.since_ns) == ("error", at(7))
    assert verdict.root_ref.id == f"{tool.trace_id}/{tool.span_id}"
    assert {ref.type for ref in verdict.evidence} == {"span", "tool_call"}


def test_a_stalled_mission_says_so_first_and_then_what_led_there():
    chat = span("c", "run", 3, 4, kind="LLM", status="ERROR", message="429 Too Many Requests")
    verdict = verdict_of([span("run", end=None, kind="AGENT", agent="planner"), chat], [llm_call(chat)], now=4 + 600)
    assert verdict.sentence.startswith("Stalled since 09:40:04 UTC: nothing has happened for 10 min and agent planner")
    assert verdict.since_ns == at(4)
    assert "rate_limit" in {each.detector for each in verdict.also}


def test_an_abandoned_mission_tells_what_failed_and_then_that_it_was_left():
    chat = span("c", "run", 3, 4, kind="STEP", status="ERROR", message="disk is full")
    verdict = verdict_of([span("run", end=None, kind="AGENT", agent="planner"), chat], now=3 * 86_400)
    assert verdict.sentence == (
        "Step c failed at 2025-08-01 09:40:04 UTC: disk is full. "
        "Abandoned: nothing has happened since 2025-08-01 09:40:04 UTC, and agent planner never ended."
    )
    assert verdict.root_ref.id.endswith(chat.span_id)


@settings(max_examples=50, deadline=None)
@given(timed())
def test_any_tangle_gets_the_same_verdict_in_any_order(spans):
    calls = [llm_call(each) for each in spans if each.span_kind == "LLM"]
    verdict = compute_verdict(build_tree(spans), spans, calls, (), (), T0)
    again = compute_verdict(build_tree(spans[::-1]), spans[::-1], calls[::-1], (), (), T0)
    assert verdict.severity in ("none", "warning", "error")
    assert (verdict.sentence == "") == (verdict.severity == "none")
    assert verdict.sentence == again.sentence


def test_durations_and_moments_are_exact():
    told = [
        lasting(each)
        for each in (0, 850_000_000, 3_290_000_000, 61 * 10**9, 7_500 * 10**9, 3_600 * 10**9, 273_600 * 10**9)
    ]
    assert told == ["0 ms", "850 ms", "3.2 s", "1 min", "2 h 5 min", "1 h", "3 d 4 h"]
    assert clock(T0, T0) == "09:40:00 UTC"
    assert clock(T0, T0 + 86_400 * 10**9) == "2025-08-01 09:40:00 UTC"
    assert clock(10**30, T0) == f"{10**21} s"


def test_the_core_of_an_error_text():
    assert core_message('{"error":{"code":404,"message":"model \\"x\\" not found"}}') == 'model "x" not found'
    assert core_message('{"weird": 1}') == '{"weird": 1}'
    assert (
        core_message("exit 1\nTraceback (most recent call last):\n  File x\nValueError: bad\nbye") == "ValueError: bad"
    )
    assert core_message("exit 1\nTraceback (most recent call last):\n  File x") == "exit 1"
    assert core_message("plain") == "plain"
