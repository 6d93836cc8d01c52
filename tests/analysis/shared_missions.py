"""Recorded missions as rows: the least of a decoder that analysis needs, apart from the product's own decoder."""

import json
import os
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import pytest

from llmlog.records import LlmCallRow, ToolCallRow
from traces.records import SpanRow

SHARED = Path(os.environ.get("MISSIONSCOPE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
needs_shared = pytest.mark.skipif(not (SHARED / "data/otlp").is_dir(), reason="recorded missions are not here")

_KINDS = {"chat": "LLM", "execute_tool": "TOOL", "invoke_agent": "AGENT", "embeddings": "EMBEDDING"}
_OTEL_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_STATUSES = ("UNSET", "OK", "ERROR")


class Mission(NamedTuple):
    """One recorded mission."""

    id: str
    spans: list[SpanRow]
    llm_calls: list[LlmCallRow]
    tool_calls: list[ToolCallRow]

    @property
    def end_ns(self) -> int:
        return max(span.end_ns or 0 for span in self.spans)


@cache
def load_missions(source: str) -> tuple[Mission, ...]:
    """All missions of one file of recorded runs."""
    with (SHARED / "data/otlp" / f"{source}.jsonl").open(encoding="utf-8") as lines:
        return tuple(_mission(json.loads(line)) for line in lines)


def _mission(request: dict) -> Mission:
    spans, llm_calls, tool_calls = [], [], []
    mission_id = ""
    for block in request["resourceSpans"]:
        resource = _attributes(block["resource"])
        mission_id = str(resource["mission.id"])
        for scope in block["scopeSpans"]:
            for raw in scope["spans"]:
                attributes = _attributes(raw)
                row = _span(raw, attributes, resource, mission_id, len(spans) + 1)
                spans.append(row)
                if row.span_kind == "LLM":
                    llm_calls.append(_llm_call(row, attributes))
                elif row.span_kind == "TOOL":
                    tool_calls.append(_tool_call(row, attributes))
    return Mission(mission_id, spans, llm_calls, tool_calls)


def _attributes(record: dict) -> dict:
    return {each["key"]: _value(each["value"]) for each in record.get("attributes", [])}


def _value(value: dict):
    kind, inner = next(iter(value.items()), ("", None))
    if kind == "intValue":
        return int(inner)
    return [_value(each) for each in inner.get("values", [])] if kind == "arrayValue" else inner


def _span(raw: dict, attributes: dict, resource: dict, mission_id: str, pk: int) -> SpanRow:
    kind = str(attributes.get("openinference.span.kind", "")) or _KINDS.get(
        str(attributes.get("gen_ai.operation.name", "")), "OTHER"
    )
    otel_kind = raw.get("kind", 0)
    status = raw.get("status") or {}
    return SpanRow(
        pk=pk,
        mission_id=mission_id,
        trace_id=raw["traceId"],
        span_id=raw["spanId"],
        side=1 if otel_kind == 2 else 0,
        parent_span_id=raw.get("parentSpanId") or None,
        name=raw["name"],
        otel_kind=_OTEL_KINDS[otel_kind],
        span_kind=kind,
        service_name=str(resource.get("service.name", "")),
        agent_name=str(attributes.get("gen_ai.agent.name", "")),
        step_id="",
        start_ns=int(raw.get("startTimeUnixNano", 0)) or None,
        end_ns=int(raw.get("endTimeUnixNano", 0)) or None,
        status_code=_STATUSES[status.get("code") or 0],
        status_message=status.get("message", ""),
        effective_status="",
        error_type=str(attributes.get("error.type", "")),
        links=tuple((link["traceId"], link["spanId"]) for link in raw.get("links", [])),
        warnings=(),
        change_seq=pk,
    )


def _llm_call(row: SpanRow, attributes: dict) -> LlmCallRow:
    messages = _parsed(attributes.get("gen_ai.input.messages"))
    output = _parsed(attributes.get("gen_ai.output.messages"))
    parts = [part for message in output for part in message.get("parts", []) if isinstance(part, dict)]
    cost = attributes.get("gen_ai.usage.cost")
    return LlmCallRow(
        pk=row.pk,
        mission_id=row.mission_id,
        trace_id=row.trace_id,
        span_id=row.span_id,
        side=row.side,
        agent_name=row.agent_name,
        step_id="",
        operation="chat",
        provider_name="",
        request_model=str(attributes.get("gen_ai.request.model", "")),
        response_model="",
        start_ns=row.start_ns,
        end_ns=row.end_ns,
        time_to_first_token_ns=None,
        finish_reasons=tuple(attributes.get("gen_ai.response.finish_reasons") or ()),
        input_tokens=attributes.get("gen_ai.usage.input_tokens"),
        output_tokens=attributes.get("gen_ai.usage.output_tokens"),
        cache_read_input_tokens=None,
        cache_creation_input_tokens=None,
        reasoning_output_tokens=None,
        cost_usd=None if cost is None else str(Decimal(str(cost))),
        cost_source="sender",
        counts_usage=True,
        is_counted=True,
        status="ok",
        error="",
        attempt_count=1,
        message_count=len(messages),
        new_message_count=None,
        message_hashes=tuple(_digest(message) for message in messages),
        tool_call_ids=tuple(str(part["id"]) for part in parts if part.get("type") == "tool_call" and part.get("id")),
        change_seq=row.pk,
    )


def _tool_call(row: SpanRow, attributes: dict) -> ToolCallRow:
    arguments = attributes.get("gen_ai.tool.call.arguments")
    return ToolCallRow(
        pk=row.pk,
        mission_id=row.mission_id,
        trace_id=row.trace_id,
        span_id=row.span_id,
        side=row.side,
        agent_name=row.agent_name,
        step_id="",
        tool_name=str(attributes.get("gen_ai.tool.name", "")),
        tool_call_id=str(attributes.get("gen_ai.tool.call.id", "")),
        requested_by=None,
        start_ns=row.start_ns,
        end_ns=row.end_ns,
        status=row.status_code,
        effective_status="",
        error="",
        change_seq=row.pk,
        arguments_hash=b"" if arguments is None else _digest(arguments),
    )


def _parsed(text) -> list:
    return json.loads(text) if text else []


def _digest(value) -> bytes:
    return blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=8).digest()
