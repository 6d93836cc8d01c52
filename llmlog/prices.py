"""What a model call costs, from the price table of genai-prices: offline, dated, versioned.

The table takes nearly a second to load, so the first question loads it. A model's price is looked
up once; the sum of plain per-token prices is done here, because the library's own takes sixty
microseconds and this runs for every stored call. Tiered prices are left to the library.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import msgspec

_MILLION = Decimal(1_000_000)
_MOST_CHARACTERS = 200
_PROVIDERS = {
    "xai": "x-ai", "x_ai": "x-ai", "moonshot": "moonshotai", "moonshot_ai": "moonshotai", "together_ai": "together",
    "bedrock": "aws", "amazon-bedrock": "aws", "amazon_bedrock": "aws", "aws_bedrock": "aws", "amazon": "aws",
    "vertexai": "google", "vertex_ai": "google", "google_vertexai": "google", "google_genai": "google",
    "gcp.vertex.agent": "google", "gemini": "google", "google-vertex": "google", "vertex": "google",
    "azure_openai": "azure", "azure-openai": "azure", "mistralai": "mistral", "mistral_ai": "mistral",
    "fireworks_ai": "fireworks", "groqcloud": "groq", "z_ai": "zai", "perplexity_ai": "perplexity",
}  # fmt: skip
_GATEWAYS = frozenset({"", "litellm", "litellm_proxy", "portkey", "helicone", "gateway", "langchain", "unknown"})
"""Names that say how a call travelled, not who answered: the model's own name decides."""


class Cost(msgspec.Struct, frozen=True):
    """An amount and the table it comes from."""

    usd: Decimal
    source: str
    """Name and version of the price table."""


@lru_cache(maxsize=1)
def price_source() -> str:
    """Name and version of the price table, e.g. `genai-prices 0.2.3`."""
    return f"genai-prices {version('genai-prices')}"


def compute_cost(
    provider_name: str,
    model: str,
    *,
    input_tokens: int | None,
    output_tokens: int | None,
    cache_read_input_tokens: int | None = None,
    cache_creation_input_tokens: int | None = None,
    at_ns: int | None = None,
) -> Cost | None:
    """What the call costs at the prices of its time; None when the model or both counts are unknown.

    `input_tokens` include cached ones. Without a time, today's prices hold.
    """
    if not model or (input_tokens is None and output_tokens is None):
        return None
    found = _find_model(provider_name.strip().lower()[:_MOST_CHARACTERS], model.strip().lower()[:_MOST_CHARACTERS])
    if found is None:
        return None
    read, written = cache_read_input_tokens or 0, cache_creation_input_tokens or 0
    counts = (max(input_tokens or 0, read + written), output_tokens or 0, read, written)
    usd = _total(found, counts, _moment(at_ns))
    return None if usd is None else Cost(usd=usd, source=price_source())


def _moment(at_ns: int | None) -> datetime:
    try:
        return datetime.now(UTC) if at_ns is None else datetime.fromtimestamp(at_ns // 1_000_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC)


@lru_cache(maxsize=4096)
def _find_model(provider_name: str, model: str) -> tuple[Any, Any] | None:
    """The price table's provider and model for a sender's names."""
    for provider, name in _candidates(provider_name, model):
        found = _look_up(provider, name)
        if found is not None:
            return found
    return None


def _candidates(provider_name: str, model: str) -> list[tuple[str | None, str]]:
    """The names to try: as sent; a provider in front of the model's name; a gateway's model by itself."""
    provider = _PROVIDERS.get(provider_name, provider_name)
    head, slash, rest = model.partition("/")
    candidates: list[tuple[str | None, str]] = []
    if provider not in _GATEWAYS:
        candidates.append((provider, model))
        base = provider.split(".")[0]
        if base != provider:
            candidates.append((_PROVIDERS.get(base, base), model))
        if slash:
            candidates.append((provider, rest))
        return candidates
    if slash and head not in _GATEWAYS:
        candidates += [(_PROVIDERS.get(head, head), rest), ("openrouter", model)]
        return candidates
    return [(None, rest if slash else model)]


def _look_up(provider: str | None, model: str) -> tuple[Any, Any] | None:
    from genai_prices import data_snapshot  # a second's work, and only for those who ask for costs

    try:
        return data_snapshot.get_snapshot().find_provider_model(model, None, provider, None)
    except LookupError:
        return None


def _total(found: tuple[Any, Any], counts: tuple[int, int, int, int], moment: datetime) -> Decimal | None:
    provider, model = found
    prices = model.get_prices(moment)
    plain = _plain_prices(prices)
    if plain is None:
        return _library_total(provider, model, counts, moment)
    total_input, output, read, written = counts
    for_input, for_output, for_read, for_written = plain
    uncached = total_input - read - written
    return (uncached * for_input + output * for_output + read * for_read + written * for_written) / _MILLION


def _plain_prices(prices: Any) -> tuple[Decimal, Decimal, Decimal, Decimal] | None:
    """Prices of input, output, cache read and cache write when each is one number; None leaves it to the library."""
    values: dict[str, Any] = vars(prices)
    given = values.get("input_mtok")
    if "requests_kcount" in values or not isinstance(given, Decimal):
        return None
    output, read, written = (values.get(name) for name in ("output_mtok", "cache_read_mtok", "cache_write_mtok"))
    output = Decimal(0) if output is None else output
    read, written = given if read is None else read, given if written is None else written
    if isinstance(output, Decimal) and isinstance(read, Decimal) and isinstance(written, Decimal):
        return given, output, read, written
    return None


def _library_total(provider: Any, model: Any, counts: tuple[int, int, int, int], moment: datetime) -> Decimal | None:
    from genai_prices import Usage

    total_input, output, read, written = counts
    usage = Usage(input_tokens=total_input, output_tokens=output, cache_read_tokens=read, cache_write_tokens=written)
    try:
        total = model.calc_price(usage, provider, genai_request_timestamp=moment).total_price
    except (ValueError, LookupError):
        return None
    return total if isinstance(total, Decimal) else None
