"""Records back to OTLP/JSON: requests that a door takes as it took the first ones.

Ids are hex, 64-bit integers decimal text. What a door changed (redaction, repairs) stays changed; its notes about that
are no part of a record and are not written.
"""

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import orjson

from telemetry.records import EventRecord, LinkRecord, LogRecord, Resource, Scope, SpanRecord


def encode_spans(records: Iterable[SpanRecord]) -> bytes:
    """An ExportTraceServiceRequest on one line."""
    blocks = _group((record.resource, record.scope, _span(record)) for record in records)
    return orjson.dumps({"resourceSpans": _nest(blocks, "scopeSpans", "spans")})


def encode_logs(records: Iterable[tuple[LogRecord, int]]) -> bytes:
    """An ExportLogsServiceRequest on one line; with each record the time it has when its sender gave none."""
    blocks = _group((record.resource, record.scope, _log(record, time_ns)) for record, time_ns in records)
    return orjson.dumps({"resourceLogs": _nest(blocks, "scopeLogs", "logRecords")})


_Blocks = dict[bytes, tuple[Resource, dict[bytes, tuple[Scope, list[dict[str, Any]]]]]]


def _group(records: Iterable[tuple[Resource, Scope, dict[str, Any]]]) -> _Blocks:
    """Records by resource and scope, in order of appearance."""
    blocks: _Blocks = {}
    for resource, scope, record in records:
        _, scopes = blocks.setdefault(msgspec.msgpack.encode(resource), (resource, {}))
        scopes.setdefault(msgspec.msgpack.encode(scope), (scope, []))[1].append(record)
    return blocks


def _nest(blocks: _Blocks, scopes_name: str, records_name: str) -> list[dict[str, Any]]:
    return [
        _kept(
            resource=_kept(
                attributes=_attributes(resource.attributes), droppedAttributesCount=resource.dropped_attributes_count
            ),
            schemaUrl=resource.schema_url,
        )
        | {
            scopes_name: [
                _kept(
                    scope=_kept(name=scope.name, version=scope.version, attributes=_attributes(scope.attributes)),
                    schemaUrl=scope.schema_url,
                )
                | {records_name: records}
                for scope, records in scopes.values()
            ]
        }
        for resource, scopes in blocks.values()
    ]


def _span(record: SpanRecord) -> dict[str, Any]:
    return _kept(
        traceId=record.trace_id.hex(),
        spanId=record.span_id.hex(),
        parentSpanId=record.parent_span_id.hex(),
        traceState=record.trace_state,
        flags=record.flags,
        name=record.name,
        kind=record.otel_kind,
        startTimeUnixNano=_time(record.start_ns),
        endTimeUnixNano=_time(record.end_ns),
        attributes=_attributes(record.attributes),
        droppedAttributesCount=record.dropped_attributes_count,
        events=[_event(event) for event in record.events],
        droppedEventsCount=record.dropped_events_count,
        links=[_link(link) for link in record.links],
        droppedLinksCount=record.dropped_links_count,
        status=_kept(message=record.status_message, code=record.status_code),
    )


def _event(event: EventRecord) -> dict[str, Any]:
    return _kept(
        timeUnixNano=_time(event.time_ns),
        name=event.name,
        attributes=_attributes(event.attributes),
        droppedAttributesCount=event.dropped_attributes_count,
    )


def _link(link: LinkRecord) -> dict[str, Any]:
    return _kept(
        traceId=link.trace_id.hex(),
        spanId=link.span_id.hex(),
        traceState=link.trace_state,
        attributes=_attributes(link.attributes),
        droppedAttributesCount=link.dropped_attributes_count,
        flags=link.flags,
    )


def _log(record: LogRecord, time_ns: int) -> dict[str, Any]:
    has_time = record.time_ns is not None or record.observed_ns is not None
    return _kept(
        timeUnixNano=_time(record.time_ns),
        observedTimeUnixNano=_time(record.observed_ns if has_time else time_ns),
        severityNumber=record.severity_number,
        severityText=record.severity_text,
        attributes=_attributes(record.attributes),
        droppedAttributesCount=record.dropped_attributes_count,
        flags=record.flags,
        traceId=record.trace_id.hex(),
        spanId=record.span_id.hex(),
        eventName=record.event_name,
        body=_value(record.body),
    )


def _kept(**fields: Any) -> dict[str, Any]:
    """Without what is left out when it is nothing."""
    return {name: value for name, value in fields.items() if value not in ("", 0, None, [], {})}


def _time(time_ns: int | None) -> str:
    return "" if time_ns is None else str(time_ns)


def _attributes(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: Any) -> dict[str, Any]:
    """An AnyValue; the depth was bounded when it came."""
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value if math.isfinite(value) else _odd(value)}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return {"arrayValue": {"values": [_value(each) for each in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": _attributes(value)}}
    return {} if value is None else _value(msgspec.to_builtins(value))


def _odd(value: float) -> str:
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
