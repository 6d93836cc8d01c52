"""OTLP requests as plain dictionaries in the shape of OTLP/JSON, and their bytes in both encodings."""

import base64
import json
import secrets
import time
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

JSON, PROTOBUF = "application/json", "application/x-protobuf"
SECOND_NS = 1_000_000_000
Message = dict[str, Any]
REQUESTS = {"traces": ExportTraceServiceRequest, "logs": ExportLogsServiceRequest}


def new_trace_id() -> str:
    """32 hexadecimal digits."""
    return secrets.token_hex(16)


def new_span_id() -> str:
    """16 hexadecimal digits."""
    return secrets.token_hex(8)


def text(value: str) -> Message:
    """A string as AnyValue."""
    return {"stringValue": value}


def attribute(key: str, value: str | Message) -> Message:
    """A KeyValue."""
    return {"key": key, "value": text(value) if isinstance(value, str) else value}


def span(**fields: Any) -> Message:
    """A span of one second, ended now; `fields` are OTLP/JSON fields that replace or add. None leaves a field out."""
    end_ns = time.time_ns()
    whole: Message = {
        "traceId": new_trace_id(),
        "spanId": new_span_id(),
        "name": "work",
        "kind": 1,
        "startTimeUnixNano": str(end_ns - SECOND_NS),
        "endTimeUnixNano": str(end_ns),
    } | fields
    return {name: value for name, value in whole.items() if value is not None}


def log(**fields: Any) -> Message:
    """A log record of now."""
    now = str(time.time_ns())
    whole: Message = {
        "timeUnixNano": now,
        "observedTimeUnixNano": now,
        "severityNumber": 9,
        "body": text("hello"),
    } | fields
    return {name: value for name, value in whole.items() if value is not None}


def traces(spans: list[Message], *, mission: str | None = None, resource: list[Message] | None = None) -> Message:
    """An ExportTraceServiceRequest with one block; `mission` is named by the resource."""
    return {"resourceSpans": [_block(mission, resource) | {"scopeSpans": [{"scope": {"name": "t"}, "spans": spans}]}]}


def logs(records: list[Message], *, mission: str | None = None, resource: list[Message] | None = None) -> Message:
    """An ExportLogsServiceRequest with one block."""
    return {
        "resourceLogs": [_block(mission, resource) | {"scopeLogs": [{"scope": {"name": "t"}, "logRecords": records}]}]
    }


def _block(mission: str | None, resource: list[Message] | None) -> Message:
    attributes = [attribute("service.name", "blackbox")] if resource is None else list(resource)
    if mission is not None:
        attributes.append(attribute("mission.id", mission))
    return {"resource": {"attributes": attributes}}


def encode(request: Message, encoding: str, signal: str = "traces") -> bytes:
    """The request as bytes. Protobuf takes only what a protobuf message can hold."""
    if encoding == JSON:
        return json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()
    plain = json.loads(json.dumps(request))  # a copy in which no span is shared
    _ids_to_base64(plain)
    return bytes(json_format.ParseDict(plain, REQUESTS[signal]()).SerializeToString())


def _ids_to_base64(message: Any) -> None:
    waiting = [message]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            for key in ("traceId", "spanId", "parentSpanId"):
                if isinstance(item.get(key), str):
                    item[key] = base64.b64encode(bytes.fromhex(item[key])).decode()
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


def length_delimited(field: int, payload: bytes) -> bytes:
    """A protobuf field of wire type 2, by hand: for messages no library would make."""
    return _varint(field << 3 | 2) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def nested_value_json(levels: int) -> str:
    """An AnyValue of `levels` arrays inside one another, as JSON text."""
    return '{"arrayValue":{"values":[' * levels + '{"stringValue":"deep"}' + "]}}" * levels


def nested_value_protobuf(levels: int) -> bytes:
    """The same as protobuf bytes."""
    value = length_delimited(1, b"deep")
    for _ in range(levels):
        value = length_delimited(5, length_delimited(1, value))
    return value
