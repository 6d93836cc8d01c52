"""Clean OTLP/JSON records, fast. Anything else raises and is read again with care (`telemetry.decode.json_raw`).

The caller knows that no text of the body holds NUL, a lone surrogate or more than the limit.
"""

from typing import Any

from core.ids import SPAN_ID_BYTES, TRACE_ID_BYTES, ZERO_SPAN_ID, ZERO_TRACE_ID, parse_hex
from core.limits import MAX_ATTRIBUTES, MAX_EVENTS, MAX_LINKS
from core.nanotime import MAX_NS
from telemetry.decode import json_shapes as shapes
from telemetry.decode.groups import Unclean
from telemetry.decode.json_values import read_value
from telemetry.decode.repairs import time_repairs
from telemetry.decode.rules import MAX_INT32, MAX_SEVERITY, MAX_UINT32, Block, log_time_repairs
from telemetry.records import EventRecord, LinkRecord, LogRecord, SpanRecord

_TIME_DIGITS = 19
"""Of 2^63-1."""


def clean_span(span: shapes.Span, block: Block) -> SpanRecord:
    """The record of a clean span."""
    parent = span.parent_span_id
    name = span.name
    kind = span.kind
    start = _time(span.start_time_unix_nano)
    end = _time(span.end_time_unix_nano)
    status = span.status
    if not name or name.isspace() or not 0 <= kind <= MAX_INT32 or not 0 <= status.code <= 2:
        raise Unclean
    return SpanRecord(
        _id(span.trace_id, TRACE_ID_BYTES, ZERO_TRACE_ID),
        _id(span.span_id, SPAN_ID_BYTES, ZERO_SPAN_ID),
        _id(parent, SPAN_ID_BYTES, ZERO_SPAN_ID) if parent else b"",
        name,
        kind,
        start or None,
        end or None,
        status.code,
        status.message,
        _attributes(span.attributes),
        _events(span.events) if span.events else (),
        _links(span.links) if span.links else (),
        block.resource,
        block.scope,
        span.trace_state,
        _count(span.flags),
        _count(span.dropped_attributes_count),
        _count(span.dropped_events_count),
        _count(span.dropped_links_count),
        block.repairs if start <= end <= block.horizon else time_repairs(start, end, block.horizon) + block.repairs,
    )


def clean_log(log: shapes.Log, block: Block) -> LogRecord:
    """The record of a clean log record."""
    time = _time(log.time_unix_nano)
    if not 0 <= log.severity_number <= MAX_SEVERITY:
        raise Unclean
    return LogRecord(
        time or None,
        _time(log.observed_time_unix_nano) or None,
        log.severity_number,
        log.severity_text,
        read_value(log.body, 0),
        _attributes(log.attributes),
        _id(log.trace_id, TRACE_ID_BYTES, ZERO_TRACE_ID) if log.trace_id else b"",
        _id(log.span_id, SPAN_ID_BYTES, ZERO_SPAN_ID) if log.span_id else b"",
        log.event_name,
        block.resource,
        block.scope,
        _count(log.flags),
        _count(log.dropped_attributes_count),
        block.repairs if time <= block.horizon else log_time_repairs(time, block.horizon) + block.repairs,
    )


def _attributes(items: list[shapes.KeyValue]) -> dict[str, Any]:
    if len(items) > MAX_ATTRIBUTES:
        raise Unclean
    result: dict[str, Any] = {}
    for item in items:
        value = item.value
        if value is None:
            result[item.key] = None
            continue
        text = value.string_value
        others = (
            value.int_value,
            value.bool_value,
            value.double_value,
            value.array_value,
            value.kvlist_value,
            value.bytes_value,
        )
        if text is not None and others.count(None) == 6:
            result[item.key] = text
        else:
            result[item.key] = read_value(value, 0)
    return result


def _events(events: list[shapes.Event]) -> tuple[EventRecord, ...]:
    if len(events) > MAX_EVENTS:
        raise Unclean
    return tuple([_event(event) for event in events])


def _event(event: shapes.Event) -> EventRecord:
    if not event.name or event.name.isspace():
        raise Unclean
    time = _time(event.time_unix_nano)
    return EventRecord(time or None, event.name, _attributes(event.attributes), _count(event.dropped_attributes_count))


def _links(links: list[shapes.Link]) -> tuple[LinkRecord, ...]:
    if len(links) > MAX_LINKS:
        raise Unclean
    return tuple([_link(link) for link in links])


def _link(link: shapes.Link) -> LinkRecord:
    return LinkRecord(
        _id(link.trace_id, TRACE_ID_BYTES, ZERO_TRACE_ID),
        _id(link.span_id, SPAN_ID_BYTES, ZERO_SPAN_ID),
        _attributes(link.attributes),
        link.trace_state,
        _count(link.dropped_attributes_count),
        _count(link.flags),
    )


def _id(text: str, size: int, zero: bytes) -> bytes:
    value = parse_hex(text, size)
    if value == zero:
        raise Unclean
    return value


def _time(number: int | str) -> int:
    if isinstance(number, str):
        if len(number) > _TIME_DIGITS or not (number.isascii() and number.isdigit()):
            raise Unclean
        number = int(number)
    if not 0 <= number <= MAX_NS:
        raise Unclean
    return number


def _count(number: int | str) -> int:
    if not isinstance(number, int) or not 0 <= number <= MAX_UINT32:
        raise Unclean
    return number
