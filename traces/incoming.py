"""A redacted record with what it means and its payload encoded: what the store takes."""

from typing import NamedTuple

import msgspec

from core.hashing import digest8, digest16
from telemetry.conventions import EXCEPTION_EVENTS, map_log, map_span
from telemetry.meaning import NONE, LogMeaning, SnapshotMeaning, SpanMeaning
from telemetry.records import LogRecord, Repair, SpanRecord
from traces.payload import PayloadWriter

SHOWN_LENGTH = 300
"""Characters of a name, agent, service or message kept in the narrow row. The payload holds all."""
SERVER = 2
PENDING = "pending_span"
"""Repair code of a start-only record that had an id of its own."""


class Delivery(NamedTuple):
    """A record that names a mission was delivered by a request of this trace."""

    trace_id: bytes
    mission_key: str


class IncomingSnapshot(msgspec.Struct, frozen=True):
    """A snapshot whose value is a body."""

    agent_name: str
    step_id: str
    time_ns: int | None
    kind: str
    source: str
    body_hash: bytes


class IncomingSpan(msgspec.Struct, frozen=True):
    """A span, ready to be stored."""

    trace_id: bytes
    span_id: bytes
    side: int
    parent_span_id: bytes
    name: str
    otel_kind: int
    start_ns: int | None
    end_ns: int | None
    status_code: int
    status_message: str
    links: bytes
    warnings: str
    content_hash: bytes
    payload: bytes
    meaning: SpanMeaning
    """Without its snapshots: these are below."""
    snapshots: tuple[IncomingSnapshot, ...]
    has_exception: bool = False
    """An exception was recorded on it, whatever became of it."""

    @property
    def identity(self) -> tuple[bytes, bytes, int]:
        """What makes it the same span, inside a project."""
        return self.trace_id, self.span_id, self.side


class IncomingLog(msgspec.Struct, frozen=True):
    """A log record, ready to be stored."""

    trace_id: bytes
    span_id: bytes
    time_ns: int
    severity_number: int
    severity_text: str
    body: str
    is_cut: bool
    event_name: str
    content_hash: bytes
    payload: bytes
    meaning: LogMeaning
    snapshots: tuple[IncomingSnapshot, ...]


def prepare_span(record: SpanRecord, writer: PayloadWriter) -> IncomingSpan:
    """One redacted span. A pending record takes the identity of the span it announces."""
    meaning = map_span(record)
    if meaning.is_pending:
        record = _announced(record, meaning)
    payload = writer.span(record)
    links = b"".join(link.trace_id + link.span_id for link in record.links) if record.links else b""
    warnings = " ".join(sorted({repair.reason for repair in record.repairs})) if record.repairs else ""
    return IncomingSpan(
        trace_id=record.trace_id,
        span_id=record.span_id,
        side=1 if record.otel_kind == SERVER else 0,
        parent_span_id=record.parent_span_id,
        name=record.name[:SHOWN_LENGTH],
        otel_kind=record.otel_kind,
        start_ns=record.start_ns,
        end_ns=record.end_ns,
        status_code=record.status_code,
        status_message=record.status_message[:SHOWN_LENGTH],
        links=links,
        warnings=warnings,
        content_hash=digest8(record.span_id, payload),
        payload=payload,
        meaning=msgspec.structs.replace(meaning, snapshots=()) if meaning.snapshots else meaning,
        snapshots=_snapshots(meaning.snapshots, writer) if meaning.snapshots else (),
        has_exception=any(event.name in EXCEPTION_EVENTS for event in record.events) if record.events else False,
    )


PENDING_WORDS = ("logfire.span_type", "logfire.pending_parent_id")


def _announced(record: SpanRecord, meaning: SpanMeaning) -> SpanRecord:
    """The open span that a pending record announces; a repair keeps the record's own id."""
    kept = {key: value for key, value in record.attributes.items() if key not in PENDING_WORDS}
    repair = Repair("span_id", PENDING, record.span_id.hex(), meaning.replaces_span_id.hex())
    return msgspec.structs.replace(
        record,
        span_id=meaning.replaces_span_id,
        parent_span_id=meaning.pending_parent_id,
        end_ns=None,
        attributes=kept,
        repairs=(*record.repairs, repair),
    )


def prepare_log(record: LogRecord, writer: PayloadWriter, received_ns: int) -> IncomingLog:
    """One redacted log record. Without any time of its own it takes the time it was received."""
    meaning = map_log(record)
    payload = writer.log(record)
    body = record.body if isinstance(record.body, str) else _json_text(record.body)
    time_ns = record.time_ns if record.time_ns is not None else record.observed_ns
    return IncomingLog(
        trace_id=record.trace_id,
        span_id=record.span_id,
        time_ns=received_ns if time_ns is None else time_ns,
        severity_number=record.severity_number,
        severity_text=record.severity_text[:SHOWN_LENGTH],
        body=body[:SHOWN_LENGTH],
        is_cut=len(body) > SHOWN_LENGTH,
        event_name=record.event_name[:SHOWN_LENGTH],
        content_hash=digest16(payload),
        payload=payload,
        meaning=msgspec.structs.replace(meaning, snapshots=()) if meaning.snapshots else meaning,
        snapshots=_snapshots(meaning.snapshots, writer) if meaning.snapshots else (),
    )


def own_key(meaning: SpanMeaning | LogMeaning) -> tuple[str | None, int]:
    """The mission the record itself names, and how strongly."""
    key = meaning.mission_key
    return (None, NONE) if key is None else (key.key, key.strength)


def _snapshots(snapshots: tuple[SnapshotMeaning, ...], writer: PayloadWriter) -> tuple[IncomingSnapshot, ...]:
    return tuple(
        IncomingSnapshot(
            agent_name=snapshot.agent_name[:SHOWN_LENGTH],
            step_id=snapshot.step_id[:SHOWN_LENGTH],
            time_ns=snapshot.time_ns,
            kind=snapshot.kind,
            source=snapshot.source[:SHOWN_LENGTH],
            body_hash=writer.value_body(snapshot.state),
        )
        for snapshot in snapshots
    )


def _json_text(value: object) -> str:
    return "" if value is None else msgspec.json.encode(value).decode()
