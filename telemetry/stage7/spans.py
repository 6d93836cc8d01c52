"""What stage7's model calls and plugin executions share on their way to spans."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from core.hashing import digest16
from telemetry.conventions.values import read_count
from telemetry.records import AttributeValue, EventRecord, Resource, Scope, SpanRecord
from telemetry.stage7.records import POOL, SCOPE, Ids, pool_of
from telemetry.stage7.values import read_json_text, read_time_ns

INTERNAL, CLIENT = 1, 3
UNSET, ERROR = 0, 2
NOBODY = frozenset({"unknown_mission", "unknown_agent", "unknown", "undefined", "null", "none"})
"""What stage7 writes where it knows no id."""

_MOST_MESSAGE = 4_000
_canonical = msgspec.msgpack.Encoder(order="deterministic").encode


class Times(msgspec.Struct, frozen=True):
    """When something began and ended; an end before its start is the start."""

    start_ns: int | None
    end_ns: int | None


def read_times(item: Mapping[str, Any], start: Sequence[str], end: Sequence[str]) -> Times:
    """The first usable time under each of these names."""
    start_ns, end_ns = _first_time(item, start), _first_time(item, end)
    if start_ns is not None and end_ns is not None:
        end_ns = max(start_ns, end_ns)
    return Times(start_ns, end_ns)


def _first_time(item: Mapping[str, Any], names: Sequence[str]) -> int | None:
    times = (read_time_ns(item.get(name)) for name in names)
    return next((time_ns for time_ns in times if time_ns is not None), None)


def make_span(
    trace_id: bytes,
    span_id: bytes,
    name: str,
    times: Times,
    attributes: Mapping[str, AttributeValue],
    *,
    resource: Resource,
    scope: Scope = SCOPE,
    parent_span_id: bytes = b"",
    otel_kind: int = INTERNAL,
    status_code: int = UNSET,
    status_message: str = "",
    events: tuple[EventRecord, ...] = (),
) -> SpanRecord:
    """A span; attributes that say nothing (None, empty text) are left out.

    One that names no mission waits in the pool of its day, as log records do.
    """
    told = {key: value for key, value in attributes.items() if value is not None and value != ""}
    if "stage7.mission.id" not in told:
        told[POOL] = pool_of(times.start_ns if times.start_ns is not None else times.end_ns)
    return SpanRecord(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent_span_id,
        name=name,
        otel_kind=otel_kind,
        start_ns=times.start_ns,
        end_ns=times.end_ns,
        status_code=status_code,
        status_message=status_message[:_MOST_MESSAGE],
        attributes=told,
        events=events,
        links=(),
        resource=resource,
        scope=scope,
    )


def content_text(item: Mapping[str, Any], ids: Ids, times: Times, asked: Any) -> str:
    """What names an object that has no id: who asked what and when, the same for its start and its end.

    Without a time or a question all of it, so that only the same object twice is one.
    """
    told = (ids.mission_id, ids.agent_id, ids.step_id, times.start_ns, asked)
    return digest16(_canonical(told if times.start_ns is not None and asked else item)).hex()


def known(ids: Ids) -> Ids:
    """Without the words that stand for no id."""
    return Ids(*("" if text.lower() in NOBODY else text for text in (ids.mission_id, ids.agent_id, ids.step_id)))


def read_object_or_text(value: Any) -> Any:
    """A value, decoded where it is JSON in a text."""
    if isinstance(value, str):
        decoded = read_json_text(value)
        return value if decoded is None else decoded
    return value


def read_mapping(value: Any) -> dict[str, Any]:
    """The object a value is or holds as JSON text; empty for everything else."""
    found = read_object_or_text(value)
    return found if isinstance(found, dict) else {}


def read_word(item: Mapping[str, Any], *names: str, most: int = 500) -> str:
    """The first non-empty text or number under these names."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()[:most]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""


def read_status(item: Mapping[str, Any]) -> int | None:
    """The HTTP status of an exchange."""
    status = read_count(item.get("status", item.get("statusCode")))
    return status if status is not None and status < 1000 else None


def read_error(value: Any) -> str:
    """What an error value says: a text, or the message inside an object."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        for name in ("message_human_readable", "message", "error", "detail", "code"):
            text = value.get(name)
            if isinstance(text, str) and text.strip():
                return text.strip()
        return "an error without a message" if value else ""
    return ""
