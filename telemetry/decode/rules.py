"""The rules a record must meet, and what is repaired instead of refused. One place for both encodings.

docs/otlp.md lists them. A record that breaks a rule raises Refusal; everything else is kept.
"""

from typing import Any, NamedTuple

import msgspec

from core.ids import SPAN_ID_BYTES, TRACE_ID_BYTES, ZERO_SPAN_ID
from core.limits import MAX_EVENTS, MAX_LINKS
from core.nanotime import MAX_NS
from telemetry.decode.raw import RawEvent, RawLink, RawLog, RawResource, RawScope, RawSpan
from telemetry.decode.refusal import Refusal
from telemetry.decode.repairs import Repairs, time_repairs
from telemetry.records import EventRecord, LinkRecord, LogRecord, Repair, Resource, Scope, SpanRecord

UNKNOWN_NAME = "(unknown)"
MAX_SEVERITY = 24
MAX_UINT32 = 2**32 - 1
MAX_INT32 = 2**31 - 1


class KeptResource(NamedTuple):
    """A cleaned resource and what was changed in it."""

    resource: Resource
    repairs: tuple[Repair, ...]


class Block(msgspec.Struct):
    """What the records of one scope share."""

    resource: Resource
    scope: Scope
    repairs: tuple[Repair, ...]
    """Of the resource and the scope; every record of the block carries them."""
    horizon: int
    """Times after this are in the future."""
    surrogate_reason: str
    """What a lone surrogate means in this encoding."""


def make_resource(raw: RawResource, surrogate_reason: str) -> KeptResource:
    """The resource as it is kept. Raises Refusal."""
    repairs = Repairs(surrogate_reason)
    attributes = repairs.attributes("resource.attributes", raw.attributes)
    dropped = repairs.dropped("resource.attributes", raw.attributes, attributes)
    sent = _count("resource.droppedAttributesCount", raw.dropped_attributes_count)
    resource = Resource(attributes, sent + dropped, repairs.text("resource.schema_url", raw.schema_url))
    return KeptResource(resource, repairs.done())


def make_block(kept: KeptResource, raw: RawScope, *, horizon: int, surrogate_reason: str) -> Block:
    """A block of a resource and a cleaned scope."""
    repairs = Repairs(surrogate_reason)
    attributes = repairs.attributes("scope.attributes", raw.attributes)
    repairs.dropped("scope.attributes", raw.attributes, attributes)
    scope = Scope(
        repairs.text("scope.name", raw.name),
        repairs.text("scope.version", raw.version),
        attributes,
        repairs.text("scope.schema_url", raw.schema_url),
    )
    return Block(kept.resource, scope, kept.repairs + repairs.done(), horizon, surrogate_reason)


def make_span(raw: RawSpan, block: Block) -> SpanRecord:
    """The span as it is kept. Raises Refusal."""
    check_span_ids(raw.trace_id, raw.span_id)
    parent = b"" if raw.parent_span_id == ZERO_SPAN_ID else raw.parent_span_id
    if parent and len(parent) != SPAN_ID_BYTES:
        raise Refusal("parent_span_id_length", f"parentSpanId has {len(parent)} bytes, not {SPAN_ID_BYTES} or none.")
    _check_time("startTimeUnixNano", raw.start)
    _check_time("endTimeUnixNano", raw.end)
    repairs = Repairs(block.surrogate_reason)
    name = _name(repairs, "name", raw.name)
    attributes = repairs.attributes("attributes", raw.attributes)
    dropped_attributes = repairs.dropped("attributes", raw.attributes, attributes)
    events = _events(repairs, raw.events)
    links = _links(repairs, raw.links)
    return SpanRecord(
        trace_id=raw.trace_id,
        span_id=raw.span_id,
        parent_span_id=parent,
        name=name,
        otel_kind=_int32("kind", raw.kind),
        start_ns=raw.start or None,
        end_ns=raw.end or None,
        status_code=_status_code(repairs, raw.status_code),
        status_message=repairs.text("status_message", raw.status_message),
        attributes=attributes,
        events=events,
        links=links,
        resource=block.resource,
        scope=block.scope,
        trace_state=repairs.text("trace_state", raw.trace_state),
        flags=_count("flags", raw.flags),
        dropped_attributes_count=_count("droppedAttributesCount", raw.dropped_attributes_count) + dropped_attributes,
        dropped_events_count=_count("droppedEventsCount", raw.dropped_events_count) + len(raw.events) - len(events),
        dropped_links_count=_count("droppedLinksCount", raw.dropped_links_count) + max(0, len(raw.links) - MAX_LINKS),
        repairs=time_repairs(raw.start, raw.end, block.horizon) + repairs.done() + block.repairs,
    )


def check_span_ids(trace_id: bytes, span_id: bytes) -> None:
    """Raises Refusal unless both are ids; what has none is no span, so this is asked first."""
    _check_id("traceId", "trace_id", trace_id, TRACE_ID_BYTES)
    _check_id("spanId", "span_id", span_id, SPAN_ID_BYTES)


def make_log(raw: RawLog, block: Block) -> LogRecord:
    """The log record as it is kept. Raises Refusal."""
    _check_time("timeUnixNano", raw.time)
    _check_time("observedTimeUnixNano", raw.observed)
    repairs = Repairs(block.surrogate_reason)
    trace_id = _log_id(repairs, "trace_id", raw.trace_id, raw.shown_trace_id, TRACE_ID_BYTES)
    span_id = _log_id(repairs, "span_id", raw.span_id, raw.shown_span_id, SPAN_ID_BYTES)
    attributes = repairs.attributes("attributes", raw.attributes)
    dropped = repairs.dropped("attributes", raw.attributes, attributes)
    severity = raw.severity_number
    if not 0 <= severity <= MAX_SEVERITY:
        repairs.add("severity_number", "severity_unknown", _shown_number(severity), "0")
        severity = 0
    return LogRecord(
        time_ns=raw.time or None,
        observed_ns=raw.observed or None,
        severity_number=severity,
        severity_text=repairs.text("severity_text", raw.severity_text),
        body=repairs.value("body", raw.body),
        attributes=attributes,
        trace_id=trace_id,
        span_id=span_id,
        event_name=repairs.text("event_name", raw.event_name),
        resource=block.resource,
        scope=block.scope,
        flags=_count("flags", raw.flags),
        dropped_attributes_count=_count("droppedAttributesCount", raw.dropped_attributes_count) + dropped,
        repairs=log_time_repairs(raw.time, block.horizon) + repairs.done() + block.repairs,
    )


def log_time_repairs(time: int, horizon: int) -> tuple[Repair, ...]:
    """A flag for a log time beyond `horizon`."""
    return (Repair("time_ns", "time_in_future", str(time), str(time)),) if time > horizon else ()


def _events(repairs: Repairs, events: list[RawEvent]) -> tuple[EventRecord, ...]:
    if len(events) > MAX_EVENTS:
        repairs.add("events", "events_dropped", f"{len(events)} events", f"{MAX_EVENTS} events")
    return tuple(_event(repairs, f"events[{index}]", event) for index, event in enumerate(events[:MAX_EVENTS]))


def _event(repairs: Repairs, field: str, event: RawEvent) -> EventRecord:
    _check_time(f"{field}.timeUnixNano", event.time)
    attributes = repairs.attributes(f"{field}.attributes", event.attributes)
    dropped = repairs.dropped(f"{field}.attributes", event.attributes, attributes)
    sent = _count(f"{field}.droppedAttributesCount", event.dropped_attributes_count)
    return EventRecord(event.time or None, _name(repairs, f"{field}.name", event.name), attributes, sent + dropped)


def _links(repairs: Repairs, links: list[RawLink]) -> tuple[LinkRecord, ...]:
    if len(links) > MAX_LINKS:
        repairs.add("links", "links_dropped", f"{len(links)} links", f"{MAX_LINKS} links")
    kept: list[LinkRecord] = []
    for index, link in enumerate(links[:MAX_LINKS]):
        field = f"links[{index}]"
        if _is_id(link.trace_id, TRACE_ID_BYTES) and _is_id(link.span_id, SPAN_ID_BYTES):
            kept.append(_link(repairs, field, link))
        elif _says_nothing(link.shown_trace_id) and _says_nothing(link.shown_span_id):
            repairs.add(field, "link_empty", "", "")
        else:
            repairs.add(field, "link_id_invalid", f"{link.shown_trace_id} / {link.shown_span_id}", "")
    return tuple(kept)


def _link(repairs: Repairs, field: str, link: RawLink) -> LinkRecord:
    attributes = repairs.attributes(f"{field}.attributes", link.attributes)
    dropped = repairs.dropped(f"{field}.attributes", link.attributes, attributes)
    return LinkRecord(
        link.trace_id,
        link.span_id,
        attributes,
        repairs.text(f"{field}.trace_state", link.trace_state),
        _count(f"{field}.droppedAttributesCount", link.dropped_attributes_count) + dropped,
        _count(f"{field}.flags", link.flags),
    )


def _log_id(repairs: Repairs, field: str, value: bytes, shown: str, size: int) -> bytes:
    if _is_id(value, size):
        return value
    if not _says_nothing(shown):
        repairs.add(field, "id_invalid", shown, "")
    return b""


def _says_nothing(shown_id: str) -> bool:
    """Empty or all zero: the same as no id at all."""
    return not shown_id.strip(" 0")


def _name(repairs: Repairs, field: str, name: str) -> str:
    if not name.strip():
        repairs.add(field, "name_empty", "" if not name else f"{len(name)} blank characters", UNKNOWN_NAME)
        return UNKNOWN_NAME
    return repairs.text(field, name)


def _status_code(repairs: Repairs, code: int) -> int:
    if code in (0, 1, 2):
        return code
    repairs.add("status_code", "status_code_unknown", _shown_number(code), "0")
    return 0


def _is_id(value: bytes, size: int) -> bool:
    return len(value) == size and any(value)


def _check_id(field: str, word: str, value: bytes, size: int) -> None:
    if len(value) != size:
        raise Refusal(f"{word}_length", f"{field} has {len(value)} bytes, not {size}.")
    if not any(value):
        raise Refusal(f"{word}_zero", f"{field} is all zero.")


def _check_time(field: str, value: int) -> None:
    if not 0 <= value <= MAX_NS:
        raise Refusal("time_out_of_range", f"{field} is not between 0 and 2^63-1 nanoseconds.")


def _count(field: str, value: int) -> int:
    if not 0 <= value <= MAX_UINT32:
        raise Refusal("number_out_of_range", f"{field} is not between 0 and 2^32-1.")
    return value


def _int32(field: str, value: int) -> int:
    if not -MAX_INT32 - 1 <= value <= MAX_INT32:
        raise Refusal("number_out_of_range", f"{field} is not a 32-bit integer.")
    return value


def _shown_number(value: Any) -> str:
    return str(value) if abs(value) <= MAX_UINT32 else "a very large number"
