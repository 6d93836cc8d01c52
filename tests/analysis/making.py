"""Records for tests: short to write, complete when made."""

from hashlib import blake2b

from llmlog.records import LlmCallRow, ToolCallRow
from traces.records import LogRow, SpanRow

SECOND = 1_000_000_000
T0 = 1_754_041_200 * SECOND
"""2025-08-01 09:40:00 UTC; times of tests count seconds from here."""
TRACE = "a" * 32


def at(seconds: float | None) -> int | None:
    """The moment `seconds` after T0."""
    return None if seconds is None else T0 + round(seconds * SECOND)


def span_id(name: str | int) -> str:
    return f"{name:016x}" if isinstance(name, int) else name.encode().hex().ljust(16, "0")[:16]


def span(
    name: str,
    parent: str | None = None,
    start: float | None = 0,
    end: float | None = 1,
    *,
    kind: str = "OTHER",
    status: str = "UNSET",
    label: str = "",
    error: str = "",
    message: str = "",
    agent: str = "",
    service: str = "svc",
    otel_kind: str = "INTERNAL",
    trace: str = TRACE,
    side: int = 0,
    links: tuple[str, ...] = (),
    effective: str = "ok",
    pk: int = 0,
    change_seq: int = 0,
) -> SpanRow:
    """A span called `name` (its id) with start and end in seconds after T0."""
    return SpanRow(
        pk=pk or int.from_bytes(blake2b(f"{trace}{name}{side}".encode(), digest_size=5).digest()),
        mission_id="m",
        trace_id=trace,
        span_id=span_id(name),
        side=side,
        parent_span_id=span_id(parent) if parent else None,
        name=label or name,
        otel_kind=otel_kind,
        span_kind=kind,
        service_name=service,
        agent_name=agent,
        step_id="",
        start_ns=at(start),
        end_ns=at(end),
        status_code=status,
        status_message=message,
        effective_status=effective,
        error_type=error,
        links=tuple((trace, span_id(link)) for link in links),
        warnings=(),
        change_seq=change_seq,
    )


def llm_call(
    of: SpanRow,
    *,
    hashes: str = "",
    asks: tuple[str, ...] = (),
    finish: tuple[str, ...] = (),
    tokens_in: int | None = 10,
    tokens_out: int | None = 5,
    cost: str | None = None,
    error: str = "",
    attempts: int = 1,
    model: str = "gpt-x",
) -> LlmCallRow:
    """The model call of a span; each character of `hashes` stands for one message."""
    return LlmCallRow(
        pk=of.pk,
        mission_id="m",
        trace_id=of.trace_id,
        span_id=of.span_id,
        side=of.side,
        agent_name=of.agent_name,
        step_id="",
        operation="chat",
        provider_name="p",
        request_model=model,
        response_model="",
        start_ns=of.start_ns,
        end_ns=of.end_ns,
        time_to_first_token_ns=None,
        finish_reasons=finish,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cache_read_input_tokens=None,
        cache_creation_input_tokens=None,
        reasoning_output_tokens=None,
        cost_usd=cost,
        cost_source="sender",
        counts_usage=True,
        is_counted=True,
        status=of.effective_status,
        error=error,
        attempt_count=attempts,
        message_count=len(hashes),
        new_message_count=None,
        message_hashes=tuple(each.encode() for each in hashes),
        tool_call_ids=asks,
        change_seq=0,
    )


def tool_call(
    of: SpanRow, tool: str, *, call_id: str = "", arguments: str = "", requested_by: int | None = None
) -> ToolCallRow:
    """The tool run of a span."""
    return ToolCallRow(
        pk=of.pk,
        mission_id="m",
        trace_id=of.trace_id,
        span_id=of.span_id,
        side=of.side,
        agent_name=of.agent_name,
        step_id="",
        tool_name=tool,
        tool_call_id=call_id,
        requested_by=requested_by,
        start_ns=of.start_ns,
        end_ns=of.end_ns,
        status=of.status_code,
        effective_status="ok",
        error="",
        change_seq=0,
        arguments_hash=arguments.encode(),
    )


def log(seconds: float, body: str, *, of: SpanRow | None = None, pk: int = 1) -> LogRow:
    """An error log record."""
    return LogRow(
        pk=pk,
        mission_id="m",
        time_ns=T0 + round(seconds * SECOND),
        severity_number=17,
        severity_text="ERROR",
        body=body,
        is_cut=False,
        service_name="svc",
        trace_id=of.trace_id if of is not None else None,
        span_id=of.span_id if of is not None else None,
        agent_name="",
        step_id="",
        event_name="",
        change_seq=0,
    )
