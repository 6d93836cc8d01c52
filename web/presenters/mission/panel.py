"""The selection: everything that is known of one span."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from llmlog.records import LlmCallRow, ToolCallRow
from telemetry.records import EventRecord, LinkRecord, SpanRecord
from traces.records import SpanRow
from web.presenters.formats import format_cost, format_count, format_duration, format_time
from web.presenters.mission.keys import span_key, span_path
from web.presenters.mission.texts import Text, indent_json, present_value

_TYPE_NAMES = {bool: "bool", float: "double", str: "string", list: "array", dict: "map"}
"""Types that OTLP calls otherwise than Python."""


class FactRow(NamedTuple):
    """One line of facts."""

    label: str
    value: str
    extra: str
    """Said more quietly after the value."""
    css: str


class AttributeRow(NamedTuple):
    """One attribute."""

    name: str
    kind: str
    """Type of the value as it came."""
    text: Text


class EventView(NamedTuple):
    """A span event."""

    name: str
    time: str
    offset: str
    attributes: list[AttributeRow]
    dropped: int


class LinkView(NamedTuple):
    """A span link."""

    key: str
    trace_id: str
    span_id: str
    attributes: list[AttributeRow]


class RepairView(NamedTuple):
    """Something that was changed so that the record could be kept."""

    field: str
    reason: str
    old: str
    new: str


class SpanView(NamedTuple):
    """What `_panel.html` shows of a span."""

    key: str
    name: str
    span_kind: str
    status: str
    trace_id: str
    span_id: str
    facts: list[FactRow]
    error_type: str
    error_message: str
    attributes: list[AttributeRow]
    events: list[EventView]
    links: list[LinkView]
    resource: list[AttributeRow]
    scope: str
    repairs: list[RepairView]
    warnings: list[str]
    redactions: list[tuple[str, int]]
    dropped: list[str]
    provenance: list[tuple[str, str]]
    path: str
    """Of the span, below the mission's `spans/`."""


def present_span(
    row: SpanRow,
    record: SpanRecord,
    *,
    status: str,
    call: LlmCallRow | None,
    run: ToolCallRow | None,
    version_count: int,
    provenance: Mapping[str, str],
) -> SpanView:
    """A span with all its sender said."""
    return SpanView(
        key=span_key(row.trace_id, row.span_id, row.side),
        name=row.name.strip() or "(unknown)",
        span_kind=row.span_kind,
        status=status,
        trace_id=row.trace_id,
        span_id=row.span_id,
        facts=_facts(row, call, run, version_count),
        error_type=row.error_type,
        error_message=(run.error if run else "") or (call.error if call else "") or row.status_message,
        attributes=present_attributes(record.attributes),
        events=[_event(event, row.start_ns) for event in record.events],
        links=[_link(link) for link in record.links],
        resource=present_attributes(record.resource.attributes),
        scope=f"{record.scope.name} {record.scope.version}".strip(),
        repairs=[RepairView(repair.field, repair.reason, repair.old, repair.new) for repair in record.repairs],
        warnings=[warning.replace("_", " ") for warning in row.warnings],
        redactions=sorted(record.redactions.items()),
        dropped=_dropped(record),
        provenance=sorted(provenance.items()),
        path=span_path(row.trace_id, row.span_id, row.side, "raw"),
    )


def present_attributes(attributes: Mapping[str, Any]) -> list[AttributeRow]:
    """All attributes by name; nothing is left out."""
    return [AttributeRow(name, _type_of(value), present_value(value)) for name, value in sorted(attributes.items())]


def _facts(row: SpanRow, call: LlmCallRow | None, run: ToolCallRow | None, version_count: int) -> list[FactRow]:
    facts: list[FactRow] = []

    def add(label: str, value: str, extra: str = "", css: str = "") -> None:
        if value:
            facts.append(FactRow(label, value, extra, css))

    first = call.time_to_first_token_ns if call else None
    add("took", _took(row), f"first token {format_duration(first)}" if first is not None else "")
    add("started", format_time(row.start_ns) if row.start_ns is not None else "not given")
    add("agent", row.agent_name)
    add("step", row.step_id)
    if call is not None:
        _call_facts(call, add)
    if run is not None:
        add("tool", run.tool_name, run.tool_call_id)
    add("service", row.service_name)
    add("kind", row.span_kind.lower(), row.otel_kind.lower())
    if row.status_code != "UNSET":
        add("reported", row.status_code.lower(), row.status_message if row.status_code != "ERROR" else "")
    if version_count > 1:
        add("merged", f"{version_count} records", "the fullest and latest word wins")
    return facts


def _call_facts(call: LlmCallRow, add: Any) -> None:
    asked = call.request_model if call.response_model and call.request_model != call.response_model else ""
    add("model", call.response_model or call.request_model, f"asked for {asked}" if asked else call.provider_name)
    if call.input_tokens is not None or call.output_tokens is not None:
        cached = f"{format_count(call.cache_read_input_tokens)} cached" if call.cache_read_input_tokens else ""
        reasoning = f"{format_count(call.reasoning_output_tokens)} reasoning" if call.reasoning_output_tokens else ""
        add(
            "tokens",
            f"{format_count(call.input_tokens)} in · {format_count(call.output_tokens)} out",
            " · ".join(piece for piece in (cached, reasoning) if piece),
        )
    if call.cost_usd is not None:
        add("cost", format_cost(call.cost_usd), call.cost_source)
    if call.attempt_count > 1:
        add("attempts", str(call.attempt_count), css="is-failed")
    add("ended", ", ".join(call.finish_reasons))


def _took(row: SpanRow) -> str:
    if row.duration_ns is not None:
        return format_duration(row.duration_ns)
    return "no start given" if row.start_ns is None else "not ended"


def _event(event: EventRecord, start_ns: int | None) -> EventView:
    known = event.time_ns is not None and start_ns is not None
    return EventView(
        event.name or "(unknown)",
        format_time(event.time_ns),
        f"+{format_duration((event.time_ns or 0) - (start_ns or 0))}" if known else "",
        present_attributes(event.attributes),
        event.dropped_attributes_count,
    )


def _link(link: LinkRecord) -> LinkView:
    trace_id, span_id = link.trace_id.hex(), link.span_id.hex()
    return LinkView(span_key(trace_id, span_id), trace_id, span_id, present_attributes(link.attributes))


def _dropped(record: SpanRecord) -> list[str]:
    counts: Sequence[tuple[int, str]] = (
        (record.dropped_attributes_count, "attributes"),
        (record.dropped_events_count, "events"),
        (record.dropped_links_count, "links"),
    )
    return [f"{count} {word} left out by the sender" for count, word in counts if count]


def _type_of(value: Any) -> str:
    return "null" if value is None else _TYPE_NAMES.get(type(value), type(value).__name__)


def present_raw(row: SpanRow, record: SpanRecord) -> str:
    """All of the span as indented JSON; 64-bit integers as text, as everywhere."""
    return indent_json(
        {
            "trace_id": row.trace_id,
            "span_id": row.span_id,
            "parent_span_id": row.parent_span_id,
            "name": record.name,
            "otel_kind": row.otel_kind,
            "start_ns": None if record.start_ns is None else str(record.start_ns),
            "end_ns": None if record.end_ns is None else str(record.end_ns),
            "status": {"code": row.status_code, "message": record.status_message},
            "attributes": record.attributes,
            "events": [
                {"time_ns": None if e.time_ns is None else str(e.time_ns), "name": e.name, "attributes": e.attributes}
                for e in record.events
            ],
            "links": [
                {"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex(), "attributes": link.attributes}
                for link in record.links
            ],
            "resource": record.resource.attributes,
            "scope": {
                "name": record.scope.name,
                "version": record.scope.version,
                "attributes": record.scope.attributes,
            },
            "trace_state": record.trace_state,
            "warnings": list(row.warnings),
        }
    )
