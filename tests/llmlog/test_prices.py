"""What a call costs by the price table: right for every model it knows, silent for those it does not."""

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage, data_snapshot

from llmlog.prices import compute_cost, price_source

AT = datetime(2025, 11, 13, 12, tzinfo=UTC)
AT_NS = int(AT.timestamp()) * 1_000_000_000


def cost(provider, model, input_tokens=1_000_000, output_tokens=100_000, **counts):
    found = compute_cost(provider, model, input_tokens=input_tokens, output_tokens=output_tokens, at_ns=AT_NS, **counts)
    return None if found is None else found.usd


def test_a_known_model_has_its_list_price_and_names_the_table():
    found = compute_cost("openai", "gpt-4o", input_tokens=1_000_000, output_tokens=1_000_000, at_ns=AT_NS)
    assert found is not None
    assert found.usd == Decimal("12.5")
    assert found.source == price_source()
    assert found.source.startswith("genai-prices ")


def test_cached_tokens_are_part_of_the_input_and_cheaper():
    whole = cost("anthropic", "claude-sonnet-4-5", 100_000, 0)
    read = cost("anthropic", "claude-sonnet-4-5", 100_000, 0, cache_read_input_tokens=100_000)
    written = cost("anthropic", "claude-sonnet-4-5", 100_000, 0, cache_creation_input_tokens=100_000)
    assert whole == Decimal("0.3")
    assert (read, written) == (whole / 10, whole * Decimal("1.25"))


SAME = [
    ("openai", "gpt-4o", "openai.chat", "gpt-4o"),
    ("openai", "gpt-4o", "", "gpt-4o"),
    ("openai", "gpt-4o", "OpenAI", "GPT-4o"),
    ("openai", "gpt-4o-mini", "", "openai/gpt-4o-mini"),
    ("anthropic", "claude-sonnet-4-20250514", "", "litellm_proxy/claude-sonnet-4-20250514"),
    ("anthropic", "claude-sonnet-4-20250514", "litellm", "anthropic/claude-sonnet-4-20250514"),
    ("google", "gemini-2.5-flash", "gcp.gemini", "gemini-2.5-flash"),
    ("google", "gemini-2.5-flash", "vertex_ai", "gemini-2.5-flash"),
    ("x-ai", "grok-4", "xai", "grok-4"),
]


@pytest.mark.parametrize(("provider", "model", "sent_provider", "sent_model"), SAME)
def test_senders_names_lead_to_the_same_price(provider, model, sent_provider, sent_model):
    known = cost(provider, model)
    assert known is not None
    assert cost(sent_provider, sent_model) == known


@pytest.mark.parametrize(
    ("provider", "model"),
    [("openai", "no-such-model"), ("ollama", "gemma3"), ("", "ollama/gemma3"), ("my-own-server", "gpt-4o"), ("", ""),
     ("openai", "x" * 100_000)],
)  # fmt: skip
def test_an_unknown_model_or_a_server_of_ones_own_has_no_price(provider, model):
    assert cost(provider, model) is None


def test_without_counts_there_is_no_cost_and_without_one_there_is():
    assert cost("openai", "gpt-4o", None, None) is None
    assert cost("openai", "gpt-4o", None, 1_000_000) == Decimal(10)
    assert cost("openai", "gpt-4o", 0, 0) == 0


@pytest.mark.parametrize("at_ns", [None, 0, 2**62, -(2**62)])
def test_any_time_gives_a_price(at_ns):
    found = compute_cost("openai", "gpt-4o", input_tokens=10, output_tokens=10, at_ns=at_ns)
    assert found is not None
    assert found.usd > 0


def test_a_price_of_its_day_differs_from_todays():
    """DeepSeek's and others' prices changed: the table is dated, and the call's time chooses."""
    snapshot = data_snapshot.get_snapshot()
    changed = [
        (provider.id, model.id)
        for provider in snapshot.providers
        for model in provider.models
        if vars(model.get_prices(datetime(2024, 1, 1, tzinfo=UTC))) != vars(model.get_prices(AT))
    ]
    assert changed, "the table holds no dated price any more"
    pairs = (
        (
            compute_cost(provider, model, input_tokens=10**6, output_tokens=10**6, at_ns=1_704_067_200 * 10**9),
            compute_cost(provider, model, input_tokens=10**6, output_tokens=10**6, at_ns=AT_NS),
        )
        for provider, model in changed
    )
    assert any(then and now and then.usd != now.usd for then, now in pairs)


def test_the_sum_done_here_is_the_librarys_own_for_every_model():
    generator = random.Random(7)
    checked = 0
    for provider in data_snapshot.get_snapshot().providers:
        for model in provider.models:
            read, written = generator.randint(0, 900), generator.randint(0, 900)
            counts = (generator.randint(read + written, 5000), generator.randint(0, 5000))
            found = compute_cost(
                provider.id,
                model.id,
                input_tokens=counts[0],
                output_tokens=counts[1],
                cache_read_input_tokens=read,
                cache_creation_input_tokens=written,
                at_ns=AT_NS,
            )
            usage = Usage(
                input_tokens=counts[0], output_tokens=counts[1], cache_read_tokens=read, cache_write_tokens=written
            )
            if found is None:
                continue
            snapshot = data_snapshot.get_snapshot()
            known_provider, known_model = snapshot.find_provider_model(model.id, None, provider.id, None)
            expected = known_model.calc_price(usage, known_provider, genai_request_timestamp=AT)
            assert found.usd == expected.total_price, (provider.id, model.id)
            checked += 1
    assert checked > 1500
