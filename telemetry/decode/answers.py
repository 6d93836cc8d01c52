"""What OTLP answers, in the caller's encoding: success, partial success, or a Status. Bodies only."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsPartialSuccess, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsPartialSuccess,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from core.limits import MAX_ANSWER_CHARACTERS
from telemetry.decode.wire import encode_varint
from telemetry.records import RefusedRecord

_MAX_REASONS = 5


class _Messages(NamedTuple):
    response: Any
    partial_success: Any
    count_field: str
    count_name: str


_MESSAGES = {
    "traces": _Messages(
        ExportTraceServiceResponse, ExportTracePartialSuccess, "rejected_spans", "rejectedSpans"
    ),
    "logs": _Messages(
        ExportLogsServiceResponse, ExportLogsPartialSuccess, "rejected_log_records", "rejectedLogRecords"
    ),
    "metrics": _Messages(
        ExportMetricsServiceResponse, ExportMetricsPartialSuccess, "rejected_data_points", "rejectedDataPoints"
    ),
}  # fmt: skip


def encode_success(signal: str, encoding: str) -> bytes:
    """Everything was kept as sent. `signal`: traces, logs or metrics; `encoding`: json or protobuf."""
    return b"{}" if encoding == "json" else bytes(_MESSAGES[signal].response().SerializeToString())


def encode_partial_success(signal: str, encoding: str, rejected: int, message: str) -> bytes:
    """Some records were rejected, or (with 0) kept with less than was sent. The message is shortened."""
    messages = _MESSAGES[signal]
    message = _shortened(message)
    if encoding == "json":
        counted = {messages.count_name: str(rejected)} if rejected else {}
        return orjson.dumps({"partialSuccess": {**counted, "errorMessage": message}})
    partial_success = messages.partial_success(error_message=message, **{messages.count_field: rejected})
    return bytes(messages.response(partial_success=partial_success).SerializeToString())


def encode_status(encoding: str, code: int, message: str) -> bytes:
    """A google.rpc.Status, OTLP's body for every 4xx and 5xx. `code` is google.rpc.Code's number."""
    message = _shortened(message)
    if encoding == "json":
        return orjson.dumps({"code": code, "message": message})
    text = message.encode()
    return b"\x08" + encode_varint(code) + b"\x12" + encode_varint(len(text)) + text


def describe_refusals(refused: Sequence[RefusedRecord], notes: Sequence[str] = ()) -> str:
    """One short message: how many were refused for which reasons, with an example of each, then the notes."""
    counts = Counter(record.reason for record in refused)
    examples = {record.reason: record.detail for record in reversed(refused)}
    sentences = [f"{count} × {reason}: {examples[reason]}" for reason, count in counts.most_common(_MAX_REASONS)]
    if len(counts) > _MAX_REASONS:
        sentences.append(f"And {len(counts) - _MAX_REASONS} other reasons.")
    return _shortened(" ".join((*sentences, *notes)))


def _shortened(message: str) -> str:
    message = message.encode(errors="replace").decode()
    if len(message) <= MAX_ANSWER_CHARACTERS:
        return message
    return f"{message[: MAX_ANSWER_CHARACTERS - 1]}…"
