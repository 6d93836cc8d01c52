"""Bytes of a request to records that are ready to be stored. Pure: no database, runs in any process."""

from collections.abc import Sequence

import msgspec

from core.spans import OWN_RESOURCE
from ingest.decoding import LOGS, decode_request
from metrics.incoming import IncomingPoint, IncomingSeries, PointWriter
from telemetry.loglines import Repeats
from telemetry.meaning import STRONG
from telemetry.records import Decoded, RefusedRecord
from telemetry.redaction import Redactor
from traces.incoming import Delivery, IncomingLog, IncomingSpan, own_key, prepare_log, prepare_span
from traces.payload import PayloadWriter


class Prepared(msgspec.Struct, frozen=True):
    """One request, ready to be stored."""

    project_id: int
    door: str
    spans: list[IncomingSpan]
    logs: list[IncomingLog]
    bodies: dict[bytes, bytes]
    refused: list[RefusedRecord]
    notes: tuple[str, ...]
    items: int = 0
    """Items of the request, where its door answers by item."""
    origins: tuple[int, ...] = ()
    """The item each span, then each log record was made from. Empty where the door does not answer by item."""
    deliveries: tuple[Delivery, ...] = ()
    points: list[IncomingPoint] = []
    series: dict[bytes, IncomingSeries] = {}
    """What the points belong to, by hash."""
    is_own: bool = False
    """All of it is what a MissionScope traced of itself."""


def prepare(
    *,
    project_id: int,
    redactor: Redactor,
    door: str,
    encoding: str,
    data: bytes,
    received_ns: int,
    traceparent: str = "",
    service: str = "",
) -> Prepared:
    """Decode, redact, map and encode one request. Raises telemetry.decode's errors on a body it cannot read."""
    decoded = redactor.redact(decode_request(door, encoding, data, received_ns, traceparent, service))
    if door == LOGS:
        decoded = msgspec.structs.replace(decoded, logs=Repeats().number(decoded.logs))
    return prepare_decoded(project_id, door, decoded, received_ns)


def prepare_decoded(project_id: int, door: str, decoded: Decoded, received_ns: int) -> Prepared:
    """Records that are already redacted to rows."""
    writer = PayloadWriter()
    spans = [prepare_span(record, writer) for record in decoded.spans]
    logs = [prepare_log(record, writer, received_ns) for record in decoded.logs]
    point_writer = PointWriter()
    points = [point_writer.point(record) for record in decoded.points]
    return Prepared(
        project_id,
        door,
        spans,
        logs,
        writer.bodies,
        decoded.refused,
        decoded.notes,
        decoded.items,
        decoded.origins,
        _deliveries(decoded, [*spans, *logs]),
        points,
        point_writer.series,
        _is_own(decoded),
    )


def _is_own(decoded: Decoded) -> bool:
    is_spans = bool(decoded.spans) and not decoded.logs
    return is_spans and all(OWN_RESOURCE in record.resource.attributes for record in decoded.spans)


def _deliveries(decoded: Decoded, records: Sequence[IncomingSpan | IncomingLog]) -> tuple[Delivery, ...]:
    """Of the records that say themselves which mission they belong to."""
    if not decoded.deliveries:
        return ()
    found = set()
    for index, record in zip(decoded.origins, records, strict=True):
        key, strength = own_key(record.meaning)
        if key is not None and strength == STRONG and index in decoded.deliveries:
            found.add(Delivery(decoded.deliveries[index], key))
    return tuple(sorted(found))
