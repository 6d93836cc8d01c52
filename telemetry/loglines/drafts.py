"""A log record while its line is being read."""

from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from core.limits import MAX_ATTRIBUTES
from telemetry.records import AttributeValue, LogRecord, Repair, Resource, Scope

SCOPE = "missionscope.loglines"
"""The scope of records whose logger has no name."""


class Hints(NamedTuple):
    """What is known of a line from outside of it."""

    service: str = ""
    """Of lines that name none."""
    time_ns: int | None = None
    """When a container's log received it."""
    stream: str = ""
    """stdout or stderr."""
    offset_ns: int = 0
    """Local time minus UTC, of times without a zone."""


class Draft(msgspec.Struct):
    """A log record in the making."""

    shape: str
    """Which library wrote the line, or json, logfmt, text."""
    body: AttributeValue = None
    time_ns: int | None = None
    severity_number: int = 0
    severity_text: str = ""
    trace_id: bytes = b""
    span_id: bytes = b""
    flags: int = 0
    logger: str = ""
    service: str = ""
    resource: dict[str, AttributeValue] = {}
    attributes: dict[str, AttributeValue] = {}
    repairs: tuple[Repair, ...] = ()

    def finish(self, hints: Hints) -> LogRecord:
        """The record."""
        service = self.service or hints.service or (self.logger if self.shape in ("pino", "bunyan") else "")
        resource = {**({"service.name": service} if service else {}), **self.resource}
        attributes, dropped, repairs = _within_limit(self.attributes)
        if hints.stream and len(attributes) < MAX_ATTRIBUTES:
            attributes = {**attributes, "log.iostream": hints.stream}
        return LogRecord(
            time_ns=hints.time_ns if self.time_ns is None else self.time_ns,
            observed_ns=hints.time_ns,
            severity_number=self.severity_number,
            severity_text=self.severity_text,
            body=self.body,
            attributes=attributes,
            trace_id=self.trace_id,
            span_id=self.span_id,
            event_name="",
            resource=_resource(tuple(resource.items())),
            scope=_scope(self.logger or SCOPE),
            flags=self.flags,
            dropped_attributes_count=dropped,
            repairs=(*self.repairs, *repairs),
        )


def _within_limit(attributes: dict[str, AttributeValue]) -> tuple[dict[str, AttributeValue], int, tuple[Repair, ...]]:
    if len(attributes) <= MAX_ATTRIBUTES:
        return attributes, 0, ()
    kept = dict(islice(attributes.items(), MAX_ATTRIBUTES))
    counts = f"{len(attributes)} attributes", f"{len(kept)} attributes"
    return kept, len(attributes) - len(kept), (Repair("attributes", "attributes_dropped", *counts),)


@lru_cache(maxsize=256)
def _resource(pairs: tuple[tuple[str, Any], ...]) -> Resource:
    """One object for each sender."""
    return Resource(dict(pairs))


@lru_cache(maxsize=256)
def _scope(name: str) -> Scope:
    return Scope(name)
