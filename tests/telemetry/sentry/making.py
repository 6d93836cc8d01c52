"""Envelopes, made as Sentry's clients write them."""

import json
from typing import Any

from ingest.decoding import decode_request
from telemetry.records import Decoded, LogRecord

TRACE, SPAN, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "a0f067aa0ba902b7"
AT = "2026-01-02T03:04:05.678901Z"
AT_NS = 1_767_323_045_678_901_000
RECEIVED_NS = AT_NS + 10**9
FRAMES = [
    {"filename": "app.py", "abs_path": "/srv/app.py", "function": "main", "lineno": 3, "in_app": True},
    {"filename": "json.py", "function": "loads", "lineno": 9, "context_line": "  raise it", "in_app": False},
]


def write_item(kind: str, payload: Any, **headers: Any) -> bytes:
    """One item with its length."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return json.dumps({"type": kind, "length": len(body), **headers}).encode() + b"\n" + body + b"\n"


def write_envelope(*items: bytes, **headers: Any) -> bytes:
    return json.dumps(headers).encode() + b"\n" + b"".join(items)


def event(**changes: Any) -> dict[str, Any]:
    thrown = {"type": "ValueError", "value": "no price", "stacktrace": {"frames": FRAMES}}
    whole = {
        "event_id": "9b24636dbeed4743b149333cd706b982",
        "timestamp": AT,
        "platform": "python",
        "exception": {"values": [thrown]},
        "contexts": {"trace": {"trace_id": TRACE, "span_id": SPAN}},
    }
    return {**whole, **changes}


def transaction(**changes: Any) -> dict[str, Any]:
    whole = {
        "type": "transaction",
        "transaction": "GET /bill",
        "start_timestamp": AT,
        "timestamp": "2026-01-02T03:04:06Z",
        "contexts": {"trace": {"trace_id": TRACE, "span_id": SPAN, "parent_span_id": PARENT, "op": "http.server"}},
        "spans": [],
    }
    return {**whole, **changes}


def decode(data: bytes, door: str = "sentry_envelope") -> Decoded:
    return decode_request(door, "json", data, RECEIVED_NS)


def decode_event(**changes: Any) -> LogRecord:
    """The one log record of an envelope with one event."""
    decoded = decode(write_envelope(write_item("event", event(**changes))))
    assert not decoded.refused
    (log,) = decoded.logs
    return log
