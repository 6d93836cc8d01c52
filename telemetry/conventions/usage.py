"""Token counts by one rule: input includes cached tokens, output includes reasoning tokens.

That is OpenTelemetry's rule. Senders break it in two ways: Langfuse and Anthropic's own bodies
report cached tokens beside the input, Gemini's own bodies report thoughts beside the output.
What was done is kept as a sentence, so that a person can check it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from telemetry.conventions.plan import Plan
from telemetry.conventions.values import first_count, read_count, read_money, read_object

INCLUDES = "includes cached"
EXCLUDES = "sent without cached tokens; they were added"


class Counts(msgspec.Struct, frozen=True):
    """Counts as they were sent, and whether the sender's rule is known to leave something out."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    excludes_cached: bool = False
    excludes_reasoning: bool = False


class Usage(msgspec.Struct, frozen=True):
    """Counts by the one rule, and how they came to be."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    input_rule: str = INCLUDES
    output_rule: str = ""


_NO_COUNTS = Counts()


def read_usage(attributes: Mapping[str, Any], plan: Plan, body: Counts | None = None) -> Usage:
    """A span's usage; `body` are the counts of a recorded provider reply, used where attributes are silent."""
    return settle_usage(merge_counts(attribute_counts(attributes, plan), body))


def attribute_counts(attributes: Mapping[str, Any], plan: Plan) -> Counts:
    """The counts as attributes give them, single names first, then usage objects."""
    counts = Counts(
        input_tokens=first_count(attributes, plan.names("input_tokens")),
        output_tokens=first_count(attributes, plan.names("output_tokens")),
        total_tokens=first_count(attributes, plan.names("total_tokens")),
        cache_read_input_tokens=first_count(attributes, plan.names("cache_read_input_tokens")),
        cache_creation_input_tokens=first_count(attributes, plan.names("cache_creation_input_tokens")),
        reasoning_output_tokens=first_count(attributes, plan.names("reasoning_output_tokens")),
    )
    for name in plan.names("usage_object"):
        found = read_object(attributes.get(name))
        if found:
            counts = merge_counts(counts, object_counts(found, buckets=name.startswith("langfuse.")))
    return counts


def merge_counts(first: Counts, second: Counts | None) -> Counts:
    """The first's counts, completed by the second's.

    Where both name the input (or output) and agree, or the first is silent, the second's rule holds:
    a recorded reply knows better than the attribute copied from it.
    """
    if second is None:
        return first
    same_input = first.input_tokens is None or first.input_tokens == second.input_tokens
    same_output = first.output_tokens is None or first.output_tokens == second.output_tokens
    return Counts(
        input_tokens=_either(first.input_tokens, second.input_tokens),
        output_tokens=_either(first.output_tokens, second.output_tokens),
        total_tokens=_either(first.total_tokens, second.total_tokens),
        cache_read_input_tokens=_either(first.cache_read_input_tokens, second.cache_read_input_tokens),
        cache_creation_input_tokens=_either(first.cache_creation_input_tokens, second.cache_creation_input_tokens),
        reasoning_output_tokens=_either(first.reasoning_output_tokens, second.reasoning_output_tokens),
        excludes_cached=second.excludes_cached if same_input else first.excludes_cached,
        excludes_reasoning=second.excludes_reasoning if same_output else first.excludes_reasoning,
    )


def _either(first: int | None, second: int | None) -> int | None:
    return second if first is None else first


def settle_usage(counts: Counts) -> Usage:
    """Counts by the one rule.

    A part cannot be larger than the whole that includes it, and a total that equals the sum of the
    named counts tells the rule; both overrule what the family usually does.
    """
    if counts is _NO_COUNTS or counts == _NO_COUNTS:
        return Usage()
    cached = (counts.cache_read_input_tokens or 0) + (counts.cache_creation_input_tokens or 0)
    reasoning = counts.reasoning_output_tokens or 0
    adds_cached, adds_reasoning = counts.excludes_cached, counts.excludes_reasoning
    told = _rule_of_total(counts, cached, reasoning)
    if told is not None:
        adds_cached, adds_reasoning = told
    adds_cached = bool(cached) and (adds_cached or cached > (counts.input_tokens or 0))
    adds_reasoning = bool(reasoning) and (adds_reasoning or reasoning > (counts.output_tokens or 0))
    has_output = counts.output_tokens is not None or adds_reasoning
    has_input = counts.input_tokens is not None or adds_cached
    return Usage(
        input_tokens=(counts.input_tokens or 0) + (cached if adds_cached else 0) if has_input else None,
        output_tokens=(counts.output_tokens or 0) + (reasoning if adds_reasoning else 0) if has_output else None,
        cache_read_input_tokens=counts.cache_read_input_tokens,
        cache_creation_input_tokens=counts.cache_creation_input_tokens,
        reasoning_output_tokens=counts.reasoning_output_tokens,
        input_rule=EXCLUDES if adds_cached else INCLUDES,
        output_rule="sent without reasoning tokens; they were added" if adds_reasoning else "",
    )


def _rule_of_total(counts: Counts, cached: int, reasoning: int) -> tuple[bool, bool] | None:
    """Whether cached and reasoning tokens are beside the named counts, as the total tells; None when it does not."""
    if counts.total_tokens is None or counts.input_tokens is None or counts.output_tokens is None:
        return None
    missing = counts.total_tokens - counts.input_tokens - counts.output_tokens
    sums = {(False, False): 0, (True, False): cached, (False, True): reasoning, (True, True): cached + reasoning}
    fitting = {
        (adds_cached and cached > 0, adds_reasoning and reasoning > 0)
        for (adds_cached, adds_reasoning), total in sums.items()
        if total == missing
    }
    return fitting.pop() if len(fitting) == 1 else None


_READ = ("cache_read_input_tokens", "input_cached_tokens", "input_cache_read", "cacheReadInputTokens",
         "cacheReadInputTokenCount", "cachedContentTokenCount", "cached_content_token_count", "cachedInputTokens",
         "cache_read_tokens", "prompt_cache_hit_tokens", "cached_tokens", "cached_input_tokens")  # fmt: skip
_WRITE = ("cache_creation_input_tokens", "input_cache_creation", "cacheWriteInputTokens", "cache_write_tokens",
          "cacheWriteInputTokenCount", "input_cache_write")  # fmt: skip
_THOUGHT = ("reasoning_tokens", "output_reasoning_tokens", "output_reasoning", "thoughtsTokenCount",
            "thoughts_token_count", "reasoningTokens", "reasoning_output_tokens")  # fmt: skip
_INPUT = ("input_tokens", "prompt_tokens", "input", "promptTokenCount", "prompt_token_count", "inputTokens",
          "prompt_eval_count")  # fmt: skip
_OUTPUT = ("output_tokens", "completion_tokens", "output", "candidatesTokenCount", "candidates_token_count",
           "outputTokens", "eval_count")  # fmt: skip
_TOTAL = ("total_tokens", "total", "totalTokenCount", "total_token_count", "totalTokens")
_INPUT_DETAILS = ("prompt_tokens_details", "input_tokens_details", "input_token_details")
_OUTPUT_DETAILS = ("completion_tokens_details", "output_tokens_details", "output_token_details")


def object_counts(usage: Mapping[str, Any], *, buckets: bool = False) -> Counts:
    """The counts of a usage object in any provider's words.

    `buckets` (Langfuse): the entries are disjoint and add up to the total.
    """
    inputs, outputs = _details(usage, _INPUT_DETAILS), _details(usage, _OUTPUT_DETAILS)
    read = _either(first_count(usage, _READ), first_count(inputs, (*_READ, "cache_read")))
    write = _either(first_count(usage, _WRITE), first_count(inputs, ("cache_creation", "cache_creation_tokens")))
    reasoning = _either(first_count(usage, _THOUGHT), first_count(outputs, (*_THOUGHT, "reasoning")))
    disjoint = buckets and "prompt_tokens" not in usage
    apart = not inputs and ("cacheReadInputTokens" in usage or "cache_creation_input_tokens" in usage)
    gemini = "candidatesTokenCount" in usage or "candidates_token_count" in usage or "thoughtsTokenCount" in usage
    return Counts(
        input_tokens=first_count(usage, _INPUT),
        output_tokens=_either(first_count(usage, _OUTPUT), 0 if gemini else None),
        total_tokens=first_count(usage, _TOTAL),
        cache_read_input_tokens=read,
        cache_creation_input_tokens=write,
        reasoning_output_tokens=reasoning,
        excludes_cached=disjoint or apart,
        excludes_reasoning=disjoint or gemini,
    )


def _details(usage: Mapping[str, Any], names: tuple[str, ...]) -> Mapping[str, Any]:
    for name in names:
        found = usage.get(name)
        if isinstance(found, dict):
            return found
    return {}


def read_cost(attributes: Mapping[str, Any], plan: Plan) -> Decimal | None:
    """What the sender says the call cost in US dollars, else None."""
    for name in plan.names("cost"):
        cost = read_money(attributes.get(name))
        if cost is not None:
            return cost
    for name in plan.names("cost_object"):
        cost = _object_cost(read_object(attributes.get(name)))
        if cost is not None:
            return cost
    parts = [read_money(attributes.get(name)) for name in plan.names("cost_parts")]
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if known else None


def _object_cost(costs: dict[str, Any] | None) -> Decimal | None:
    if not costs:
        return None
    for name in ("total", "total_cost", "totalCost"):
        total = read_money(costs.get(name))
        if total is not None:
            return total
    parts = [amount for amount in map(read_money, costs.values()) if amount is not None]
    return sum(parts, Decimal(0)) if parts else None


def has_usage(counts: Counts) -> bool:
    """True when any count was given."""
    return read_count(counts.input_tokens) is not None or read_count(counts.output_tokens) is not None
