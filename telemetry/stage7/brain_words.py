"""The attributes of Brain's calls that no convention has a name for, and what both kinds of records fill alike."""

from collections.abc import Mapping
from typing import Any

import msgspec

from telemetry.conventions.usage import object_counts
from telemetry.conventions.values import read_count
from telemetry.records import AttributeValue, Resource
from telemetry.stage7.ids import call_trace, span_of
from telemetry.stage7.records import Ids
from telemetry.stage7.spans import read_mapping, read_object_or_text, read_word
from telemetry.stage7.validity import check_json, wants_json

BRAIN = Resource({"service.name": "brain"})
LOGIC_FAILURE_EVENT = "stage7.brain.logic_failure"
REQUEST_EVENT = "stage7.brain.request"

_BLACKLISTS = ("blacklist", "blacklisted", "blacklistedModels", "excludedModels", "exclusions")
_UNTIL = ("until", "blacklistUntil", "blacklistedUntil", "untilTime")
_MOST_EXCLUSIONS = 100
_REASONS = ("finishReason", "finish_reason", "finish_reasons", "stopReason")


class CallNames(msgspec.Struct, frozen=True):
    """What ties the records of one call together; empty where it is not told."""

    call_id: str
    """Of the logical call, which may take several attempts."""
    request_id: str
    """Of one attempt; the reply carries that of the attempt that answered."""


def trace_of(ids: Ids, names: CallNames, content: str) -> bytes:
    """The step's or agent's trace, else one of the call's own."""
    return ids.trace_id or call_trace(names.call_id or names.request_id or content)


def call_span(call_id: str) -> bytes:
    """The span of a logical call."""
    return span_of(f"call {call_id}")


def request_span(request_id: str) -> bytes:
    """The span of an attempt. Reports of logic failures name it by the same id."""
    return span_of(f"request {request_id}")


def read_model(item: Mapping[str, Any], *names: str) -> str:
    """A model's name, given as text or as an object that has one."""
    for name in names:
        value = item.get(name)
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("modelName") or value.get("id")
        if isinstance(value, str) and value.strip():
            return value.strip()[:500]
    return ""


def shared_attributes(item: Mapping[str, Any], ids: Ids, names: CallNames) -> dict[str, AttributeValue]:
    """What an exchange and an attempt tell in the same words."""
    provider = read_word(item, "provider", "providerName", "service", "serviceName", "interfaceName")
    return {
        **ids.attributes,
        "gen_ai.provider.name": provider,
        "gen_ai.response.id": names.request_id,
        "stage7.request.id": names.request_id,
        "stage7.call.id": names.call_id,
        "stage7.cache_hit": True if item.get("cacheHit") is True else None,
        "stage7.repaired": _repaired(item),
        "stage7.blacklist": read_exclusions(item) or None,
        "stage7.backoff_ms": _first_count(item, "backoffMs", "backOffMs", "waitMs", "delayMs"),
    }


def answer_attributes(answer: Any, conversation_type: str, response_type: str) -> dict[str, AttributeValue]:
    """The message that was answered, and whether it is the JSON that was asked for."""
    attributes: dict[str, AttributeValue] = {"gen_ai.output.messages": answer_messages(answer)}
    if not wants_json(conversation_type, response_type):
        return attributes
    check = check_json(answer)
    attributes["stage7.json_valid"] = check.is_valid
    if not check.is_valid:
        attributes |= {
            "stage7.json_invalid": True,
            "stage7.json_error": check.error,
            "stage7.json_error_position": check.position,
            "stage7.json_error_line": check.line,
            "stage7.json_error_column": check.column,
        }
    return attributes


def answer_messages(answer: Any) -> list[AttributeValue] | None:
    """One assistant message; None where nothing was answered."""
    if answer is None or answer == "":
        return None
    if isinstance(answer, str):
        return [{"role": "assistant", "content": answer}]
    return [{"role": "assistant", "parts": [{"type": "generic", "content": answer}]}]


def usage_attributes(item: Mapping[str, Any], sent_length: int, answer: Any) -> dict[str, AttributeValue]:
    """Counts that were told. Zero means unknown here: then an estimate stands apart, under names of its own."""
    usage = read_mapping(item.get("usage"))
    counts = object_counts(usage)
    total = read_count(item.get("tokenCount")) or counts.total_tokens
    given, said = counts.input_tokens or None, counts.output_tokens or None
    said_length = len(answer) if isinstance(answer, str) else 0
    return {
        "gen_ai.usage.input_tokens": given,
        "gen_ai.usage.output_tokens": said,
        "gen_ai.usage.total_tokens": total or None,
        "stage7.estimated_input_tokens": (sent_length + 3) // 4 if given is None and sent_length else None,
        "stage7.estimated_output_tokens": (said_length + 3) // 4 if said is None and said_length else None,
    }


def finish_reasons(*places: Mapping[str, Any]) -> list[AttributeValue] | None:
    """The reasons a call ended, from the first place that tells."""
    for place in places:
        value = next((place[name] for name in _REASONS if name in place), None)
        listed = value if isinstance(value, list) else [value]
        reasons = [reason for reason in listed if isinstance(reason, str) and reason]
        if reasons:
            return list(reasons)
    return None


def text_length(messages: Any) -> int:
    """Characters of what was sent: texts, and the texts of messages."""
    if isinstance(messages, str):
        return len(messages)
    if not isinstance(messages, list):
        return 0
    contents = (each.get("content") if isinstance(each, Mapping) else each for each in messages)
    return sum(len(content) for content in contents if isinstance(content, str))


def read_exclusions(item: Mapping[str, Any]) -> list[AttributeValue]:
    """Models that could not be chosen: which, by what mechanism, why, until when."""
    listed = next((item[name] for name in _BLACKLISTS if item.get(name)), None)
    if isinstance(listed, Mapping):
        listed = [{"model": name, **_details(value)} for name, value in listed.items()]
    found: list[AttributeValue] = []
    for entry in (listed if isinstance(listed, list) else [])[:_MOST_EXCLUSIONS]:
        details = {"model": entry} if isinstance(entry, str) else entry
        if isinstance(details, Mapping):
            found.append(_exclusion(details))
    return found


def _details(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {"until": value}


def _exclusion(entry: Mapping[str, Any]) -> AttributeValue:
    until = next((entry[name] for name in _UNTIL if entry.get(name)), None)
    named = {
        "model": read_model(entry, "model", "modelName", "name"),
        "mechanism": read_word(entry, "mechanism", "source", "type"),
        "reason": read_word(entry, "reason", "error", "why", most=2_000),
        "until": until if isinstance(until, str | int | float) else None,
    }
    return {key: value for key, value in named.items() if value not in ("", None)}


def _repaired(item: Mapping[str, Any]) -> AttributeValue:
    return next((item[name] for name in ("repairedResponse", "repaired", "repairedResult") if item.get(name)), None)


def _first_count(item: Mapping[str, Any], *names: str) -> int | None:
    return next((count for name in names if (count := read_count(item.get(name))) is not None), None)


def read_messages(body: Mapping[str, Any]) -> Any:
    """The messages a caller gave: `exchanges`, `messages`, or a prompt as one; None without any."""
    for name in ("exchanges", "messages"):
        found = read_object_or_text(body.get(name))
        if isinstance(found, list) and found:
            return found
        if isinstance(found, str) and found:
            return [{"role": "user", "content": found}]
    prompt = body.get("prompt")
    if isinstance(prompt, str) and prompt:
        return [{"role": "user", "content": prompt}]
    return prompt if isinstance(prompt, list) and prompt else None
