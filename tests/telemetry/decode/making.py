"""OTLP requests for the tests: written once in OTLP/JSON's shape, sent in either encoding.

The protobuf writer is by hand and knows nothing of the code under test, so it can also write what no library would.
"""

import base64
import json
import math
import struct
from typing import Any

TRACE_ID = "5b8efff798038103d269b633813fc60c"
SPAN_ID = "eee19b7ec3c1b174"
START = 1_544_712_660_000_000_000
NOW = START + 3_600_000_000_000
"""An hour later: what the tests call now."""


def span(**fields: Any) -> dict[str, Any]:
    """A good span, with `fields` in place of its own."""
    good = {
        "traceId": TRACE_ID,
        "spanId": SPAN_ID,
        "name": "work",
        "kind": 2,
        "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(START + 1_000_000_000),
    }
    return {**good, **fields}


def log(**fields: Any) -> dict[str, Any]:
    """A good log record, with `fields` in place of its own."""
    return {"timeUnixNano": str(START), "severityNumber": 9, "body": {"stringValue": "done"}, **fields}


def attribute(key: str, **value: Any) -> dict[str, Any]:
    """An attribute, e.g. `attribute("a", stringValue="x")`."""
    return {"key": key, "value": value}


def traces(*spans: dict[str, Any], **resource: Any) -> dict[str, Any]:
    """A request of one resource and scope."""
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "s"}, "spans": list(spans)}]}]}


def logs(*records: dict[str, Any], **resource: Any) -> dict[str, Any]:
    """A request of one resource and scope."""
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [{"scope": {}, "logRecords": list(records)}]}]}


def encode(request: dict[str, Any], encoding: str) -> bytes:
    """The request's bytes."""
    return json.dumps(request).encode() if encoding == "json" else encode_protobuf(request)


def encode_protobuf(request: dict[str, Any]) -> bytes:
    """A request of traces or logs in binary protobuf."""
    groups = request.get("resourceSpans", request.get("resourceLogs", []))
    return b"".join(part(1, _group(group)) for group in groups)


def part(field: int, payload: bytes) -> bytes:
    """A length-delimited field."""
    return varint(field << 3 | 2) + varint(len(payload)) + payload


def number(field: int, value: Any) -> bytes:
    """A varint field; nothing for 0."""
    return varint(field << 3) + varint(int(value) % 2**64) if int(value) else b""


def fixed64(field: int, value: Any) -> bytes:
    """A fixed64 field; nothing for 0."""
    return varint(field << 3 | 1) + struct.pack("<Q", int(value)) if int(value) else b""


def fixed32(field: int, value: Any) -> bytes:
    """A fixed32 field; nothing for 0."""
    return varint(field << 3 | 5) + struct.pack("<I", int(value)) if int(value) else b""


def text(field: int, value: str | bytes) -> bytes:
    """A string field; nothing for an empty one."""
    encoded = value if isinstance(value, bytes) else value.encode()
    return part(field, encoded) if encoded else b""


def varint(value: int) -> bytes:
    """A base-128 number."""
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    return bytes((*encoded, value))


def any_value(value: dict[str, Any] | None) -> bytes:
    """An AnyValue; several fields are written in the order of the dict."""
    return b"".join(_any_value_field(name, item) for name, item in (value or {}).items() if item is not None)


def _any_value_field(name: str, item: Any) -> bytes:
    match name:
        case "stringValue":
            return part(1, item if isinstance(item, bytes) else item.encode())
        case "boolValue":
            return varint(2 << 3) + varint(int(item))
        case "intValue":
            return varint(3 << 3) + varint(int(item) % 2**64)
        case "doubleValue":
            special = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
            return varint(4 << 3 | 1) + struct.pack("<d", special.get(item, item))
        case "arrayValue":
            return part(5, b"".join(part(1, any_value(entry)) for entry in item.get("values", [])))
        case "kvlistValue":
            return part(6, _key_values(1, item.get("values", [])))
        case "bytesValue":
            return part(7, base64.b64decode(item))
    raise ValueError(name)


def _key_values(field: int, items: list[dict[str, Any]]) -> bytes:
    return b"".join(
        part(field, text(1, item["key"]) + (part(2, any_value(item["value"])) if "value" in item else b""))
        for item in items
    )


def _group(group: dict[str, Any]) -> bytes:
    resource = group.get("resource", {})
    encoded = _key_values(1, resource.get("attributes", [])) + number(2, resource.get("droppedAttributesCount", 0))
    scopes = group.get("scopeSpans", group.get("scopeLogs", []))
    return part(1, encoded) + b"".join(part(2, _scope(scope)) for scope in scopes) + text(3, group.get("schemaUrl", ""))


def _scope(group: dict[str, Any]) -> bytes:
    scope = group.get("scope", {})
    encoded = text(1, scope.get("name", "")) + text(2, scope.get("version", ""))
    encoded += _key_values(3, scope.get("attributes", []))
    spans = b"".join(part(2, encode_span(item)) for item in group.get("spans", []))
    records = b"".join(part(2, encode_log(item)) for item in group.get("logRecords", []))
    return part(1, encoded) + spans + records + text(3, group.get("schemaUrl", ""))


def encode_span(item: dict[str, Any]) -> bytes:
    """A Span."""
    status = item.get("status", {})
    encoded = [
        text(1, bytes.fromhex(item.get("traceId", ""))),
        text(2, bytes.fromhex(item.get("spanId", ""))),
        text(3, item.get("traceState", "")),
        text(4, bytes.fromhex(item.get("parentSpanId", ""))),
        text(5, item.get("name", "")),
        number(6, item.get("kind", 0)),
        fixed64(7, item.get("startTimeUnixNano", 0)),
        fixed64(8, item.get("endTimeUnixNano", 0)),
        _key_values(9, item.get("attributes", [])),
        number(10, item.get("droppedAttributesCount", 0)),
        *(part(11, _event(event)) for event in item.get("events", [])),
        number(12, item.get("droppedEventsCount", 0)),
        *(part(13, _link(link)) for link in item.get("links", [])),
        number(14, item.get("droppedLinksCount", 0)),
        part(15, text(2, status.get("message", "")) + number(3, status.get("code", 0))),
        fixed32(16, item.get("flags", 0)),
    ]
    return b"".join(encoded)


def encode_log(item: dict[str, Any]) -> bytes:
    """A LogRecord."""
    encoded = [
        fixed64(1, item.get("timeUnixNano", 0)),
        number(2, item.get("severityNumber", 0)),
        text(3, item.get("severityText", "")),
        part(5, any_value(item.get("body"))),
        _key_values(6, item.get("attributes", [])),
        number(7, item.get("droppedAttributesCount", 0)),
        fixed32(8, item.get("flags", 0)),
        text(9, bytes.fromhex(item.get("traceId", ""))),
        text(10, bytes.fromhex(item.get("spanId", ""))),
        fixed64(11, item.get("observedTimeUnixNano", 0)),
        text(12, item.get("eventName", "")),
    ]
    return b"".join(encoded)


def _event(event: dict[str, Any]) -> bytes:
    return (
        fixed64(1, event.get("timeUnixNano", 0))
        + text(2, event.get("name", ""))
        + _key_values(3, event.get("attributes", []))
        + number(4, event.get("droppedAttributesCount", 0))
    )


def _link(link: dict[str, Any]) -> bytes:
    return (
        text(1, bytes.fromhex(link.get("traceId", "")))
        + text(2, bytes.fromhex(link.get("spanId", "")))
        + text(3, link.get("traceState", ""))
        + _key_values(4, link.get("attributes", []))
        + number(5, link.get("droppedAttributesCount", 0))
        + fixed32(6, link.get("flags", 0))
    )
