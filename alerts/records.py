"""What alerts gives to others: frozen values, never model instances. No Django here."""

from typing import Any

import msgspec

STATES = ("pending", "firing", "resolved", "inactive")
OPEN_STATES = ("pending", "firing")
SEVERITIES = ("critical", "warning", "info")
"""Gravest first."""
CHANNEL_KINDS = ("email", "webhook", "slack")
MESSAGE_STATES = ("waiting", "sending", "sent", "failed")
MOST_ROWS = 1_000
"""Of a list that is not paged."""


class MissionRef(msgspec.Struct, frozen=True):
    """A mission that can be opened."""

    id: str
    """The sender's own text."""
    name: str = ""


class ErrorRef(msgspec.Struct, frozen=True):
    """An error group that can be opened."""

    id: str
    title: str = ""


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a firing rests on."""

    missions: tuple[MissionRef, ...] = ()
    spans: tuple[str, ...] = ()
    """`trace_id/span_id`."""
    errors: tuple[ErrorRef, ...] = ()
    detail: str = ""
    """Further words, such as a finding's."""
    metric: str = ""
    since_ns: str = ""
    until_ns: str = ""
    """The window that was measured, decimal."""


class FiringRow(msgspec.Struct, frozen=True):
    """A firing, from pending to resolved."""

    pk: int
    rule_pk: int
    rule_name: str
    """As it was called then."""
    kind: str
    labels: dict[str, str]
    state: str
    """pending, firing, resolved or inactive."""
    severity: str
    value: str | None
    threshold: str
    title: str
    """One sentence that stands alone."""
    evidence: Evidence
    since_ns: int
    seen_ns: int
    fired_ns: int | None
    ended_ns: int | None
    ended_why: str
    silence_pk: int | None
    inhibited_by: int | None
    """Key of another firing."""
    change_seq: int


class FiringPage(msgspec.Struct, frozen=True):
    """A page of firings."""

    rows: list[FiringRow]
    next_before: int | None
    """Go on below this key; None at the end."""


class RuleRow(msgspec.Struct, frozen=True):
    """A rule and how it stands."""

    pk: int
    name: str
    kind: str
    condition: dict[str, Any]
    group_by: tuple[str, ...]
    severity: str
    for_s: int
    channel_pks: tuple[int, ...]
    repeat_interval_s: int | None
    """What goes on is told again after this; None: as each channel says."""
    note: str
    is_enabled: bool
    version: int
    evaluated_ns: int | None
    trouble: str
    created_ns: int
    created_by: str
    """User name, or empty."""
    updated_ns: int
    firing_count: int = 0
    pending_count: int = 0


class Matcher(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wish about one label."""

    label: str
    op: str
    """=, !=, like or not like: in the last two `*` stands for anything."""
    value: str


class SilenceRow(msgspec.Struct, frozen=True):
    """For a time nobody is told of what matches."""

    pk: int
    matchers: tuple[Matcher, ...]
    starts_ns: int
    ends_ns: int
    comment: str
    created_ns: int
    created_by: str
    state: str
    """pending, active or expired."""
    firing_count: int
    """Open firings it keeps quiet now."""


class InhibitionRow(msgspec.Struct, frozen=True):
    """While the source fires nobody is told of the target."""

    pk: int
    name: str
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]
    created_ns: int
    created_by: str


class ChannelRow(msgspec.Struct, frozen=True):
    """A way to somebody, without what is secret in it."""

    pk: int
    name: str
    kind: str
    shown_target: str
    """Mail addresses, or as much of a URL as is no secret."""
    has_secret: bool
    is_enabled: bool
    group_by: tuple[str, ...]
    group_wait_s: int
    group_interval_s: int
    repeat_interval_s: int
    send_resolved: bool
    created_ns: int
    created_by: str
    updated_ns: int
    waiting_count: int
    """Messages on their way."""
    failed_count: int
    """Messages given up."""


class AttemptRow(msgspec.Struct, frozen=True):
    """One attempt to deliver."""

    attempt: int
    started_ns: int
    ended_ns: int | None
    outcome: str
    """sending, sent, failed, or unknown: the process died in it."""
    detail: str


class MessageRow(msgspec.Struct, frozen=True):
    """A message on its way, or what became of it."""

    pk: int
    channel_pk: int
    channel_name: str
    key: str
    subject: str
    about: str
    """The subject without the names that all messages of the project begin with."""
    firing_pks: tuple[int, ...]
    """Those told of by name."""
    state: str
    attempts: tuple[AttemptRow, ...]
    created_ns: int
    due_ns: int
    ended_ns: int | None


class EvaluationRow(msgspec.Struct, frozen=True):
    """A window that a rule was evaluated for."""

    window_end_ns: int
    true_count: int
    trouble: str
