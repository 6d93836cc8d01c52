"""OTLP in binary protobuf to records.

Each record is first read as if it were clean, which nearly all are; whatever is not is read again
with care, into `telemetry.decode.raw`, and judged by `telemetry.decode.rules`.
"""

from functools import partial
from typing import Any

from google.protobuf.message import DecodeError

from core.ids import SPAN_ID_BYTES, TRACE_ID_BYTES, ZERO_SPAN_ID, ZERO_TRACE_ID
from core.limits import FUTURE_TOLERANCE_NS, MAX_EVENTS, MAX_LINKS
from core.nanotime import MAX_NS, now_ns
from telemetry.decode.errors import MalformedBody
from telemetry.decode.groups import Reader, Unclean, read_records
from telemetry.decode.notes import list_notes
from telemetry.decode.protobuf_raw import raw_log, raw_resource, raw_scope, raw_span, shown_log, shown_span
from telemetry.decode.protobuf_values import Attributes, Texts, read_clean_body
from telemetry.decode.repairs import time_repairs
from telemetry.decode.rules import (
    MAX_SEVERITY,
    Block,
    KeptResource,
    check_span_ids,
    log_time_repairs,
    make_block,
    make_log,
    make_resource,
    make_span,
)
from telemetry.decode.wire import LogsRequest, TraceRequest
from telemetry.records import Decoded, EventRecord, LinkRecord, LogRecord, RefusedRecord, SpanRecord

_SURROGATE_REASON = "invalid_utf8"


def decode_traces(data: bytes, *, now: int | None = None) -> Decoded:
    """The spans of an ExportTraceServiceRequest. Raises MalformedBody; a bad span is refused alone."""
    request = parse_request(TraceRequest, data)
    reader = Reader(_CleanReader().span, _careful_span, shown_span)
    refused: list[RefusedRecord] = []
    spans: list[SpanRecord] = []
    for group in request.resource_spans:
        blocks = Blocks(group, now)
        for scope in group.scope_spans:
            spans += read_records(scope.spans, partial(blocks.find, scope), reader, refused)
    return Decoded(spans, [], refused, list_notes(spans))


def decode_logs(data: bytes, *, now: int | None = None) -> Decoded:
    """The log records of an ExportLogsServiceRequest. Raises MalformedBody; a bad record is refused alone."""
    request = parse_request(LogsRequest, data)
    reader = Reader(_CleanReader().log, _careful_log, shown_log)
    refused: list[RefusedRecord] = []
    logs: list[LogRecord] = []
    for group in request.resource_logs:
        blocks = Blocks(group, now)
        for scope in group.scope_logs:
            logs += read_records(scope.log_records, partial(blocks.find, scope), reader, refused)
    return Decoded([], logs, refused, list_notes(logs))


def parse_request(message_class: Any, data: bytes) -> Any:
    """The message. Raises MalformedBody."""
    try:
        return message_class.FromString(data)
    except DecodeError as error:
        raise MalformedBody("The request body is not a valid protobuf message.") from error


class Blocks:
    """The blocks of one ResourceSpans, ResourceLogs or ResourceMetrics; its resource is read once."""

    def __init__(self, group: Any, now: int | None) -> None:
        self._group = group
        self._horizon = (now_ns() if now is None else now) + FUTURE_TOLERANCE_NS
        self._resource: KeptResource | None = None

    def find(self, scope: Any) -> Block:
        """Raises Refusal."""
        if self._resource is None:
            raw = raw_resource(self._group.resource, self._group.schema_url)
            self._resource = make_resource(raw, _SURROGATE_REASON)
        raw_of_scope = raw_scope(scope.scope, scope.schema_url)
        return make_block(self._resource, raw_of_scope, horizon=self._horizon, surrogate_reason=_SURROGATE_REASON)


def _careful_span(message: Any, block: Block) -> SpanRecord:
    check_span_ids(message.trace_id, message.span_id)
    return make_span(raw_span(message), block)


def _careful_log(message: Any, block: Block) -> LogRecord:
    return make_log(raw_log(message), block)


class _CleanReader:
    """Reads clean records of one request. Raises for any other (see `telemetry.decode.groups`)."""

    def __init__(self) -> None:
        self._text = Texts().__getitem__
        self._attributes = Attributes().read

    def span(self, message: Any, block: Block) -> SpanRecord:
        text = self._text
        trace_id = message.trace_id
        span_id = message.span_id
        parent_span_id = message.parent_span_id
        name = text(message.name)
        start = message.start_time_unix_nano
        end = message.end_time_unix_nano
        status = message.status
        status_code = status.code
        events = message.events
        links = message.links
        if (
            len(trace_id) != TRACE_ID_BYTES
            or len(span_id) != SPAN_ID_BYTES
            or len(parent_span_id) not in (0, SPAN_ID_BYTES)
            or trace_id == ZERO_TRACE_ID
            or ZERO_SPAN_ID in (span_id, parent_span_id)
            or start > MAX_NS
            or end > MAX_NS
            or not 0 <= status_code <= 2
            or not name
            or name.isspace()
        ):
            raise Unclean
        return SpanRecord(
            trace_id,
            span_id,
            parent_span_id,
            name,
            message.kind,
            start or None,
            end or None,
            status_code,
            text(status.message),
            self._attributes(message.attributes),
            self._events(events) if events else (),
            self._links(links) if links else (),
            block.resource,
            block.scope,
            text(message.trace_state),
            message.flags,
            message.dropped_attributes_count,
            message.dropped_events_count,
            message.dropped_links_count,
            block.repairs if start <= end <= block.horizon else time_repairs(start, end, block.horizon) + block.repairs,
        )

    def log(self, message: Any, block: Block) -> LogRecord:
        text = self._text
        trace_id = message.trace_id
        span_id = message.span_id
        time = message.time_unix_nano
        observed = message.observed_time_unix_nano
        severity = message.severity_number
        if (
            len(trace_id) not in (0, TRACE_ID_BYTES)
            or len(span_id) not in (0, SPAN_ID_BYTES)
            or trace_id == ZERO_TRACE_ID
            or span_id == ZERO_SPAN_ID
            or time > MAX_NS
            or observed > MAX_NS
            or not 0 <= severity <= MAX_SEVERITY
        ):
            raise Unclean
        return LogRecord(
            time or None,
            observed or None,
            severity,
            text(message.severity_text),
            read_clean_body(message.body),
            self._attributes(message.attributes),
            trace_id,
            span_id,
            text(message.event_name),
            block.resource,
            block.scope,
            message.flags,
            message.dropped_attributes_count,
            block.repairs if time <= block.horizon else log_time_repairs(time, block.horizon) + block.repairs,
        )

    def _events(self, messages: Any) -> tuple[EventRecord, ...]:
        if len(messages) > MAX_EVENTS:
            raise Unclean
        return tuple([self._event(message) for message in messages])

    def _event(self, message: Any) -> EventRecord:
        time = message.time_unix_nano
        name = self._text(message.name)
        if time > MAX_NS or not name or name.isspace():
            raise Unclean
        return EventRecord(time or None, name, self._attributes(message.attributes), message.dropped_attributes_count)

    def _links(self, messages: Any) -> tuple[LinkRecord, ...]:
        if len(messages) > MAX_LINKS:
            raise Unclean
        return tuple([self._link(message) for message in messages])

    def _link(self, message: Any) -> LinkRecord:
        trace_id = message.trace_id
        span_id = message.span_id
        if (
            len(trace_id) != TRACE_ID_BYTES
            or len(span_id) != SPAN_ID_BYTES
            or trace_id == ZERO_TRACE_ID
            or span_id == ZERO_SPAN_ID
        ):
            raise Unclean
        return LinkRecord(
            trace_id,
            span_id,
            self._attributes(message.attributes),
            self._text(message.trace_state),
            message.dropped_attributes_count,
            message.flags,
        )
