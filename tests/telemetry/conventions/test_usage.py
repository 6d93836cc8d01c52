"""Tokens by one rule, no call counted twice, and the sender's own costs."""

from decimal import Decimal

import pytest

from telemetry.conventions import map_span, read_provenance
from tests.telemetry.conventions.making import make_span

LLM = {"openinference.span.kind": "LLM"}

# attributes -> input, output, cache read, cache creation, reasoning
COUNTS = {
    "opentelemetry includes cached": (
        {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 50,
         "gen_ai.usage.cache_read.input_tokens": 800, "gen_ai.usage.cache_creation.input_tokens": 100,
         "gen_ai.usage.reasoning.output_tokens": 30},
        (1000, 50, 800, 100, 30),
    ),
    "opentelemetry's name filled with anthropic's raw count": (
        {"gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 50,
         "gen_ai.usage.cache_read.input_tokens": 800, "gen_ai.usage.cache_creation.input_tokens": 100},
        (912, 50, 800, 100, None),
    ),
    "openllmetry's old names": (
        {"gen_ai.usage.prompt_tokens": 100, "gen_ai.usage.completion_tokens": 5, "llm.usage.total_tokens": 105,
         "gen_ai.usage.cache_read_input_tokens": 60},
        (100, 5, 60, None, None),
    ),
    "a total that tells cached tokens are apart": (
        {"gen_ai.usage.prompt_tokens": 100, "gen_ai.usage.completion_tokens": 5, "llm.usage.total_tokens": 165,
         "gen_ai.usage.cache_read_input_tokens": 60},
        (160, 5, 60, None, None),
    ),
    "openinference": (
        {"llm.token_count.prompt": 2711, "llm.token_count.completion": 730, "llm.token_count.total": 3441,
         "llm.token_count.prompt_details.cache_read": 2688, "llm.token_count.completion_details.reasoning": 576},
        (2711, 730, 2688, None, 576),
    ),
    "langfuse's disjoint buckets": (
        {"langfuse.observation.usage_details":
         '{"input": 20, "output": 10, "input_cached_tokens": 80, "output_reasoning_tokens": 5, "total": 115}'},
        (100, 15, 80, None, 5),
    ),
    "langfuse with openai's usage as it is": (
        {"langfuse.observation.usage_details":
         '{"prompt_tokens": 100, "completion_tokens": 15, "prompt_tokens_details": {"cached_tokens": 80}}'},
        (100, 15, 80, None, None),
    ),
    "vercel": (
        {"ai.usage.inputTokens": 90, "ai.usage.outputTokens": 9, "ai.usage.cachedInputTokens": 50,
         "ai.usage.reasoningTokens": 3},
        (90, 9, 50, None, 3),
    ),
    "vercel's older names": ({"ai.usage.promptTokens": 90, "ai.usage.completionTokens": 9}, (90, 9, None, None, None)),
    "pydantic ai's details": (
        {"gen_ai.usage.input_tokens": 70, "gen_ai.usage.output_tokens": 7,
         "gen_ai.usage.details.cache_read_tokens": 64, "gen_ai.usage.details.reasoning_tokens": 2},
        (70, 7, 64, None, 2),
    ),
    "mlflow's json text": (
        {"mlflow.chat.tokenUsage": '{"input_tokens": 40, "output_tokens": 4, "cache_read_input_tokens": 30}'},
        (40, 4, 30, None, None),
    ),
    "a recorded anthropic reply": (
        {"output.value": '{"type":"message","role":"assistant","content":[{"type":"text","text":"hi"}],"usage":'
         '{"input_tokens":14,"cache_read_input_tokens":200,"cache_creation_input_tokens":6,"output_tokens":10}}'},
        (220, 10, 200, 6, None),
    ),
    "attributes copied from anthropic's reply follow its rule": (
        {"llm.token_count.prompt": 300, "output.value":
         '{"role":"assistant","content":"hi","usage":{"input_tokens":300,"cache_read_input_tokens":200,'
         '"cache_creation_input_tokens":0,"output_tokens":10}}'},
        (500, 10, 200, 0, None),
    ),
    "a recorded gemini reply counts thoughts beside the output": (
        {"output.value": '{"candidates":[{"content":{"parts":[{"text":"Paris"}]}}],"usageMetadata":'
         '{"promptTokenCount":6,"candidatesTokenCount":1,"totalTokenCount":42,"thoughtsTokenCount":35}}'},
        (6, 36, None, None, 35),
    ),
    "a recorded openai reply": (
        {"output.value": '{"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":10,"completion_tokens":9,'
         '"total_tokens":19,"prompt_tokens_details":{"cached_tokens":4},'
         '"completion_tokens_details":{"reasoning_tokens":8}}}'},
        (10, 9, 4, None, 8),
    ),
    "counts as text": (
        {"gen_ai.usage.input_tokens": "12", "gen_ai.usage.output_tokens": 3.0}, (12, 3, None, None, None),
    ),
    "nonsense is unknown, not zero": (
        {"gen_ai.usage.input_tokens": -4, "gen_ai.usage.output_tokens": "many", "llm.token_count.total": True},
        (None, None, None, None, None),
    ),
    "zero is zero": ({"gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0}, (0, 0, None, None, None)),
    "the first usable of two families": (
        {"gen_ai.usage.input_tokens": "?", "llm.token_count.prompt": 8, "llm.token_count.completion": 1},
        (8, 1, None, None, None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", COUNTS)
def test_tokens_follow_one_rule(case):
    attributes, expected = COUNTS[case]
    llm = map_span(make_span({**LLM, **attributes})).llm
    assert llm is not None
    found = (llm.input_tokens, llm.output_tokens, llm.cache_read_input_tokens, llm.cache_creation_input_tokens,
             llm.reasoning_output_tokens)  # fmt: skip
    assert found == expected


def test_an_agent_with_the_sum_of_its_calls_is_no_call():
    for attributes in (
        {"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 900, "gen_ai.request.model": "m"},
        {"openinference.span.kind": "AGENT", "llm.token_count.prompt": 900},
        {"langfuse.observation.type": "agent", "langfuse.observation.usage_details": '{"input": 900}'},
        {"gen_ai.operation.name": "invoke_agent", "gen_ai.aggregated_usage.input_tokens": 900},
        {"langfuse.observation.type": "span", "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0},
    ):
        assert map_span(make_span(attributes)).llm is None


def test_vercels_outer_span_does_not_count_again():
    usage = {"ai.usage.promptTokens": 10, "ai.usage.completionTokens": 2, "ai.model.id": "gpt-4o"}
    outer = map_span(make_span({"ai.operationId": "ai.generateText", **usage}))
    inner = map_span(make_span({"ai.operationId": "ai.generateText.doGenerate", **usage, "gen_ai.system": "openai"}))
    assert (outer.span_kind, outer.llm.counts_usage) == ("CHAIN", False)
    assert (inner.span_kind, inner.llm.counts_usage) == ("LLM", True)
    counted = [meaning.llm.input_tokens for meaning in (outer, inner) if meaning.llm.counts_usage]
    assert sum(counted) == 10


COSTS = {
    "opentelemetry beside the conventions": ({"gen_ai.usage.cost": 0.001308}, Decimal("0.001308")),
    "openinference": ({"llm.cost.total": 0.25}, Decimal("0.25")),
    "openinference's parts": ({"llm.cost.prompt": 0.25, "llm.cost.completion": 0.5}, Decimal("0.75")),
    "langfuse's total": ({"langfuse.observation.cost_details": '{"input": 1, "total": 3}'}, Decimal(3)),
    "langfuse's parts": ({"langfuse.observation.cost_details": '{"input": 0.1, "output": 0.2}'}, Decimal("0.3")),
    "pydantic ai": ({"operation.cost": "0.00019199999999999998"}, Decimal("0.00019199999999999998")),
    "mlflow": ({"mlflow.llm.cost": '{"input_cost": 1, "output_cost": 2, "total_cost": 3}'}, Decimal(3)),
    "free": ({"gen_ai.usage.cost": 0}, Decimal(0)),
    "not a number": ({"gen_ai.usage.cost": float("nan")}, None),
    "below zero": ({"gen_ai.usage.cost": -1}, None),
    "none": ({}, None),
}


@pytest.mark.parametrize("case", COSTS)
def test_the_senders_cost_is_kept_exactly(case):
    attributes, cost = COSTS[case]
    assert map_span(make_span({**LLM, **attributes})).llm.cost_usd == cost


def test_the_source_of_each_number_can_be_asked():
    included = read_provenance(make_span({**LLM, "gen_ai.usage.input_tokens": 10, "llm.model_name": "m"}))
    assert included["input_tokens"] == "gen_ai.usage.input_tokens (includes cached)"
    assert included["span_kind"] == "openinference.span.kind"
    assert included["request_model"] == "llm.model_name"
    excluded = read_provenance(
        make_span({**LLM, "langfuse.observation.usage_details": '{"input": 20, "input_cached_tokens": 80}'})
    )
    assert excluded["input_tokens"] == (
        "langfuse.observation.usage_details (sent without cached tokens; they were added)"
    )


def test_two_families_that_disagree_are_both_named():
    found = read_provenance(
        make_span({**LLM, "gen_ai.usage.input_tokens": 10, "llm.token_count.prompt": 12, "gen_ai.usage.cost": 1})
    )
    assert found["input_tokens"] == "gen_ai.usage.input_tokens (includes cached; llm.token_count.prompt says 12)"
    assert found["cost_usd"] == "gen_ai.usage.cost"
