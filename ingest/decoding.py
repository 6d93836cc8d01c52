"""A request's bytes to records, for each door. Pure."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec

from core.traceparent import find_trace_id
from telemetry import loglines, native, sentry, stage7
from telemetry.decode import decode
from telemetry.decode.json_items import Item, read_items
from telemetry.decode.notes import list_notes
from telemetry.decode.plain import check_nesting, clean_item
from telemetry.decode.refusal import Refusal
from telemetry.records import Converted, Decoded, LogRecord, RefusedRecord, Repair, SpanRecord

Record = TypeVar("Record", SpanRecord, LogRecord)
Convert = Callable[[Any, int], Converted]
"""A clean item and when it was received (ns), to records. May raise Refusal."""

LOGS = "logs"
"""The door of log lines."""
OTLP = {"otlp_traces": "traces", "otlp_logs": "logs", "otlp_metrics": "metrics"}
CONVERTERS: dict[str, Convert] = {
    "native": native.convert,
    **{f"stage7_{door}": partial(stage7.convert, door) for door in stage7.DOORS},
}
SENTRY: dict[str, Callable[[bytes], sentry.Read]] = {
    "sentry_envelope": sentry.read_envelope,
    "sentry_store": sentry.read_event,
}
TRACEPARENT = "traceparent"
"""Header of a request, and field of an item that a tap or a client tells of another request."""


def decode_request(
    door: str, encoding: str, data: bytes, received_ns: int, traceparent: str = "", service: str = ""
) -> Decoded:
    """The records of a request that came through `door`. Raises telemetry.decode's errors on a body it cannot read.

    `traceparent` counts for JSON alone: NDJSON is how batches are sent, in the background, of whatever has gathered.
    `service` counts for log lines that name none.
    """
    if door == LOGS:
        return loglines.decode_logs(encoding, data, service)
    signal = OTLP.get(door)
    if signal is not None:
        return decode(signal, encoding, data)
    if door in SENTRY:
        return _decode_sentry(SENTRY[door](data), received_ns)
    is_lines = encoding == "ndjson"
    items = read_items(data, is_lines=is_lines)
    gathered = _Gathered(CONVERTERS[door], received_ns, b"" if is_lines else find_trace_id(traceparent))
    for index, item in enumerate(items):
        gathered.add(index, item)
    return gathered.done(len(items))


def _decode_sentry(read: sentry.Read, received_ns: int) -> Decoded:
    gathered = _Gathered(sentry.convert, received_ns, b"")
    for index, item in enumerate(read.items):
        gathered.add(index, item)
    decoded = gathered.done(len(read.items))
    return msgspec.structs.replace(decoded, notes=(*read.notes, *decoded.notes))


class _Gathered:
    """What has become of a request's items."""

    def __init__(self, convert: Convert, received_ns: int, trace_id: bytes) -> None:
        self._convert, self._received_ns, self._trace_id = convert, received_ns, trace_id
        self._deliveries: dict[int, bytes] = {}
        self._spans: list[tuple[int, SpanRecord]] = []
        self._logs: list[tuple[int, LogRecord]] = []
        self._refused: list[RefusedRecord] = []

    def add(self, index: int, item: Item) -> None:
        """One more item; one that cannot be kept costs no other."""
        try:
            if item.refusal is not None:
                raise item.refusal
            value, repairs = clean_item(item.value)
            trace_id, value = _split_delivery(value)
            converted = self._convert(value, self._received_ns)
            _check(converted)
        except Refusal as refusal:
            self._refused.append(refusal.record(item.value, index))
            return
        if trace_id := trace_id or self._trace_id:
            self._deliveries[index] = trace_id
        self._spans += [(index, _repaired(span, repairs)) for span in converted.spans]
        self._logs += [(index, _repaired(log, repairs)) for log in converted.logs]
        self._refused += [msgspec.structs.replace(part, index=index) for part in converted.refused]

    def done(self, items: int) -> Decoded:
        """All of it."""
        spans, logs = [span for _, span in self._spans], [log for _, log in self._logs]
        origins = tuple(index for index, _ in (*self._spans, *self._logs))
        return Decoded(spans, logs, self._refused, list_notes([*spans, *logs]), items, origins, self._deliveries)


def _split_delivery(value: Any) -> tuple[bytes, Any]:
    """The trace in which an item was delivered, and the item without it: however it comes, it is the same record."""
    trace_id = find_trace_id(value.get(TRACEPARENT)) if isinstance(value, dict) else b""
    return trace_id, {name: each for name, each in value.items() if name != TRACEPARENT} if trace_id else value


def _check(converted: Converted) -> None:
    for span in converted.spans:
        check_nesting(span.attributes)
    for log in converted.logs:
        check_nesting(log.body)
        check_nesting(log.attributes)


def _repaired(record: Record, repairs: tuple[Repair, ...]) -> Record:
    return msgspec.structs.replace(record, repairs=(*record.repairs, *repairs)) if repairs else record
