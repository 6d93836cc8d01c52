"""Which spans are turns: told by no call inside, the innermost agent, steps only where nothing else speaks."""

from random import Random

import msgspec

from analysis.algorithms.tree import build_tree
from analysis.algorithms.turns import find_silenced, find_turns
from tests.analysis.making import llm_call, span
from traces.records import SpanRow


def speaker(name: str, parent: str | None = None, start: float = 0, *, kind: str = "AGENT", seq: int = 0) -> SpanRow:
    made = span(name, parent, start, 9, kind=kind, change_seq=seq)
    return msgspec.structs.replace(made, has_messages=True)


def names(spans: list[SpanRow]) -> list[str]:
    return [each.name for each in spans]


def test_a_call_below_however_deep_tells_for_all_above() -> None:
    call = span("call", "tool", 3, kind="LLM")
    spans = [speaker("a"), span("tool", "a", 2, kind="TOOL"), call, speaker("b", start=5)]
    assert names(find_turns(build_tree(spans), [llm_call(call)])) == ["b"]


def test_the_order_of_the_spans_does_not_matter() -> None:
    spans = [speaker("root"), speaker("a", "root", 1), span("x", "a", 2), speaker("b", "x", 3), speaker("c", "root", 4)]
    for seed in range(5):
        Random(seed).shuffle(spans)
        assert names(find_turns(build_tree(spans), [])) == ["b", "c"]


def test_steps_give_way_to_agents_and_to_calls() -> None:
    call = span("call", start=4, kind="LLM")
    steps = [
        speaker("chain", kind="CHAIN"),
        speaker("inner", "chain", 1, kind="CHAIN"),
        speaker("next", None, 3, kind="CHAIN"),
    ]
    assert names(find_turns(build_tree(steps), [])) == ["chain", "next"]
    assert names(find_turns(build_tree([*steps, call]), [llm_call(call)])) == []
    assert names(find_turns(build_tree([*steps, speaker("agent", "inner", 2)]), [])) == ["agent"]


def test_what_was_a_turn_before_something_came_is_named() -> None:
    call = span("call", "a", 2, kind="LLM", change_seq=9)
    tree = build_tree([speaker("a", seq=3), speaker("b", start=5, seq=4), call])
    turns = find_turns(tree, [llm_call(call)])
    assert names(turns) == ["b"]
    assert names(find_silenced(tree, turns, after=5)) == ["a"]
    steps = build_tree([speaker("chain", kind="CHAIN", seq=3), span("call", None, 2, kind="LLM", change_seq=9)])
    turns = find_turns(steps, [llm_call(steps.rows[1].span or call)])
    assert names(find_silenced(steps, turns, after=5)) == ["chain"]
