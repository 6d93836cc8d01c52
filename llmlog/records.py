"""What the selectors of llmlog give: frozen rows. No Django here."""

import msgspec


class LlmCallRow(msgspec.Struct, frozen=True):
    """A model call without its texts."""

    pk: int
    mission_id: str
    trace_id: str
    span_id: str
    side: int
    agent_name: str
    step_id: str
    operation: str
    provider_name: str
    request_model: str
    response_model: str
    start_ns: int | None
    end_ns: int | None
    time_to_first_token_ns: int | None
    finish_reasons: tuple[str, ...]
    input_tokens: int | None
    output_tokens: int | None
    cache_read_input_tokens: int | None
    cache_creation_input_tokens: int | None
    reasoning_output_tokens: int | None
    cost_usd: str | None
    cost_source: str
    """`sender`, or the price table's name and version, or empty."""
    counts_usage: bool
    """What its sender's convention says of it."""
    is_counted: bool
    """Whether it is in its mission's totals: not when it repeats the usage of a call inside it."""
    status: str
    """waiting, active, ok, failed, gone"""
    error: str
    attempt_count: int
    message_count: int
    new_message_count: int | None
    """Messages not in the agent's previous call; None until computed."""
    message_hashes: tuple[bytes, ...]
    tool_call_ids: tuple[str, ...]
    change_seq: int
    response_id: str = ""
    """The provider's or gateway's id of the answer: two calls that share it saw the same answer."""
    call_id: str = ""
    """The sender's id of a logical call: of the call and of its attempts."""
    is_attempt: bool = False
    """One attempt at a logical call."""
    from_cache: bool = False
    """Its sender says that the answer is an earlier one, kept."""
    is_invalid_json: bool = False
    """Its sender says that JSON was asked for and the answer is none."""


class ToolCallRow(msgspec.Struct, frozen=True):
    """A tool run without its texts."""

    pk: int
    mission_id: str
    trace_id: str
    span_id: str
    side: int
    agent_name: str
    step_id: str
    tool_name: str
    tool_call_id: str
    requested_by: int | None
    """pk of the LLM call whose reply asked for it."""
    start_ns: int | None
    end_ns: int | None
    status: str
    """As reported by the span."""
    effective_status: str
    """Of the span."""
    error: str
    change_seq: int
    arguments_hash: bytes = b""
    """Equal arguments have equal hashes: what a loop is recognised by. Empty when there are none."""
