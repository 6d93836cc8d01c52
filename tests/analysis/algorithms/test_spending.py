"""Where time, tokens and money went: sums that add up, and nothing unknown counted as zero."""

from decimal import Decimal

import msgspec

from analysis.algorithms.critical_path import compute_critical_path
from analysis.algorithms.outcome import compute_outcome
from analysis.algorithms.spending import Spending, compute_spending, counted_calls
from analysis.algorithms.tree import build_tree
from llmlog.records import LlmCallRow, ToolCallRow
from tests.analysis.making import SECOND, at, llm_call, span, tool_call
from traces.records import SpanRow


def spend(spans: list[SpanRow], calls: list[LlmCallRow], runs: list[ToolCallRow] | None = None) -> Spending:
    tree = build_tree(spans)
    outcome = compute_outcome(tree, at(100) or 0, None)
    return compute_spending(tree, compute_critical_path(tree, outcome), calls, runs or [])


def of_model(call: LlmCallRow, model: str, **fields: object) -> LlmCallRow:
    return msgspec.structs.replace(call, response_model=model, **fields)


def test_own_times_and_those_of_agents_sum_to_the_wall_time() -> None:
    spans = [
        span("root", None, 0, 10, kind="AGENT", agent="lead"),
        span("call", "root", 1, 4, kind="LLM"),
        span("helper", "root", 5, 9, kind="AGENT", agent="helper"),
        span("tool", "helper", 6, 8, kind="TOOL"),
    ]
    found = spend(spans, [])
    rows = {build_tree(spans).rows[each.row].label: each.path_ns // SECOND for each in found.spans}
    assert rows == {"root": 3, "call": 3, "helper": 2, "tool": 2}
    assert [(use.name, use.path_ns // SECOND) for use in found.agents] == [("lead", 6), ("helper", 4)]
    assert [each.path_ns for each in found.spans] == sorted((each.path_ns for each in found.spans), reverse=True)


def test_calls_tokens_and_costs_by_model_and_by_agent_even_of_an_agent_above() -> None:
    spans = [span("a", kind="AGENT", agent="lead"), *(span(n, "a", 0, 1, kind="LLM") for n in ("x", "y", "z"))]
    calls = [
        of_model(llm_call(spans[1], tokens_in=10, tokens_out=5, cost="0.1"), "big"),
        of_model(llm_call(spans[2], tokens_in=20, tokens_out=None, cost="0.2"), "big"),
        of_model(llm_call(spans[3], tokens_in=None, tokens_out=None), "small"),
    ]
    found = spend(spans, calls)
    assert [(use.name, use.call_count, use.tokens, use.cost_usd) for use in found.models] == [
        ("big", 2, 35, Decimal("0.3")),
        ("small", 1, None, None),
    ]
    [lead] = found.agents
    assert (lead.name, lead.call_count, lead.tokens, lead.cost_usd) == ("lead", 3, 35, Decimal("0.3"))


def test_a_wrapper_that_repeats_the_usage_of_a_call_counts_once() -> None:
    spans = [span("outer", kind="LLM"), span("inner", "outer", 0, 1, kind="LLM")]
    calls = [llm_call(each) for each in spans]
    assert [call.span_id for call in counted_calls(build_tree(spans), calls)] == [spans[1].span_id]


def test_tools_are_counted_with_their_failures_and_the_time_of_what_ended() -> None:
    spans = [
        span("a", None, 0, 2, kind="TOOL"),
        span("b", None, 3, 4, kind="TOOL"),
        span("c", None, 5, None, kind="TOOL"),
    ]
    runs = [
        msgspec.structs.replace(tool_call(each, "search"), effective_status=status)
        for each, status in zip(spans, ("ok", "failed", "active"), strict=True)
    ]
    [use] = spend(spans, [], runs).tools
    assert (use.name, use.run_count, use.failure_count, use.total_ns) == ("search", 3, 1, 3 * SECOND)


def test_a_mission_without_a_span_spent_nothing() -> None:
    assert spend([], []) == Spending((), (), (), ())
