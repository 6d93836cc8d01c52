"""Every span is drawn, once, in the same place, whatever order and parents it came with."""

import time
from itertools import permutations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.algorithms.tree import (
    CYCLE_CUT,
    DUPLICATE,
    MISSING_PARENT,
    ROOT,
    SELF_PARENT,
    STARTS_BEFORE_PARENT,
    MissionTree,
    build_tree,
)
from tests.analysis.making import span, span_id


def drawn(tree: MissionTree) -> str:
    """One line a row: two spaces for each level, then the label."""
    return "\n".join("  " * row.depth + row.label for row in tree.rows)


def notes(tree: MissionTree) -> list[tuple[str, str, int]]:
    return [(note.code, tree.rows[note.row].label, note.amount) for note in tree.notes]


def test_children_come_in_order_of_start_and_unknown_starts_last():
    spans = [span("root"), span("b", "root", 2), span("never", "root", None), span("a", "root", 1), span("a2", "a", 1)]
    assert drawn(build_tree(spans)) == "root\n  a\n    a2\n  b\n  never"


def test_equal_starts_are_ordered_by_id():
    assert drawn(build_tree([span("c"), span("a"), span("b")])) == "a\nb\nc"


def test_a_row_knows_its_parent_children_and_subtree():
    tree = build_tree([span("root"), span("a", "root", 1), span("a1", "a", 1), span("b", "root", 2)])
    assert [(row.parent, row.child_count, row.end) for row in tree.rows] == [
        (ROOT, 2, 4),
        (0, 1, 3),
        (1, 0, 3),
        (0, 0, 4),
    ]
    assert list(tree.children(0)) == [1, 3]
    assert list(tree.children(ROOT)) == [0]


def test_orphans_stay_visible_under_one_placeholder_for_each_missing_parent():
    #   (gone)      root
    #   /    \
    #  a      b
    tree = build_tree([span("b", "gone", 6), span("a", "gone", 5), span("root")])
    assert drawn(tree) == f"root\nmissing parent {span_id('gone')[:8]}\n  a\n  b"
    assert notes(tree) == [(MISSING_PARENT, f"missing parent {span_id('gone')[:8]}", 2)]
    assert "parent of 2 spans has not arrived" in tree.notes[0].text


def test_an_orphan_is_attached_when_its_parent_arrives():
    late = [span("a", "root", 1)]
    assert build_tree(late).rows[0].span is None
    assert drawn(build_tree([*late, span("root")])) == "root\n  a"


def test_a_span_that_is_its_own_parent_is_a_root_with_a_warning():
    tree = build_tree([span("a", "a"), span("b", "a", 1)])
    assert drawn(tree) == "a\n  b"
    assert notes(tree) == [(SELF_PARENT, "a", 1)]


def test_a_circle_is_cut_at_its_first_span_and_an_honest_root_beside_it_stays():
    #  a -> b -> c -> a        root -> x
    tree = build_tree([span("a", "c", 3), span("b", "a", 1), span("c", "b", 2), span("root"), span("x", "root")])
    assert drawn(tree) == "root\n  x\nb\n  c\n    a"
    assert (CYCLE_CUT, "b", 3) in notes(tree)


def test_a_circle_of_a_thousand_with_tails_keeps_every_span():
    ring = [span(str(at), str((at + 1) % 1000), at) for at in range(1000)]
    tails = [span(f"t{at}", str(at), at) for at in range(50)]
    tree = build_tree(ring + tails)
    assert len(tree.rows) == 1050
    assert [note.amount for note in tree.notes if note.code == CYCLE_CUT] == [1000]
    assert max(row.depth for row in tree.rows) == 1000


def test_the_server_side_of_a_shared_id_hangs_under_its_client():
    #  root          root
    #   call (client)  call
    #   call (server)    call/server
    #    work              work        <- same service as the server side
    #    retry           retry         <- of the client's service
    spans = [
        span("root", service="front"),
        span("call", "root", 1, service="front", otel_kind="CLIENT"),
        span("call", "root", 1.1, service="back", otel_kind="SERVER", side=1, label="server"),
        span("work", "call", 1.2, service="back"),
        span("retry", "call", 1.3, service="front"),
        span("odd", "call", 1.4, service="elsewhere"),
    ]
    assert drawn(build_tree(spans)) == "root\n  call\n    server\n      work\n    retry\n    odd"


def test_a_server_side_alone_takes_its_own_parent():
    tree = build_tree([span("root"), span("in", "root", 1, otel_kind="SERVER", side=1), span("child", "in", 2)])
    assert drawn(tree) == "root\n  in\n    child"
    assert tree.find(span("in").trace_id, span_id("in"), 0) == 1


def test_a_client_that_names_its_server_side_ends():
    tree = build_tree([span("x", "x", side=0), span("x", "x", side=1)])
    assert len(tree.rows) == 2


def test_the_same_span_id_in_two_traces_is_two_spans():
    tree = build_tree([span("a"), span("a", trace="b" * 32), span("c", "a", 1, trace="b" * 32)])
    assert [row.span.trace_id[0] for row in tree.rows if row.span] == ["a", "b", "b"]
    assert len(tree.roots) == 2


def test_the_newest_of_equal_identities_is_drawn():
    tree = build_tree([span("a", label="old", change_seq=1), span("a", label="new", change_seq=2)])
    assert drawn(tree) == "new"
    assert notes(tree) == [(DUPLICATE, "new", 1)]


def test_a_child_before_its_parent_is_noted_with_the_distance():
    tree = build_tree([span("root", start=5, end=9), span("a", "root", 3, 6)])
    assert notes(tree) == [(STARTS_BEFORE_PARENT, "a", 2_000_000_000)]
    assert "2000.000 ms" in tree.notes[0].text


@pytest.mark.parametrize("parent", ["", "0" * 16, None])
def test_an_empty_parent_is_no_parent(parent):
    tree = build_tree([msgspec.structs.replace(span("a"), parent_span_id=parent)])
    assert tree.roots == (0,)
    assert not tree.notes


def test_nothing_gives_an_empty_tree():
    assert build_tree([]).rows == ()


def test_all_120_orders_of_five_spans_give_one_tree():
    spans = [span("root"), span("a", "root", 1), span("b", "a", 1), span("c", "gone", 2), span("d", "d", 3)]
    trees = {
        msgspec.json.encode([build_tree(list(order)).rows, build_tree(order).notes]) for order in permutations(spans)
    }
    assert len(trees) == 1


@st.composite
def tangles(draw):
    """Spans with any parents: missing, own, circular, of another trace; with and without starts and server sides."""
    count = draw(st.integers(0, 14))
    number = st.integers(0, count + 3)
    return [
        span(
            str(draw(st.integers(0, count))),
            draw(st.one_of(st.none(), number.map(str))),
            draw(st.one_of(st.none(), st.integers(0, 5))),
            service=draw(st.sampled_from("xy")),
            side=draw(st.integers(0, 1)),
            trace=draw(st.sampled_from("ab")) * 32,
            change_seq=draw(st.integers(0, 2)),
            label=draw(st.sampled_from("pq")),
        )
        for _ in range(count)
    ]


@settings(max_examples=80, deadline=None)
@given(tangles(), st.randoms())
def test_any_order_of_any_tangle_gives_the_same_whole_tree(spans, random):
    tree = build_tree(spans)
    shuffled = spans[:]
    random.shuffle(shuffled)
    assert build_tree(shuffled) == tree
    assert {row.key for row in tree.rows if row.span} == {(each.trace_id, each.span_id, each.side) for each in spans}
    assert len({row.key for row in tree.rows}) == len(tree.rows)
    for row in tree.rows:
        assert row.parent < row.index < row.end
        assert row.depth == (0 if row.parent == ROOT else tree.rows[row.parent].depth + 1)
        assert row.child_count == len(list(tree.children(row.index)))


@pytest.mark.parametrize("shape", ["chain", "flat", "ring"])
def test_a_hundred_thousand_spans_take_seconds_at_most_and_no_recursion(shape):
    first, last = span("x"), 99_999
    parents = {"chain": range(-1, last), "flat": [-1] + [0] * last, "ring": [last, *range(last)]}[shape]
    spans = [
        msgspec.structs.replace(
            first,
            pk=at,
            span_id=span_id(at + 1),
            start_ns=at,
            parent_span_id=None if parent < 0 else span_id(parent + 1),
        )
        for at, parent in enumerate(parents)
    ]
    began = time.perf_counter()
    tree = build_tree(spans)
    assert time.perf_counter() - began < 5
    assert len(tree.rows) == 100_000
    assert tree.rows[-1].depth == (1 if shape == "flat" else 99_999)
