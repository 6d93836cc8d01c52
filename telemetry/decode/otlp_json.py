"""OTLP/JSON to records.

The whole request is first read as typed shapes, and each record as if it were clean; that is what
nearly all are. A request that does not fit the shapes is read again record by record
(`telemetry.decode.json_lenient`), so that only those that do not fit are refused.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, NamedTuple, NoReturn

import msgspec

from core.limits import FUTURE_TOLERANCE_NS, MAX_VALUE_BYTES
from core.nanotime import now_ns
from telemetry.decode import json_shapes as shapes
from telemetry.decode.groups import Reader, Record, Unclean, read_records
from telemetry.decode.json_clean import clean_log, clean_span
from telemetry.decode.json_lenient import Group, Layout, read_leniently
from telemetry.decode.json_raw import raw_log, raw_resource, raw_scope, raw_span
from telemetry.decode.notes import list_notes
from telemetry.decode.rules import Block, KeptResource, make_block, make_log, make_resource, make_span
from telemetry.records import Decoded, LogRecord, RefusedRecord, SpanRecord

_SURROGATE_REASON = "lone_surrogate"
_TRACE_DECODER = msgspec.json.Decoder(shapes.TraceRequest)
_LOGS_DECODER = msgspec.json.Decoder(shapes.LogsRequest)
DOES_NOT_FIT = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def decode_traces(data: bytes, *, now: int | None = None) -> Decoded:
    """The spans of an ExportTraceServiceRequest. Raises MalformedBody; a bad span is refused alone."""
    spans, refused = _decode(data, _TRACES, now)
    return Decoded(spans, [], refused, list_notes(spans))


def decode_logs(data: bytes, *, now: int | None = None) -> Decoded:
    """The log records of an ExportLogsServiceRequest. Raises MalformedBody; a bad record is refused alone."""
    logs, refused = _decode(data, _LOGS, now)
    return Decoded([], logs, refused, list_notes(logs))


def _decode(data: bytes, signal: "_Signal[Record]", now: int | None) -> tuple[list[Record], list[RefusedRecord]]:
    """What is kept of a request, and what is refused."""
    refused: list[RefusedRecord] = []
    clean = _clean_reading_of(data, signal.clean)
    try:
        groups = signal.read_groups(data)
    except DOES_NOT_FIT:
        clean = _not_clean
        groups = read_leniently(data, signal.layout, refused)
    reader = Reader(clean, signal.careful, msgspec.to_builtins)
    kept: list[Record] = []
    for group in groups:
        blocks = Blocks(group, now)
        for scope, schema_url, messages in group.scopes:
            kept += read_records(messages, partial(blocks.find, scope, schema_url), reader, refused)
    return kept, refused


def _trace_groups(data: bytes) -> list[Group]:
    return [
        Group(one.resource, one.schema_url, [(scope.scope, scope.schema_url, scope.spans) for scope in one.scope_spans])
        for one in _TRACE_DECODER.decode(data).resource_spans
    ]


def _log_groups(data: bytes) -> list[Group]:
    return [
        Group(
            one.resource,
            one.schema_url,
            [(scope.scope, scope.schema_url, scope.log_records) for scope in one.scope_logs],
        )
        for one in _LOGS_DECODER.decode(data).resource_logs
    ]


def _clean_reading_of(data: bytes, clean: Any) -> Any:
    """`clean`, unless some text in the body may hold NUL or pass the limit: one look instead of one for each text."""
    return _not_clean if len(data) > MAX_VALUE_BYTES or b"\\u0000" in data else clean


def _not_clean(_record: Any, _block: Block) -> NoReturn:
    raise Unclean


def _careful_span(span: shapes.Span, block: Block) -> SpanRecord:
    return make_span(raw_span(span), block)


def _careful_log(log: shapes.Log, block: Block) -> LogRecord:
    return make_log(raw_log(log), block)


class _Signal(NamedTuple, Generic[Record]):
    """What differs between spans and log records."""

    read_groups: Callable[[bytes], list[Group]]
    """Raises one of DOES_NOT_FIT."""
    clean: Callable[[Any, Block], Record]
    careful: Callable[[Any, Block], Record]
    layout: Layout


_TRACES = _Signal(_trace_groups, clean_span, _careful_span, Layout("resourceSpans", "scopeSpans", "spans", shapes.Span))
_LOGS = _Signal(_log_groups, clean_log, _careful_log, Layout("resourceLogs", "scopeLogs", "logRecords", shapes.Log))


class Blocks:
    """The blocks of one ResourceSpans, ResourceLogs or ResourceMetrics; its resource is read once."""

    def __init__(self, group: Group, now: int | None) -> None:
        self._group = group
        self._horizon = (now_ns() if now is None else now) + FUTURE_TOLERANCE_NS
        self._resource: KeptResource | None = None

    def find(self, scope: shapes.Scope, schema_url: str) -> Block:
        """Raises Refusal."""
        if self._group.refusal is not None:
            raise self._group.refusal
        if self._resource is None:
            raw = raw_resource(self._group.resource, self._group.schema_url)
            self._resource = make_resource(raw, _SURROGATE_REASON)
        raw_of_scope = raw_scope(scope, schema_url)
        return make_block(self._resource, raw_of_scope, horizon=self._horizon, surrogate_reason=_SURROGATE_REASON)
