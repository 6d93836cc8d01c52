"""Where each narrow field of a span's meaning came from, for a person who doubts a number."""

from typing import Any

from telemetry.conventions.kinds import named_by
from telemetry.conventions.plan import Plan, plan_span
from telemetry.conventions.senders import read_sender
from telemetry.conventions.spans import map_span
from telemetry.conventions.usage import attribute_counts, settle_usage
from telemetry.conventions.values import first_name, read_count, read_money, read_object
from telemetry.meaning import LlmMeaning
from telemetry.records import SpanRecord

_TEXTS = ("provider_name", "request_model", "response_model", "response_id", "finish_reasons")
_COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
           "reasoning_output_tokens")  # fmt: skip


def read_provenance(span: SpanRecord) -> dict[str, str]:
    """Field to the attribute it was read from, with the rule applied where there is one."""
    plan = plan_span(span.attributes)
    meaning = map_span(span)
    found = {"span_kind": named_by(span.attributes) or "no word for it: told by what the span carries"}
    if meaning.mission_key:
        found["mission_key"] = meaning.mission_key.source
    for field in ("agent_name", "agent_id", "step_id", "user_id"):
        name = first_name(span.attributes, plan.names(field))
        if name and getattr(meaning, field):
            found[field] = name
    if "agent_name" not in found and read_sender(span.resource).agent_name:
        found["agent_name"] = "resource"
    if meaning.llm is not None:
        found |= _of_call(span, plan, meaning.llm)
    if meaning.tool is not None:
        for field in ("tool_name", "tool_call_id"):
            name = first_name(span.attributes, plan.names(field))
            if name:
                found[field] = name
    return found


def _of_call(span: SpanRecord, plan: Plan, llm: LlmMeaning) -> dict[str, str]:
    attributes = span.attributes
    found: dict[str, str] = {}
    for field in _TEXTS:
        name = first_name(attributes, plan.names(field))
        if name and getattr(llm, field):
            found[field] = name
    if llm.request_model and "request_model" not in found:
        found["request_model"] = "llm.invocation_parameters"
    for field in _COUNTS:
        if getattr(llm, field) is not None:
            found[field] = _count_source(attributes, plan, field, getattr(llm, field))
    if llm.cost_usd is not None:
        names = (*plan.names("cost"), *plan.names("cost_object"), *plan.names("cost_parts"))
        found["cost_usd"] = next((name for name in names if _says_cost(attributes[name])), "")
    if not llm.counts_usage:
        found["counts_usage"] = "outer span: its inner call carries the same usage"
    return found


def _says_cost(value: Any) -> bool:
    return read_money(value) is not None or bool(read_object(value))


def _count_source(attributes: dict[str, Any], plan: Plan, field: str, count: int) -> str:
    counted = [(name, read_count(attributes[name])) for name in plan.names(field)]
    named = [(name, value) for name, value in counted if value is not None]
    if named:
        name = named[0][0]
    else:
        name = next((name for name in plan.names("usage_object") if read_object(attributes[name])), "")
        name = name or "the recorded reply"
    usage = settle_usage(attribute_counts(attributes, plan))
    notes = []
    if field == "input_tokens":
        changed = bool(named) and named[0][1] != count
        notes.append("sent without cached tokens; they were added" if changed else usage.input_rule)
    if field == "output_tokens" and (usage.output_rule or (named and named[0][1] != count)):
        notes.append("sent without reasoning tokens; they were added")
    others = [f"{other} says {value}" for other, value in named[1:] if value != named[0][1]]
    notes += others
    return f"{name} ({'; '.join(notes)})" if notes else name
