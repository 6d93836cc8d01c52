"""What a record means, whichever convention its sender spoke: the output of the conventions.

Narrow fields only. Texts (messages, arguments, results) stay in the record's attributes and
are read again, when somebody looks, by `telemetry.conventions.messages` and `.tools`.
"""

from decimal import Decimal
from typing import Any

import msgspec

SPAN_KINDS = (
    "LLM", "EMBEDDING", "TOOL", "AGENT", "CHAIN", "RETRIEVER", "RERANKER", "GUARDRAIL", "EVALUATOR",
    "PROMPT", "MEMORY", "STEP", "HUMAN", "QUEUE", "HTTP", "DB", "RPC", "OTHER",
)  # fmt: skip
"""OpenInference's kinds, then ours for what it has no word for."""

STRONG, WEAK, NONE, POOL = 2, 1, 0, -1
"""How strongly a record names its mission. POOL: it names none, and waits under this key until others tell whose it is
(plans/attribution.py)."""

WAITS_FOR_A_PERSON = "pending_user_input"
"""The error type of work that ended with a question: neither done nor failed until somebody answers."""

CANCELLATIONS = frozenset({"KeyboardInterrupt", "GeneratorExit", "aborted", "AbortError"})

OWN_NAME, GOAL_NAME, GROUP_NAME, DERIVED_NAME, NO_NAME = 4, 3, 2, 1, 0
"""What a mission's name is worth: its own, its goal, a trace's or workflow's, the first input. The highest wins."""


def is_cancellation(error_type: str) -> bool:
    """Whether an error type says that somebody stopped the work, which is no failure of its own."""
    return "cancel" in error_type.lower() or error_type in CANCELLATIONS


class MissionKey(msgspec.Struct, frozen=True):
    """The mission a record itself names."""

    key: str
    strength: int
    """STRONG: says mission. WEAK: a conversation or session, used when its trace names no mission. POOL: see above."""
    source: str
    """The attribute it came from."""


class LlmMeaning(msgspec.Struct, frozen=True):
    """A model call. Token counts as the sender gave them, by OpenTelemetry's rule (input includes cached)."""

    operation: str
    """chat, text_completion, generate_content, embeddings ..."""
    provider_name: str = ""
    request_model: str = ""
    response_model: str = ""
    response_id: str = ""
    call_id: str = ""
    """The sender's own id of a logical call that may take several attempts: of the call and of its attempts."""
    is_attempt: bool = False
    """One attempt at such a call, not the call."""
    from_cache: bool = False
    """The answer is an earlier one, kept."""
    is_invalid_json: bool = False
    """JSON was asked for and the answer is none."""
    finish_reasons: tuple[str, ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    cost_usd: Decimal | None = None
    """As the sender reported it; None when it must be computed from prices."""
    time_to_first_token_ns: int | None = None
    counts_usage: bool = True
    """False for an outer span that repeats the usage of an inner one (Vercel, Langfuse wrappers)."""
    message_hashes: tuple[bytes, ...] = ()
    """8 bytes for each input message in order (role and content), for what is new since the previous call."""
    tool_call_ids: tuple[str, ...] = ()
    """Ids of the tool calls the reply asks for."""
    conversation_type: str = ""
    """What was turned into what, in stage7's words (TextToText, TextToJSON ...); of others' calls the operation, and
    TextToText for a chat."""


class ToolMeaning(msgspec.Struct, frozen=True):
    """A tool run."""

    tool_name: str
    tool_call_id: str = ""
    error: str = ""
    arguments_hash: bytes = b""
    """8 bytes of blake2b over the arguments as sent; empty when there are none. Equal arguments: a loop."""


class SnapshotMeaning(msgspec.Struct, frozen=True):
    """A piece of agent state carried by an event, a log record or attributes."""

    agent_name: str
    step_id: str
    time_ns: int | None
    kind: str
    """base (the whole state) or patch (RFC 6902)."""
    state: Any
    """Decoded JSON: the state, or the list of operations."""
    source: str
    """Where it came from, e.g. `event missionscope.state.snapshot` or `event agent.state`."""


class SpanMeaning(msgspec.Struct, frozen=True):
    """What a span means."""

    span_kind: str
    mission_key: MissionKey | None = None
    mission_name: str = ""
    """A title for the mission when this span carries one (mission.name, trace name, goal); else empty."""
    mission_name_rank: int = NO_NAME
    """What that title is worth: OWN_NAME ... NO_NAME."""
    service_name: str = ""
    agent_name: str = ""
    agent_id: str = ""
    step_id: str = ""
    session_id: str = ""
    user_id: str = ""
    error_type: str = ""
    error_message: str = ""
    """From an exception event or attribute or a sender's own error field; else empty."""
    is_pending: bool = False
    """A start-only record that a later one with `replaces_span_id` as its own id completes (Logfire)."""
    replaces_span_id: bytes = b""
    """For a pending record: the real span's id. It is stored under that id, with `pending_parent_id` as parent."""
    pending_parent_id: bytes = b""
    has_messages: bool = False
    """An agent's or a step's own words: it is no model call and carries messages, or text that went in or came out."""
    llm: LlmMeaning | None = None
    tool: ToolMeaning | None = None
    snapshots: tuple[SnapshotMeaning, ...] = ()


class LogMeaning(msgspec.Struct, frozen=True):
    """What a log record means."""

    facts: bytes = b""
    """What it says about the mission's plan, encoded (telemetry.facts.records); empty when nothing."""

    mission_key: MissionKey | None = None
    service_name: str = ""
    agent_name: str = ""
    step_id: str = ""
    user_id: str = ""
    request_id: str = ""
    conversation_id: str = ""
    host_name: str = ""
    is_error: bool = False
    error_type: str = ""
    snapshots: tuple[SnapshotMeaning, ...] = ()
