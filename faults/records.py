"""What the selectors of faults give: frozen rows, never model instances. No Django here."""

import msgspec

STATUSES = ("unresolved", "resolved", "ignored")


class GroupRow(msgspec.Struct, frozen=True):
    """A group of errors, as lists show it."""

    pk: int
    title: str
    """Type and message of the newest event."""
    error_type: str
    message: str
    """Without what differs between the events."""
    culprit: str
    source: str
    """span, model_call, tool, step, log or sentry."""
    level: str
    """fatal, error, warning or info."""
    service_name: str
    agent_name: str
    tool_name: str
    step_verb: str
    status: str
    """unresolved, resolved or ignored."""
    assignee_id: int | None
    assignee: str
    """User name of the member, or empty."""
    first_seen_ns: int
    last_seen_ns: int
    event_count: int
    mission_count: int
    resolved_ns: int | None
    resolved_release: str | None
    """Resolved in the release after this one; None: at once."""
    regressed_ns: int | None
    """When it came back after it was resolved."""
    ignore_until_ns: int | None
    ignore_until_count: int | None
    fingerprint: str
    fingerprint_version: int

    @property
    def is_regressed(self) -> bool:
        """It was resolved, came back, and nobody has decided about it since."""
        return self.status == "unresolved" and self.regressed_ns is not None


class ErrorEvent(msgspec.Struct, frozen=True):
    """What one record tells of one failure."""

    pk: int
    group_pk: int
    title: str
    time_ns: int
    source: str
    level: str
    error_type: str
    message: str
    culprit: str
    mission_id: str | None
    """The sender's own text."""
    mission_name: str
    trace_id: str | None
    span_id: str | None
    span_pk: int | None
    log_pk: int | None
    step_key: str
    service_name: str
    agent_name: str
    tool_name: str
    step_id: str
    step_verb: str
    release: str
    environment: str
    user_id: str | None
    request_id: str
    handled: bool | None
    is_counted: bool
    """False: another event tells of the same failure."""
    mission_pk: int | None = None


class MissionTouched(msgspec.Struct, frozen=True):
    """A mission in which an error happened."""

    pk: int
    id: str
    name: str
    status: str
    event_count: int
    last_ns: int


class Share(msgspec.Struct, frozen=True):
    """A value of a field and how many of the events have it."""

    value: str
    count: int
