"""What is new in a prompt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.algorithms.context import compute_context_changes
from tests.analysis.making import llm_call, span


def calls(*told):
    """(agent, messages): one call a second."""
    return [
        llm_call(span(f"c{at}", start=at, end=at + 0.5, kind="LLM", agent=agent, pk=at + 1), hashes=hashes)
        for at, (agent, hashes) in enumerate(told)
    ]


@pytest.mark.parametrize(
    ("old", "new", "added", "removed", "is_compacted"),
    [
        ("sab", "sabcd", (3, 4), (), False),
        ("sab", "sab", (), (), False),
        ("sab", "szb", (1,), (1,), False),
        ("sabcdef", "sXf", (1,), (1, 2, 3, 4, 5), True),
        ("sabcdef", "sX", (1,), (1, 2, 3, 4, 5, 6), True),
        ("sabc", "sab", (), (3,), False),
        ("", "s", (0,), (), False),
        ("aa", "aaa", (2,), (), False),
    ],
)
def test_one_call_after_another(old, new, added, removed, is_compacted):
    change = compute_context_changes(calls(("a", old), ("a", new)))[2]
    assert (change.previous, change.added, change.removed, change.is_compacted) == (1, added, removed, is_compacted)
    assert change.unchanged_count + len(added) == len(new)
    assert change.new_message_count == len(added)


def test_the_first_call_is_all_new_and_agents_do_not_mix():
    changes = compute_context_changes(calls(("a", "sx"), ("b", "sy"), ("a", "sxz")))
    told = [(changes[pk].previous, changes[pk].added) for pk in (1, 2, 3)]
    assert told == [(None, (0, 1)), (None, (0, 1)), (1, (2,))]


def test_a_call_without_a_message_in_common_begins_a_conversation():
    changes = compute_context_changes(calls(("a", "AB"), ("a", "XY"), ("a", "XYZ")))
    told = [(changes[pk].previous, changes[pk].added, changes[pk].removed) for pk in (2, 3)]
    assert told == [(None, (0, 1), ()), (2, (2,), ())]


def test_conversations_side_by_side_are_told_apart():
    changes = compute_context_changes(calls(("a", "sAB"), ("a", "sXY"), ("a", "sABC"), ("a", "sXYZ")))
    assert [(changes[pk].previous, changes[pk].added) for pk in (3, 4)] == [(1, (3,)), (2, (3,))]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.text("stuvw", max_size=12)), max_size=8), st.randoms())
def test_any_order_of_calls_gives_the_same_and_positions_are_true(told, random):
    made = calls(*told)
    changes = compute_context_changes(made)
    shuffled = made[:]
    random.shuffle(shuffled)
    assert compute_context_changes(shuffled) == changes
    by_pk = {call.pk: call for call in made}
    for change in changes.values():
        new = by_pk[change.call].message_hashes
        old = by_pk[change.previous].message_hashes if change.previous else ()
        kept_new = [each for at, each in enumerate(new) if at not in change.added]
        kept_old = [each for at, each in enumerate(old) if at not in change.removed]
        assert kept_new == kept_old
        assert len(kept_new) == change.unchanged_count
