"""What is read to measure a minute. No Django here."""

from typing import NamedTuple

import msgspec


class EndedSpan(NamedTuple):
    """A span that ended."""

    pk: int
    mission_pk: int
    end_ns: int
    start_ns: int | None
    otel_kind: int
    """OpenTelemetry's number."""
    span_kind: str
    service_name: str
    agent_name: str
    name: str
    has_failed: bool
    error_type: str


class EndedCall(NamedTuple):
    """A model call whose span ended, and whose usage counts."""

    pk: int
    mission_pk: int
    end_ns: int
    service_name: str
    agent_name: str
    provider_name: str
    model: str
    """That answered, else that was asked."""
    duration_ns: int | None
    first_token_ns: int | None
    has_failed: bool
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: str | None


class EndedRun(NamedTuple):
    """A tool run whose span ended."""

    pk: int
    mission_pk: int
    end_ns: int
    start_ns: int | None
    service_name: str
    agent_name: str
    tool_name: str
    has_failed: bool


class LogGroup(msgspec.Struct, frozen=True):
    """Log records of a minute that are alike."""

    minute_ns: int
    mission_pk: int | None
    service_name: str
    agent_name: str
    severity_number: int
    event_name: str
    """Empty unless it begins with `browser.`."""
    count: int


class Closing(NamedTuple):
    """A log record that tells the end of a page's WebSocket."""

    time_ns: int
    mission_pk: int | None
    service_name: str
    severity_number: int
    code: int | None
    """As WebSockets number the reasons (RFC 6455, 7.4); None where it is not told."""


class Sample(NamedTuple):
    """One measurement of a mission's plan, or of the mission: see `samples`."""

    mission_pk: int
    metric: str
    key: str
    """Of what was measured, in its mission."""
    time_ns: int
    value: float
    has_failed: bool
    labels: tuple[str, ...]


class Measured(msgspec.Struct, frozen=True):
    """One measurement: what all rows come to."""

    metric: str
    time_ns: int
    service_name: str
    labels: tuple[str, ...]
    """Values, in the order of the metric's labels."""
    value: float
    has_failed: bool = False
    mission_pk: int | None = None
    span_pk: int | None = None
    count: int = 1
    """Measurements that it stands for, of a sum."""
