"""The state at a moment, its changes and their authors."""

import json
import time
from itertools import pairwise

import jsonpatch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.algorithms.difference import diff_states
from analysis.algorithms.patch import Document, PatchError
from analysis.algorithms.pointer import PathError, clone, equal_json, get_value, parse_pointer
from analysis.algorithms.state import StateEntry, blame_key, key_history, state_at, suggest_keyframes


def base(time_ns, value, change_id=None):
    return StateEntry(time_ns, time_ns if change_id is None else change_id, "base", value)


def patch(time_ns, *operations, change_id=None):
    return StateEntry(time_ns, time_ns if change_id is None else change_id, "patch", list(operations))


def put(path, value):
    return {"op": "add", "path": path, "value": value}


def test_the_state_at_a_moment_is_the_last_base_and_the_patches_after_it():
    entries = [
        base(1, {"a": 1}),
        patch(2, put("/b", 2)),
        base(3, {"c": 3}),
        patch(4, put("/d", [4])),
        patch(5, put("/d/-", 5)),
    ]
    assert state_at(entries, 0).state is None
    assert state_at(entries, 2).state == {"a": 1, "b": 2}
    assert state_at(entries, 4).state == {"c": 3, "d": [4]}
    assert state_at(entries).state == {"c": 3, "d": [4, 5]}
    assert state_at(entries).made_of == (3, 4, 5)
    assert state_at(entries[::-1], 4) == state_at(entries, 4)


def test_patches_before_any_base_apply_to_an_empty_state_and_say_so():
    found = state_at([patch(1, put("/a", 1))])
    assert (found.state, found.has_base) == ({"a": 1}, False)


def test_a_patch_that_does_not_fit_is_reported_and_leaves_no_trace():
    entries = [
        base(1, {"a": [1, 2]}),
        patch(2, put("/a/0", 0), {"op": "remove", "path": "/missing"}),
        patch(3, put("/b", True)),
        StateEntry(4, 4, "patch", "nonsense"),
        StateEntry(5, 5, "other", {}),
    ]
    found = state_at(entries)
    assert found.state == {"a": [1, 2], "b": True}
    assert [(each.change_id, each.operation) for each in found.failures] == [(2, 1), (4, 0), (5, 0)]
    assert found.made_of == (1, 3)


@pytest.mark.parametrize(
    "operation",
    [
        "x", {}, {"op": "add", "path": "a", "value": 1}, {"op": "add", "path": "/a"}, {"op": "explode", "path": "/a"},
        {"op": "replace", "path": "/x", "value": 1}, {"op": "remove", "path": "/l/9"},
        {"op": "add", "path": "/l/9", "value": 1},
        {"op": "add", "path": "/l/01", "value": 1}, {"op": "add", "path": "/l/-1", "value": 1},
        {"op": "add", "path": "/n/x", "value": 1}, {"op": "move", "path": "/o/p/q", "from": "/o"},
        {"op": "test", "path": "/n", "value": True}, {"op": "copy", "path": "/y", "from": "/none"},
    ],
)  # fmt: skip
def test_any_bad_operation_takes_back_the_whole_patch(operation):
    start = {"n": 1, "l": [1, [2]], "o": {"p": {}}}
    document = Document(start)
    first = [put("/m", 2), put("/l/0", 9), {"op": "remove", "path": "/l/2"}, {"op": "copy", "from": "/o", "path": "/z"}]
    with pytest.raises(PatchError) as raised:
        document.apply([*first, operation])
    assert raised.value.operation == len(first)
    assert document.value == {"n": 1, "l": [1, [2]], "o": {"p": {}}} == start


def test_values_that_were_given_are_never_changed():
    inner = {"list": []}
    entries = [base(1, {"a": inner}), patch(2, put("/b", inner)), patch(3, put("/b/list/-", 1), put("/a/list/-", 2))]
    assert state_at(entries).state == {"a": {"list": [2]}, "b": {"list": [1]}}
    assert inner == {"list": []}


KEYS = st.sampled_from(["a", "b", "0", "a/b", "m~n"])
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "x", "a/b", "m~n"])),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
STATES = st.lists(st.dictionaries(st.sampled_from(["a", "b"]), JSON, max_size=2), min_size=1, max_size=8)


@settings(max_examples=100, deadline=None)
@given(STATES, st.integers(0, 8))
def test_reconstruction_equals_the_states_the_patches_were_made_from(states, moment):
    entries = [base(0, states[0])]
    for number, (old, new) in enumerate(pairwise(states), 1):
        entries.append(patch(number, *jsonpatch.make_patch(old, new).patch))
    found = state_at(entries, moment)
    # The library that makes the patches takes true for 1, and so does this comparison.
    assert found.state == states[min(moment, len(states) - 1)]
    assert not found.failures


@settings(max_examples=80, deadline=None)
@given(STATES, st.sampled_from(["", "/a", "/b/0", "/a/b"]))
def test_blame_is_the_last_entry_around_which_the_value_differs(states, pointer):
    entries = [base(0, states[0])]
    for number, (old, new) in enumerate(pairwise(states), 1):
        entries.append(patch(number, *jsonpatch.make_patch(old, new).patch))
    keys = parse_pointer(pointer)

    def look(moment):
        try:
            return True, get_value(state_at(entries, moment).state if moment >= 0 else {}, keys)
        except PathError:
            return False, None

    expected = [
        moment
        for moment in range(len(states))
        if look(moment)[0] != look(moment - 1)[0] or not equal_json(look(moment)[1], look(moment - 1)[1])
    ]
    assert [each.change_id for each in key_history(entries, pointer)] == expected


def test_blame_sees_a_list_shift_and_a_parent_replaced():
    entries = [
        base(1, {"plan": [{"s": "a"}, {"s": "b"}]}), patch(2, {"op": "remove", "path": "/plan/0"}),
        patch(3, put("/other", 1)), patch(4, {"op": "replace", "path": "/plan", "value": [{"s": "b"}]}),
    ]  # fmt: skip
    assert [(each.change_id, each.old, each.new) for each in key_history(entries, "/plan/0/s")] == [
        (1, None, "a"),
        (2, "a", "b"),
    ]
    assert blame_key(entries, "/plan/1/s").exists is False
    assert blame_key(entries, "/plan/0/s", at_ns=1).change_id == 1
    assert blame_key(entries, "/nothing") is None


def test_a_pointer_that_is_none_is_refused():
    with pytest.raises(PathError):
        key_history([], "plan")


def test_keyframes_bound_the_patches_between_them():
    entries = [
        base(0, {}),
        *(patch(number, put("/a", number)) for number in range(1, 11)),
        base(11, {}),
        patch(12, put("/a", 1)),
    ]
    assert suggest_keyframes(entries, every=4) == (4, 8)
    with pytest.raises(ValueError, match="every"):
        suggest_keyframes(entries, every=0)


def test_the_difference_names_paths_in_order():
    old = {"a": 1, "b": {"x": [1, 2, 3], "k/ey": 0}, "gone": None}
    new = {"a": 1, "b": {"x": [1, 9, 3, 4], "k/ey": 1}, "new": {"z": 1}}
    told = [(each.path, each.kind, each.old, each.new) for each in diff_states(old, new).changes]
    assert told == [
        ("/b/x/1", "changed", 2, 9),
        ("/b/x/3", "added", None, 4),
        ("/b/k~1ey", "changed", 0, 1),
        ("/new", "added", None, {"z": 1}),
        ("/gone", "removed", None, None),
    ]


def test_a_message_put_before_others_is_one_change():
    assert [each.path for each in diff_states([1, 2, 3], [0, 1, 2, 3]).changes] == ["/0"]
    assert [each.path for each in diff_states([0, 1, 2, 3], [1, 2, 3]).changes] == ["/0"]


def test_true_is_not_one_but_one_is_one_point_zero():
    assert diff_states({"a": True}, {"a": 1}).changes[0].old is True
    assert not diff_states({"a": 1}, {"a": 1.0}).changes


def test_a_long_difference_is_cut_and_says_so():
    found = diff_states({}, {str(at): at for at in range(20)}, limit=5)
    assert (len(found.changes), found.is_cut) == (5, True)


@settings(max_examples=80, deadline=None)
@given(JSON, JSON)
def test_no_difference_means_equal(old, new):
    assert (not diff_states(old, new).changes) == equal_json(old, new)


def test_depth_breaks_nothing():
    deep: list = []
    for _ in range(20_000):
        deep = [deep]
    assert equal_json(clone(deep), deep)


def test_ten_thousand_patches_of_a_hundred_kilobytes_are_quick():
    state = {f"key{at}": {"text": "x" * 90} for at in range(900)}
    assert len(json.dumps(state)) > 100_000
    entries = [base(0, state), *(patch(at, put(f"/key{at % 900}/text", "y" * 90)) for at in range(1, 10_001))]
    began = time.perf_counter()
    assert len(state_at(entries).made_of) == 10_001
    assert time.perf_counter() - began < 1
