"""Stories as OTLP: protobuf bodies of `/v1/traces` and `/v1/logs`."""

from collections.abc import Iterable, Mapping
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Status
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from demo.records import SEVERITIES, Log, Scope, Service, Span
from demo.trace_builder import OWN_SCOPE


def encode_traces(spans: Iterable[Span]) -> bytes:
    """The body of `POST /v1/traces`: one block a service, one group a scope, in the order of the spans."""
    request = ExportTraceServiceRequest()
    blocks: dict[Service, ResourceSpans] = {}
    groups: dict[tuple[Service, Scope], Any] = {}
    for span in spans:
        if span.service not in blocks:
            blocks[span.service] = request.resource_spans.add(resource=encode_resource(span.service))
        key = (span.service, span.scope)
        if key not in groups:
            groups[key] = blocks[span.service].scope_spans.add()
            groups[key].scope.name, groups[key].scope.version = span.scope
        groups[key].spans.append(_span(span))
    return bytes(request.SerializeToString())


def encode_logs(logs: Iterable[Log]) -> bytes:
    """The body of `POST /v1/logs`."""
    request = ExportLogsServiceRequest()
    blocks: dict[Service, ResourceLogs] = {}
    for log in logs:
        if log.service not in blocks:
            blocks[log.service] = request.resource_logs.add(resource=encode_resource(log.service))
            group = blocks[log.service].scope_logs.add()
            group.scope.name, group.scope.version = OWN_SCOPE
        blocks[log.service].scope_logs[0].log_records.append(_log(log))
    return bytes(request.SerializeToString())


def encode_resource(service: Service) -> Resource:
    """A service as what sends."""
    attributes = {
        "service.name": service.name,
        "service.version": service.version,
        "service.namespace": "sample",
        "deployment.environment.name": "demo",
        "telemetry.sdk.language": service.language,
        "telemetry.sdk.name": "opentelemetry",
    }
    if service.host:
        attributes["host.name"] = service.host
    return Resource(attributes=encode_attributes(attributes))


def _span(span: Span) -> WireSpan:
    return WireSpan(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        name=span.name,
        kind=span.kind,  # type: ignore[arg-type]
        start_time_unix_nano=span.start_ns,
        end_time_unix_nano=span.end_ns or 0,
        attributes=encode_attributes(span.attributes),
        events=[
            WireSpan.Event(time_unix_nano=e.time_ns, name=e.name, attributes=encode_attributes(e.attributes))
            for e in span.events
        ],
        links=[
            WireSpan.Link(trace_id=k.trace_id, span_id=k.span_id, attributes=encode_attributes(k.attributes))
            for k in span.links
        ],
        status=Status(code=span.status_code, message=span.status_message),  # type: ignore[arg-type]
    )


def _log(log: Log) -> LogRecord:
    return LogRecord(
        time_unix_nano=log.time_ns,
        observed_time_unix_nano=log.time_ns,
        severity_number=SEVERITIES[log.severity],  # type: ignore[arg-type]
        severity_text=log.severity,
        body=AnyValue(string_value=log.body),
        attributes=encode_attributes(log.attributes),
        trace_id=log.trace_id,
        span_id=log.span_id,
        event_name=log.event_name,
    )


def encode_attributes(attributes: Mapping[str, Any]) -> list[KeyValue]:
    """Attributes of anything, in their order."""
    return [KeyValue(key=key, value=_any_value(value)) for key, value in attributes.items()]


def _any_value(value: Any) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case list() | tuple():
            return AnyValue(array_value=ArrayValue(values=[_any_value(item) for item in value]))
        case _:
            return AnyValue(string_value=str(value))
