"""What became of spans and missions."""

import msgspec
import pytest
from hypothesis import given, settings

from analysis.algorithms.outcome import ABSORBED, GONE_NS, HANDLED, HOUR_NS, RETRIED, STALL_NS, compute_outcome
from analysis.algorithms.tree import build_tree
from tests.analysis.algorithms.test_tree import tangles
from tests.analysis.making import SECOND, T0, at, span

SOON = T0 + 60 * SECOND


def outcome_of(*spans, now_ns=SOON, last_activity_ns=None):
    tree = build_tree(spans)
    outcome = compute_outcome(tree, now_ns, last_activity_ns)
    return outcome, {row.label: outcome.statuses[row.index] for row in tree.rows}


@pytest.mark.parametrize(
    ("status", "error", "end", "expected"),
    [
        ("UNSET", "", 1, "ok"),
        ("OK", "", 1, "ok"),
        ("ERROR", "", 1, "failed"),
        ("UNSET", "KeyError", 1, "failed"),
        ("OK", "KeyError", 1, "ok"),
        ("UNSET", "", None, "active"),
        ("ERROR", "", None, "failed"),
        ("ERROR", "CancelledError", 1, "gone"),
    ],
)
def test_a_span_alone(status, error, end, expected):
    outcome, statuses = outcome_of(span("a", end=end, status=status, error=error))
    assert statuses == {"a": expected}
    assert outcome.mission_status == expected


def test_a_span_without_any_time_does_not_run_for_ever():
    assert outcome_of(span("a", start=None, end=None))[0].mission_status == "ok"


def test_a_parent_whose_child_was_retried_is_ok():
    #  root ─┬─ chat ✕ 1..2
    #        └─ chat ✓ 3..4
    outcome, statuses = outcome_of(
        span("root", end=5),
        span("c1", "root", 1, 2, kind="LLM", label="chat", status="ERROR"),
        span("c2", "root", 3, 4, kind="LLM", label="chat", status="OK"),
    )
    assert outcome.mission_status == "ok"
    assert outcome.recoveries[1] == RETRIED
    assert outcome.recovered_by[1] == 2
    assert outcome.settled[1]
    assert statuses["root"] == "ok"


def test_a_tool_failure_the_model_saw_and_went_on_from_is_handled():
    outcome, statuses = outcome_of(
        span("root", end=5),
        span("tool", "root", 1, 2, kind="TOOL", status="ERROR"),
        span("chat", "root", 2, 3, kind="LLM"),
    )
    assert (outcome.mission_status, statuses["tool"], outcome.recoveries[1]) == ("ok", "failed", HANDLED)


def test_a_failure_nothing_came_after_fails_what_is_above_it():
    outcome, statuses = outcome_of(
        span("root", end=9),
        span("agent", "root", 0, 8, kind="AGENT"),
        span("chat", "agent", 1, 2, kind="LLM"),
        span("tool", "agent", 3, 4, kind="TOOL", status="ERROR"),
    )
    assert statuses == {"root": "failed", "agent": "failed", "chat": "ok", "tool": "failed"}
    assert outcome.failures == (False, False, False, True)
    assert outcome.mission_status == "failed"


def test_a_failed_step_is_not_made_good_by_another_step():
    outcome, _ = outcome_of(
        span("root", end=9),
        span("s1", "root", 1, 2, kind="STEP", status="ERROR"),
        span("s2", "root", 3, 4, kind="STEP"),
        span("chat", "s2", 3, 4, kind="LLM"),
    )
    assert outcome.mission_status == "failed"


def test_a_parallel_success_is_no_retry():
    outcome, _ = outcome_of(
        span("root", end=9),
        span("t1", "root", 1, 5, kind="TOOL", label="get", status="ERROR"),
        span("t2", "root", 1, 4, kind="TOOL", label="get"),
    )
    assert outcome.recoveries[1] == outcome.recoveries[2] == ""
    assert outcome.mission_status == "failed"


def test_a_parent_that_says_ok_absorbs_the_failure_below_it():
    outcome, _ = outcome_of(span("root", end=9, status="OK"), span("tool", "root", 1, 2, kind="TOOL", status="ERROR"))
    assert (outcome.mission_status, outcome.recoveries[1]) == ("ok", ABSORBED)


def test_a_failed_trace_that_was_run_again_leaves_the_mission_ok():
    outcome, _ = outcome_of(
        span("r1", end=2, label="turn", status="ERROR"), span("r2", None, 3, 4, label="turn", trace="b" * 32)
    )
    assert outcome.mission_status == "ok"


def test_open_work_is_active_then_stalled_then_gone():
    spans = [span("root", end=None), span("chat", "root", 1, 2, kind="LLM")]
    last = T0 + 2 * SECOND
    told = [
        (outcome.mission_status, outcome.is_stalled)
        for quiet in (SECOND, STALL_NS + SECOND, GONE_NS + SECOND)
        for outcome in [outcome_of(*spans, now_ns=last + quiet)[0]]
    ]
    assert told == [("active", False), ("active", True), ("gone", False)]


def test_an_open_tool_is_given_half_an_hour_before_it_is_a_stall():
    spans = [span("root", end=None), span("pytest", "root", 1, None, kind="TOOL")]
    assert not outcome_of(*spans, now_ns=T0 + 29 * 60 * SECOND)[0].is_stalled
    assert outcome_of(*spans, now_ns=T0 + 32 * 60 * SECOND)[0].is_stalled


def test_logs_count_as_activity():
    spans = [span("root", end=None)]
    now = T0 + 2 * STALL_NS
    assert outcome_of(*spans, now_ns=now)[0].is_stalled
    assert not outcome_of(*spans, now_ns=now, last_activity_ns=now - SECOND)[0].is_stalled


def test_waiting_for_a_person_is_no_stall_even_for_days():
    spans = [
        span("root", end=None),
        span("agent", "root", 0, None, kind="AGENT"),
        span("ask", "agent", 1, None, kind="HUMAN"),
    ]
    outcome, statuses = outcome_of(*spans, now_ns=T0 + 3 * GONE_NS)
    assert (outcome.mission_status, outcome.is_stalled) == ("waiting", False)
    assert set(statuses.values()) == {"waiting"}


def test_a_span_left_open_by_a_parent_that_ended_is_gone_and_does_not_keep_the_mission_active():
    spans = [span("root", end=5), span("lost", "root", 1, None)]
    assert outcome_of(*spans, now_ns=T0 + 10 * SECOND)[0].mission_status == "active"
    outcome, statuses = outcome_of(*spans, now_ns=T0 + STALL_NS + 10 * SECOND)
    assert (outcome.mission_status, statuses["lost"]) == ("ok", "gone")


def test_a_missing_parent_is_taken_to_run_until_silence_says_otherwise():
    spans = [span("a", "root", 1, 2)]
    assert outcome_of(*spans, now_ns=T0 + 10 * SECOND)[0].mission_status == "active"
    assert outcome_of(*spans, now_ns=T0 + 2 * STALL_NS)[0].mission_status == "ok"


def test_a_time_in_the_far_future_is_no_activity():
    outcome, _ = outcome_of(span("a", end=None), span("b", None, 10**9, 10**9 + 1))
    assert outcome.last_activity_ns == at(0)


def test_no_spans_wait():
    assert outcome_of()[0].mission_status == "waiting"


@settings(max_examples=50, deadline=None)
@given(tangles())
def test_every_row_of_any_tangle_gets_a_status(spans):
    tree = build_tree(spans)
    outcome = compute_outcome(tree, SOON)
    assert set(outcome.statuses) <= {"waiting", "active", "ok", "failed", "gone"}
    assert len(outcome.statuses) == len(outcome.settled) == len(tree.rows)


def test_work_that_ended_with_a_question_waits_until_its_step_goes_on():
    asked = msgspec.structs.replace(span("asked", start=0, end=5, kind="TOOL", error="pending_user_input"), step_id="s")
    later = msgspec.structs.replace(span("later", start=20, end=21, kind="TOOL"), step_id="s")
    elsewhere = msgspec.structs.replace(span("other", start=20, end=21, kind="TOOL"), step_id="t")
    now_ns = T0 + 60 * SECOND
    waiting = compute_outcome(build_tree([asked, elsewhere]), now_ns)
    assert (waiting.statuses[0], waiting.mission_status, waiting.failures[0]) == ("waiting", "waiting", False)
    assert compute_outcome(build_tree([asked, later]), now_ns).mission_status == "ok"
    assert compute_outcome(build_tree([asked]), now_ns + 8 * 24 * HOUR_NS).mission_status == "gone"


def test_what_somebody_else_says_failed_has_failed():
    tree = build_tree([span("parent", start=0, end=9), span("call", "parent", start=1, end=5, kind="LLM")])
    outcome = compute_outcome(tree, T0 + 60 * SECOND, denied=frozenset({1}))
    assert outcome.statuses == ("failed", "failed")
    assert outcome.failures == (False, True)
