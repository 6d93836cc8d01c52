"""Whole records as JSON that leaves the program: payloads, conversations, graphs, findings."""

from collections.abc import Mapping
from typing import Any

import msgspec

from analysis.algorithms.critical_path import CriticalPath
from analysis.algorithms.findings import Finding
from analysis.algorithms.graph_model import MissionGraph
from analysis.selectors import AgentState, Tries
from analysis.summary import Summary
from core.aggregates import Spread
from llmlog.records import LlmCallRow, ToolCallRow
from llmlog.wire import llm_call_json, tool_call_json
from search.selectors import SearchHit
from telemetry.conventions import read_conversation, read_provenance, read_tool_io
from telemetry.records import LogRecord, SpanRecord
from telemetry.stage7.calls import read_brain_call
from telemetry.stage7.executions import read_execution
from traces.plain import plain
from traces.records import LogRow, SpanRow
from traces.selectors import RejectionRow, SpanDetail
from traces.wire import log_json, number, span_json


def span_detail(detail: SpanDetail) -> dict[str, Any]:
    """A span with all its sender said."""
    record = detail.record
    return span_json(detail.row) | {
        "name": record.name,
        "status_message": record.status_message or detail.row.status_message,
        "attributes": plain(record.attributes),
        "events": [
            {
                "time_ns": number(event.time_ns),
                "name": event.name,
                "attributes": plain(event.attributes),
                "dropped_attributes_count": event.dropped_attributes_count,
            }
            for event in record.events
        ],
        "links": [
            {
                "trace_id": link.trace_id.hex(),
                "span_id": link.span_id.hex(),
                "trace_state": link.trace_state,
                "attributes": plain(link.attributes),
                "dropped_attributes_count": link.dropped_attributes_count,
                "flags": link.flags,
            }
            for link in record.links
        ],
        "resource": {
            "attributes": plain(record.resource.attributes),
            "dropped_attributes_count": record.resource.dropped_attributes_count,
            "schema_url": record.resource.schema_url,
        },
        "scope": {
            "name": record.scope.name,
            "version": record.scope.version,
            "attributes": plain(record.scope.attributes),
            "schema_url": record.scope.schema_url,
        },
        "trace_state": record.trace_state,
        "flags": record.flags,
        "dropped_attributes_count": record.dropped_attributes_count,
        "dropped_events_count": record.dropped_events_count,
        "dropped_links_count": record.dropped_links_count,
        "repairs": plain(record.repairs),
        "redactions": record.redactions,
        "provenance": detail.provenance,
        "version_count": detail.version_count,
    }


def llm_call_detail(
    row: LlmCallRow, tries: Tries, record: SpanRecord, records: Mapping[int, SpanRecord]
) -> dict[str, Any]:
    """A model call with what was said, and the attempts up to it; `records` holds the spans of the latest of these."""
    said = read_conversation(record.attributes, record.events, record.resource.attributes)
    return llm_call_json(row) | {
        "system_instructions": plain(said.system_instructions),
        "input_messages": plain(said.input_messages),
        "output_messages": plain(said.output_messages),
        "tool_definitions": plain(said.tool_definitions),
        "parameters": plain(said.parameters),
        "attempts": [attempt_json(attempt, records.get(attempt.pk)) for attempt in tries.chains[row.pk]],
        "replay_of": number(tries.replays.get(row.pk)),
        "brain": brain_json(record),
        "redactions": record.redactions,
        "provenance": read_provenance(record) | said.provenance,
    }


_OF_ATTEMPT = ("id", "trace_id", "span_id", "request_model", "response_model", "status", "error", "start_ns", "end_ns")


def attempt_json(row: LlmCallRow, record: SpanRecord | None) -> dict[str, Any]:
    """One attempt at a model call; `brain` is null where its sender tells no more, or its texts are not read."""
    shown = llm_call_json(row)
    return {name: shown[name] for name in _OF_ATTEMPT} | {"brain": None if record is None else brain_json(record)}


def brain_json(record: SpanRecord) -> dict[str, Any] | None:
    """What stage7's Brain tells of a call or attempt beside its messages: sent, raw, repaired, returned ..."""
    told = read_brain_call(record.attributes)
    return None if told is None else dict(plain(msgspec.structs.asdict(told)))


def turn_json(row: SpanRow) -> dict[str, Any]:
    """A turn of an agent without its texts."""
    return {
        "id": str(row.pk),
        "trace_id": row.trace_id,
        "span_id": row.span_id,
        "name": row.name,
        "span_kind": row.span_kind,
        "agent_name": row.agent_name,
        "step_id": row.step_id,
        "start_ns": number(row.start_ns),
        "end_ns": number(row.end_ns),
        "status": row.effective_status,
        "error": (row.status_message or row.error_type) if row.effective_status == "failed" else "",
        "change_seq": str(row.change_seq),
    }


def turn_detail(row: SpanRow, record: SpanRecord) -> dict[str, Any]:
    """A turn with what was said."""
    said = read_conversation(record.attributes, record.events, record.resource.attributes)
    return turn_json(row) | {
        "system_instructions": plain(said.system_instructions),
        "input_messages": plain(said.input_messages),
        "output_messages": plain(said.output_messages),
        "redactions": record.redactions,
        "provenance": read_provenance(record) | said.provenance,
    }


def tool_call_detail(row: ToolCallRow, record: SpanRecord) -> dict[str, Any]:
    """A tool run with its input and output."""
    found = read_tool_io(record.attributes, record.events)
    return tool_call_json(row) | {
        "arguments": plain(found.arguments),
        "result": plain(found.result),
        "execution": _execution(record),
        "redactions": record.redactions,
        "provenance": found.provenance,
    }


def _execution(record: SpanRecord) -> dict[str, Any] | None:
    """What is known of a plugin's execution; null for tool runs of other senders."""
    found = read_execution(record.attributes)
    return None if found is None else dict(plain(msgspec.structs.asdict(found)))


def log_detail(row: LogRow, record: LogRecord) -> dict[str, Any]:
    """A log record with its whole body and attributes."""
    body = record.body if isinstance(record.body, str) else plain(record.body)
    return log_json(row) | {"body": body, "is_cut": False, "attributes": plain(record.attributes)}


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding and the records it cites."""
    return {
        "id": finding.id,
        "detector": finding.detector,
        "severity": finding.severity,
        "title": finding.title,
        "detail": finding.detail,
        "opened_ns": number(finding.opened_ns),
        "closed_ns": number(finding.closed_ns),
        "is_root": finding.is_root,
        "caused_by": finding.caused_by,
        "refs": plain(finding.refs),
    }


def graph_json(graph: MissionGraph) -> dict[str, Any]:
    """Nodes and edges with their evidence."""
    nodes = [
        plain(msgspec.structs.asdict(node))
        | {"start_ns": number(node.start_ns), "end_ns": number(node.end_ns), "refs": plain(node.refs)}
        for node in graph.nodes
    ]
    return {
        "nodes": nodes,
        "edges": [{"id": edge.id} | plain(msgspec.structs.asdict(edge)) for edge in graph.edges],
        "work_count": graph.work_count,
        "is_folded": graph.is_folded,
        "hidden_edge_count": graph.hidden_edge_count,
        "has_plan": graph.has_plan,
    }


def critical_path_json(path: CriticalPath) -> dict[str, Any]:
    """Segments that cover the wall time, and what they sum to."""
    segments = [
        {
            "span": None if part.span is None else {"trace_id": part.span[0], "span_id": part.span[1]},
            "start_ns": str(part.start_ns),
            "end_ns": str(part.end_ns),
            "class": part.time_class,
        }
        for part in path.segments
    ]
    return {"segments": segments, "totals": {name: str(value) for name, value in path.totals.items()}}


def state_json(state: AgentState) -> dict[str, Any]:
    """An agent's state at a moment."""
    return {
        "agent_name": state.agent_name,
        "state": plain(state.found.state),
        "made_of": [str(pk) for pk in state.found.made_of],
        "failures": plain(state.found.failures),
        "has_base": state.found.has_base,
    }


def hit_json(hit: SearchHit) -> dict[str, Any]:
    """A text that holds the words."""
    return {
        "mission_id": hit.mission_id,
        "mission_name": hit.mission_name,
        "type": hit.type,
        "id": hit.id,
        "name": hit.name,
        "field": hit.field,
        "excerpt": hit.excerpt,
        "marks": [list(mark) for mark in hit.marks],
    }


def summary_json(summary: Summary) -> dict[str, Any]:
    """Missions taken together."""
    missions = summary.missions
    return {
        "count": sum(missions.counts.values()),
        "counts": missions.counts,
        "error_count": missions.error_count,
        "duration_ns": spread_json(missions.duration),
        "span_duration_ns": spread_json(missions.span_duration),
        "span_count": missions.span_count,
        "llm_call_count": missions.llm_call_count,
        "tool_call_count": missions.tool_call_count,
        "input_tokens": missions.input_tokens,
        "output_tokens": missions.output_tokens,
        "cost_usd": missions.cost_usd,
        "models": [
            {
                "model": each.model,
                "call_count": each.call_count,
                "error_count": each.error_count,
                "input_tokens": each.input_tokens,
                "output_tokens": each.output_tokens,
                "cost_usd": each.cost_usd,
                "duration_ns": spread_json(each.duration),
            }
            for each in summary.models
        ],
    }


def spread_json(spread: Spread) -> dict[str, Any]:
    """How many values there are, and percentiles of them."""
    names = ("p50", "p90", "p99", "max")
    return {"count": spread.count, **{name: number(getattr(spread, name)) for name in names}}


def rejection_json(row: RejectionRow) -> dict[str, Any]:
    """A refused record."""
    return {
        "id": str(row.pk),
        "time_ns": str(row.time_ns),
        "door": row.door,
        "reason": row.reason,
        "detail": row.detail,
        "excerpt": row.excerpt,
    }
