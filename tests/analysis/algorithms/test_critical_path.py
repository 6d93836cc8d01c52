"""What the mission waited for at every moment."""

import time

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.algorithms.critical_path import TIME_CLASSES, compute_critical_path
from analysis.algorithms.outcome import compute_outcome
from analysis.algorithms.self_time import compute_self_times
from analysis.algorithms.tree import build_tree
from tests.analysis.algorithms.test_tree import tangles
from tests.analysis.making import SECOND, T0, at, span


def path_of(*spans, until=None):
    tree = build_tree(spans)
    path = compute_critical_path(tree, compute_outcome(tree, T0 + 100 * SECOND), at(until))
    told = [
        (
            tree.rows[each.row].label if each.row >= 0 else "",
            (each.start_ns - T0) // SECOND,
            (each.end_ns - T0) // SECOND,
            each.time_class,
        )
        for each in path.segments
    ]
    return told, {name: total // SECOND for name, total in path.totals.items() if total}


def test_children_one_after_the_other():
    #  root  ├──────────┤   0..10
    #  a      ├──┤          1..4
    #  b          ├────┤    5..9
    told, totals = path_of(
        span("root", end=10, kind="AGENT"), span("a", "root", 1, 4, kind="LLM"), span("b", "root", 5, 9, kind="TOOL")
    )
    assert told == [
        ("root", 0, 1, "agent"), ("a", 1, 4, "llm"), ("root", 4, 5, "agent"), ("b", 5, 9, "tool"),
        ("root", 9, 10, "agent"),
    ]  # fmt: skip
    assert totals == {"llm": 3, "tool": 4, "agent": 3}


def test_of_parallel_children_the_last_to_end_counts():
    #  a  ├────────┤   1..9
    #  b  ├───┤        1..5
    told, _ = path_of(
        span("root", end=10, kind="AGENT"), span("a", "root", 1, 9, kind="TOOL"), span("b", "root", 1, 5, kind="LLM")
    )
    assert [each[0] for each in told] == ["root", "a", "root"]


def test_a_child_that_ends_after_its_parent_is_followed_outside():
    #  root   ├─────┤        0..6
    #  async     ├───────┤   4..10
    told, totals = path_of(span("root", end=6, kind="AGENT"), span("async", "root", 4, 10, kind="TOOL"))
    assert told == [("root", 0, 4, "agent"), ("async", 4, 10, "tool")]
    assert totals == {"agent": 4, "tool": 6}


def test_a_child_that_starts_before_its_parent_is_cut_to_it_and_its_head_stays():
    #  root       ├─────┤   2..8
    #  early   ├────┤       0..5     (clocks differ)
    told, _ = path_of(span("root", start=2, end=8, kind="AGENT"), span("early", "root", 0, 5, kind="LLM"))
    assert told == [("early", 0, 5, "llm"), ("root", 5, 8, "agent")]


def test_time_between_traces_is_idle_and_before_a_consumer_it_is_queue():
    told, _ = path_of(
        span("one", end=2, kind="AGENT"), span("two", None, 5, 6, kind="AGENT", trace="b" * 32),
        span("three", None, 9, 10, kind="AGENT", otel_kind="CONSUMER", trace="c" * 32),
    )  # fmt: skip
    assert [(each[1], each[2], each[3]) for each in told] == [
        (0, 2, "agent"), (2, 5, "idle"), (5, 6, "agent"), (6, 9, "queue"), (9, 10, "agent"),
    ]  # fmt: skip


def test_a_failed_attempt_and_the_pause_after_it_are_retry():
    #  chat ✕ 1..3   pause 3..6   chat ✓ 6..9
    _, totals = path_of(
        span("root", end=10, kind="AGENT"),
        span("c1", "root", 1, 3, kind="LLM", label="chat", status="ERROR"),
        span("c2", "root", 6, 9, kind="LLM", label="chat"),
    )
    assert totals == {"retry": 5, "llm": 3, "agent": 2}


def test_waiting_for_people_and_queues_has_its_own_class():
    _, totals = path_of(
        span("root", end=10, kind="AGENT"),
        span("ask", "root", 1, 5, kind="HUMAN"),
        span("q", "root", 5, 8, kind="QUEUE"),
    )
    assert totals == {"human": 4, "queue": 3, "agent": 3}


def test_what_a_call_does_inside_belongs_to_the_call():
    _, totals = path_of(
        span("root", end=10, kind="AGENT"),
        span("chat", "root", 1, 9, kind="LLM"),
        span("post", "chat", 2, 8, kind="HTTP"),
    )
    assert totals == {"llm": 8, "agent": 2}


def test_an_open_span_lasts_until_now():
    _, totals = path_of(span("root", end=None, kind="AGENT"), span("chat", "root", 1, None, kind="LLM"), until=7)
    assert totals == {"agent": 1, "llm": 6}


def test_a_span_without_a_start_takes_no_time_and_its_children_still_count():
    _, totals = path_of(
        span("root", end=10, kind="AGENT"),
        span("mid", "root", None, 9, kind="CHAIN"),
        span("chat", "mid", 2, 8, kind="LLM"),
    )
    assert totals == {"llm": 6, "agent": 4}


def test_nothing_takes_no_time():
    tree = build_tree([])
    path = compute_critical_path(tree, compute_outcome(tree, T0))
    assert (path.start_ns, path.segments, sum(path.totals.values())) == (None, (), 0)


def check_it_covers_the_wall_time(spans, until_ns=None):
    tree = build_tree(spans)
    path = compute_critical_path(tree, compute_outcome(tree, T0 + 100 * SECOND), until_ns)
    assert tuple(path.totals) == TIME_CLASSES
    if not path.segments:
        assert sum(path.totals.values()) == 0
        return
    assert path.segments[0].start_ns == path.start_ns
    assert path.segments[-1].end_ns == path.end_ns
    for before, after in zip(path.segments, path.segments[1:], strict=False):
        assert before.end_ns == after.start_ns
    assert all(each.end_ns > each.start_ns for each in path.segments)
    assert sum(path.totals.values()) == path.end_ns - path.start_ns


@st.composite
def timed(draw):
    """Any tangle with any times, kinds and statuses: ends before starts, open spans, skew."""
    moment = st.one_of(st.none(), st.integers(0, 30))
    return [
        msgspec.structs.replace(
            each,
            start_ns=draw(moment),
            end_ns=draw(moment),
            span_kind=draw(st.sampled_from(["LLM", "TOOL", "AGENT", "HUMAN", "QUEUE", "HTTP", "OTHER"])),
            otel_kind=draw(st.sampled_from(["CLIENT", "PRODUCER", "CONSUMER"])),
            status_code=draw(st.sampled_from(["UNSET", "OK", "ERROR"])),
        )
        for each in draw(tangles())
    ]


@settings(max_examples=100, deadline=None)
@given(timed(), st.one_of(st.none(), st.integers(0, 60)))
def test_classes_sum_to_the_wall_time_exactly_whatever_came(spans, until_ns):
    check_it_covers_the_wall_time(spans, until_ns)


@settings(max_examples=40, deadline=None)
@given(timed(), st.integers(30, 60))
def test_self_time_is_never_negative_nor_longer_than_the_span(spans, until_ns):
    tree = build_tree(spans)
    for row, own_ns in zip(tree.rows, compute_self_times(tree, until_ns), strict=True):
        if own_ns is None:
            assert row.span is None or row.span.start_ns is None
        else:
            end_ns = until_ns if row.span.end_ns is None else row.span.end_ns
            assert 0 <= own_ns <= max(0, end_ns - row.span.start_ns)


def test_self_time_counts_overlapping_children_once():
    #  root ├────────┤ 0..10    a 1..5   b 3..7   c 9..12
    tree = build_tree(
        [span("root", end=10), span("a", "root", 1, 5), span("b", "root", 3, 7), span("c", "root", 9, 12)]
    )
    assert [own // SECOND for own in compute_self_times(tree)] == [3, 4, 4, 3]


def test_self_time_of_what_is_open_needs_a_now():
    tree = build_tree([span("root", end=None), span("a", "root", 1, 3)])
    assert compute_self_times(tree)[0] is None
    assert compute_self_times(tree, at(10))[0] == 8 * SECOND


def test_a_chain_of_ten_thousand_that_outlive_their_parents_takes_no_recursion_and_little_time():
    spans = [span(str(each), str(each - 1) if each else None, each, each + 20_000) for each in range(10_000)]
    began = time.perf_counter()
    check_it_covers_the_wall_time(spans)
    assert time.perf_counter() - began < 5
