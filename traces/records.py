"""What the selectors of traces give: frozen rows, never model instances. No Django here.

Ids are lower-case hex; `mission_id` is the sender's own text. Times are int nanoseconds.
"""

import msgspec


class SpanRow(msgspec.Struct, frozen=True):
    """A span without its payload: what lists, trees, graphs and live deltas are made of."""

    pk: int
    mission_id: str
    trace_id: str
    span_id: str
    side: int
    """1 for a SERVER span, which may share its id with the CLIENT span that called it; else 0."""
    parent_span_id: str | None
    name: str
    otel_kind: str
    """INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER, UNSPECIFIED, or KIND_<n>."""
    span_kind: str
    """LLM, TOOL, AGENT ...: telemetry.meaning.SPAN_KINDS."""
    service_name: str
    agent_name: str
    step_id: str
    start_ns: int | None
    end_ns: int | None
    status_code: str
    """UNSET, OK, ERROR: as reported."""
    status_message: str
    effective_status: str
    """waiting, active, ok, failed, gone: as derived by the last recompute; until then by its own record alone."""
    error_type: str
    links: tuple[tuple[str, str], ...]
    """(trace_id, span_id) of each link."""
    warnings: tuple[str, ...]
    change_seq: int
    has_begun: bool = True
    """False for a step that was made and waits for its turn."""
    has_messages: bool = False
    """An agent's or a step's span that carries what was said."""

    @property
    def duration_ns(self) -> int | None:
        """None while open or without a start; never negative."""
        if self.start_ns is None or self.end_ns is None:
            return None
        return max(0, self.end_ns - self.start_ns)


class LogRow(msgspec.Struct, frozen=True):
    """A log record with a preview of its body."""

    pk: int
    mission_id: str
    time_ns: int
    severity_number: int
    severity_text: str
    body: str
    """The first characters; `is_cut` says whether there is more."""
    is_cut: bool
    service_name: str
    trace_id: str | None
    span_id: str | None
    agent_name: str
    step_id: str
    event_name: str
    change_seq: int
    user_id: str = ""
    request_id: str = ""
    conversation_id: str = ""
    host_name: str = ""


class ErrorLogs(msgspec.Struct, frozen=True):
    """How many log records of severity ERROR and above a span of a mission has in a minute."""

    minute_ns: int
    service_name: str
    trace_id: str
    """Empty, as the span's id, where they name none."""
    span_id: str
    count: int


class SnapshotRow(msgspec.Struct, frozen=True):
    """One base or patch of an agent's state, without the value."""

    pk: int
    mission_id: str
    agent_name: str
    step_id: str
    trace_id: str | None
    span_id: str | None
    time_ns: int
    kind: str
    source: str
    change_seq: int


class MissionRow(msgspec.Struct, frozen=True):
    """A mission as lists show it. Totals are those of the last recompute."""

    pk: int
    id: str
    name: str
    status: str
    reported_status: str
    is_inferred: bool
    """True when no sender named it: the trace itself became the mission."""
    start_ns: int | None
    end_ns: int | None
    last_activity_ns: int | None
    duration_ns: int | None
    span_count: int
    error_count: int
    llm_call_count: int
    tool_call_count: int
    log_count: int
    snapshot_count: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: str | None
    """Decimal text."""
    agents: tuple[str, ...]
    services: tuple[str, ...]
    models: tuple[str, ...]
    """Of its model calls, as asked for and as answered."""
    tools: tuple[str, ...]
    """That were run."""
    verdict: str
    """One sentence, or empty."""
    change_seq: int
    list_seq: int
    """Cursor of the list's live feed: grows with every change of this row, per project."""
    computed_seq: int = -1
    """Number of the last recompute in the mission's own sequence."""
    step_count: int = 0
    """Steps of its plan, every occurrence."""
    step_done_count: int = 0
    """Those of them that are over, whatever became of them."""
