"""Rows of the events' table, made from what was read."""

from typing import Any, NamedTuple

import msgspec

from core.bulk import Table
from core.hashing import digest8, digest16
from faults.grouping.failures import Failure, find_culprit, measure_richness
from faults.grouping.fingerprint import VERSION, make_fingerprint
from faults.grouping.matching import match_key

SHOWN = 300
LONGEST_MESSAGE = 1_000

EVENTS = Table(
    "faults_event",
    (
        "id", "project_id", "group_id", "is_counted", "received_ns", "identity", "content_hash", "fingerprint",
        "fingerprint_version", "time_ns", "source", "level", "richness", "span_pk", "log_pk", "step_key", "evidence",
        "mission_id", "trace_id", "span_id", "parent_span_id", "match_key", "error_type", "message", "culprit",
        "service_name", "agent_name", "tool_name", "step_id", "step_verb", "release", "environment", "user_id",
        "request_id", "handled",
    ),
    (
        "int8", "int8", "int8", "bool", "int8", "bytea", "bytea", "bytea", "int2", "int8", "varchar", "varchar",
        "int2", "int8", "int8", "text", "bytea", "int8", "bytea", "bytea", "bytea", "bytea", "text", "text", "text",
        "text", "text", "text", "text", "text", "text", "text", "text", "text", "bool",
    ),
)  # fmt: skip


class Place(NamedTuple):
    """Which record tells, and where it lies."""

    identity: bytes
    """Of the record alone."""
    span_pk: int | None = None
    log_pk: int | None = None
    step_key: str = ""
    evidence: tuple[int, ...] = ()
    mission_pk: int | None = None
    trace_id: bytes = b""
    span_id: bytes = b""
    parent_span_id: bytes = b""


class EventRow(NamedTuple):
    """An event, ready to be written."""

    identity: bytes
    content_hash: bytes
    values: tuple[Any, ...]
    """By the columns of EVENTS from `fingerprint` on."""
    trace_id: bytes
    mission_pk: int | None

    def whole(self, pk: int, project_id: int, now_ns: int) -> tuple[Any, ...]:
        """The row to insert; its group is found later in the same transaction."""
        return (pk, project_id, 0, True, now_ns, self.identity, self.content_hash, *self.values)

    def keeping(self, fingerprint: bytes, version: int) -> "EventRow":
        """The same in the group of its older fingerprint, if that was made by other rules."""
        return self if version == VERSION else self._replace(values=(bytes(fingerprint), version, *self.values[2:]))


def make_row(failure: Failure, place: Place) -> EventRow:
    """What a record tells, as a row."""
    key = match_key(failure.error_type, failure.message)
    evidence = b"".join(pk.to_bytes(8, "big") for pk in place.evidence)
    values = (
        make_fingerprint(failure), VERSION, failure.time_ns, failure.source, failure.level, measure_richness(failure),
        place.span_pk, place.log_pk, place.step_key, evidence or None, place.mission_pk, place.trace_id or None,
        place.span_id or None, place.parent_span_id or None, key, failure.error_type[:SHOWN],
        failure.message[:LONGEST_MESSAGE], find_culprit(failure)[:SHOWN], failure.service_name[:SHOWN],
        failure.agent_name[:SHOWN], failure.tool_name[:SHOWN], failure.step_id[:SHOWN], failure.step_verb[:SHOWN],
        failure.release[:SHOWN], failure.environment[:SHOWN], failure.user_id[:SHOWN] or None,
        failure.request_id[:SHOWN], failure.handled,
    )  # fmt: skip
    return EventRow(digest16(place.identity, key), digest8(_encode(values)), values, place.trace_id, place.mission_pk)


_encode = msgspec.msgpack.Encoder().encode


def read_evidence(packed: bytes | None) -> tuple[int, ...]:
    """Keys of log records, as they are kept."""
    raw = bytes(packed or b"")
    return tuple(int.from_bytes(raw[at : at + 8], "big") for at in range(0, len(raw), 8))
