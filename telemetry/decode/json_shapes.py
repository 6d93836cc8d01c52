"""The messages of OTLP/JSON as typed shapes. Fields not named here are ignored, as OTLP asks.

Integers of 64 bits come as numbers or decimal text; both are taken for every integer.
"""

import msgspec

Number = int | str


class AnyValue(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """One value; at most one field may be set."""

    string_value: str | None = None
    int_value: Number | None = None
    bool_value: bool | None = None
    double_value: float | str | None = None
    array_value: "ArrayValue | None" = None
    kvlist_value: "KeyValueList | None" = None
    bytes_value: str | None = None


class ArrayValue(msgspec.Struct, omit_defaults=True, gc=False):
    """A list of values."""

    values: list[AnyValue | None] = []


class KeyValue(msgspec.Struct, omit_defaults=True, gc=False):
    """An attribute."""

    key: str = ""
    value: AnyValue | None = None


class KeyValueList(msgspec.Struct, omit_defaults=True, gc=False):
    """A map."""

    values: list[KeyValue] = []


class Resource(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A resource."""

    attributes: list[KeyValue] = []
    dropped_attributes_count: Number = 0


class Scope(msgspec.Struct, omit_defaults=True, gc=False):
    """An instrumentation scope."""

    name: str = ""
    version: str = ""
    attributes: list[KeyValue] = []


class Event(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A span event."""

    time_unix_nano: Number = 0
    name: str = ""
    attributes: list[KeyValue] = []
    dropped_attributes_count: Number = 0


class Link(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A span link."""

    trace_id: str = ""
    span_id: str = ""
    trace_state: str = ""
    attributes: list[KeyValue] = []
    dropped_attributes_count: Number = 0
    flags: Number = 0


class Status(msgspec.Struct, omit_defaults=True, gc=False):
    """How a span ended."""

    message: str = ""
    code: int = 0


class Span(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A span."""

    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    trace_state: str = ""
    flags: Number = 0
    name: str = ""
    kind: int = 0
    start_time_unix_nano: Number = 0
    end_time_unix_nano: Number = 0
    attributes: list[KeyValue] = []
    dropped_attributes_count: Number = 0
    events: list[Event] = []
    dropped_events_count: Number = 0
    links: list[Link] = []
    dropped_links_count: Number = 0
    status: Status = msgspec.field(default_factory=Status)


class Log(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A log record."""

    time_unix_nano: Number = 0
    observed_time_unix_nano: Number = 0
    severity_number: int = 0
    severity_text: str = ""
    body: AnyValue | None = None
    attributes: list[KeyValue] = []
    dropped_attributes_count: Number = 0
    flags: Number = 0
    trace_id: str = ""
    span_id: str = ""
    event_name: str = ""


class ScopeSpans(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """Spans of one scope."""

    scope: Scope = msgspec.field(default_factory=Scope)
    spans: list[Span] = []
    schema_url: str = ""


class ResourceSpans(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """Spans of one resource."""

    resource: Resource = msgspec.field(default_factory=Resource)
    scope_spans: list[ScopeSpans] = []
    schema_url: str = ""


class TraceRequest(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """ExportTraceServiceRequest."""

    resource_spans: list[ResourceSpans] = []


class ScopeLogs(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """Log records of one scope."""

    scope: Scope = msgspec.field(default_factory=Scope)
    log_records: list[Log] = []
    schema_url: str = ""


class ResourceLogs(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """Log records of one resource."""

    resource: Resource = msgspec.field(default_factory=Resource)
    scope_logs: list[ScopeLogs] = []
    schema_url: str = ""


class LogsRequest(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """ExportLogsServiceRequest."""

    resource_logs: list[ResourceLogs] = []
