"""What a span of Brain says beyond the conventions, read when somebody looks."""

from collections.abc import Mapping
from typing import Any

import msgspec

from telemetry.conventions.values import read_count, read_text

_OWN = ("stage7.path", "stage7.attempt", "stage7.call.id")


class BrainCall(msgspec.Struct, frozen=True):
    """A logical call or an attempt at it; empty and None where nothing was told."""

    is_attempt: bool
    conversation_type: str
    response_type: str
    optimization: str
    http_status: int | None
    cache_hit: bool
    """The reply came from the cache, as Brain said."""
    is_retry: bool
    sent: Any
    """Messages as they were sent to the model: of an attempt only."""
    raw: Any
    """The model's answer before any repair."""
    repaired: Any
    returned: Any
    """What the caller got."""
    json_valid: bool | None
    """None: no JSON was asked for, or nothing was answered."""
    json_error: str
    json_error_position: int | None
    """Characters before the place where it breaks."""
    blacklist: tuple[dict[str, Any], ...]
    """Models that could not be chosen: model, mechanism, reason, until."""
    backoff_ms: int | None
    """The wait before it, as told."""
    estimated_input_tokens: int | None
    estimated_output_tokens: int | None
    """A quarter of the characters, where no count was told."""


def read_brain_call(attributes: Mapping[str, Any]) -> BrainCall | None:
    """None for a span that does not come from Brain."""
    if not any(name in attributes for name in _OWN):
        return None
    is_attempt = bool(attributes.get("stage7.attempt"))
    valid, listed = attributes.get("stage7.json_valid"), attributes.get("stage7.blacklist")
    return BrainCall(
        is_attempt=is_attempt,
        conversation_type=read_text(attributes.get("stage7.conversation_type")),
        response_type=read_text(attributes.get("stage7.response_type")),
        optimization=read_text(attributes.get("stage7.optimization")),
        http_status=read_count(attributes.get("http.response.status_code")),
        cache_hit=attributes.get("stage7.cache_hit") is True,
        is_retry=attributes.get("stage7.is_retry") is True,
        sent=attributes.get("gen_ai.input.messages") if is_attempt else None,
        raw=attributes.get("stage7.raw"),
        repaired=attributes.get("stage7.repaired"),
        returned=attributes.get("stage7.returned"),
        json_valid=valid if isinstance(valid, bool) else None,
        json_error=read_text(attributes.get("stage7.json_error")),
        json_error_position=read_count(attributes.get("stage7.json_error_position")),
        blacklist=tuple(each for each in listed if isinstance(each, dict)) if isinstance(listed, list) else (),
        backoff_ms=read_count(attributes.get("stage7.backoff_ms")),
        estimated_input_tokens=read_count(attributes.get("stage7.estimated_input_tokens")),
        estimated_output_tokens=read_count(attributes.get("stage7.estimated_output_tokens")),
    )
