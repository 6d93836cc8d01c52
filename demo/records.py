"""What a told story consists of: spans and log records as a sender holds them before it encodes them."""

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

Attributes = dict[str, Any]
"""Values are str, bool, int, float, or a list of these."""

INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = 1, 2, 3, 4, 5
"""OTLP's numbers of the span kinds."""

SEVERITIES: Mapping[str, int] = {"DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17}
"""OTLP's severity numbers of the words used here."""


class Service(NamedTuple):
    """A process that sends: becomes the resource of its spans and log records."""

    name: str
    version: str
    language: str = "python"
    host: str = ""


class Scope(NamedTuple):
    """The instrumentation that made a record."""

    name: str
    version: str


class Event(NamedTuple):
    """A span event."""

    time_ns: int
    name: str
    attributes: Attributes


class Link(NamedTuple):
    """A link from one span to another, in any trace."""

    trace_id: bytes
    span_id: bytes
    attributes: Attributes


@dataclasses.dataclass(slots=True)
class Span:
    """A span while its story is being told. `end_ns` stays None when it never ended."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes
    name: str
    kind: int
    service: Service
    scope: Scope
    start_ns: int
    end_ns: int | None = None
    attributes: Attributes = dataclasses.field(default_factory=dict)
    events: list[Event] = dataclasses.field(default_factory=list)
    links: list[Link] = dataclasses.field(default_factory=list)
    status_code: int = 0
    status_message: str = ""
    stays_open: bool = False
    """True: nobody will ever end it; it is sent as a start-only record."""

    def succeed(self) -> None:
        """Report the status OK, as frameworks do for the work they call done."""
        self.status_code = 1

    def fail(self, error_type: str, message: str) -> None:
        """Report the status ERROR with the type and the message."""
        self.status_code, self.status_message = 2, message
        self.attributes["error.type"] = error_type

    def start_only(self) -> "Span":
        """The record a sender can give when the span has begun: no end, no result, no events."""
        kept = {k: v for k, v in self.attributes.items() if k not in _KNOWN_AT_THE_END and not k.startswith(_OUTCOMES)}
        return dataclasses.replace(
            self, end_ns=None, attributes=kept, events=[], links=list(self.links), status_code=0, status_message=""
        )


_KNOWN_AT_THE_END = frozenset(
    {"error.type", "gen_ai.output.messages", "gen_ai.tool.call.result", "output.value", "traceloop.entity.output"}
)
_OUTCOMES = ("gen_ai.response.", "gen_ai.usage.", "gen_ai.completion.", "llm.output_messages.", "llm.token_count.")


class Log(NamedTuple):
    """A log record, correlated with the span it was written in."""

    time_ns: int
    severity: str
    body: str
    service: Service
    trace_id: bytes
    span_id: bytes
    attributes: Attributes
    event_name: str = ""
