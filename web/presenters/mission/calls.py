"""The conversation pane: calls and turns in order, each with only what is new since its agent's previous one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from analysis.algorithms.context import ContextChange, Prompt
from llmlog.records import LlmCallRow, ToolCallRow
from telemetry.conventions.conversation import Conversation, ToolIo
from traces.records import SpanRow
from web.presenters.formats import format_cost, format_count, format_duration, format_time, format_tokens
from web.presenters.mission.attempts import BrainView
from web.presenters.mission.keys import span_key, span_path
from web.presenters.mission.messages import (
    MessageView,
    PartView,
    ToolRun,
    answered_ids,
    present_messages,
    present_parts,
)
from web.presenters.mission.texts import Text, present_value

Entry = LlmCallRow | SpanRow
"""A model call, or a span that is a turn."""
EntryOf = TypeVar("EntryOf", bound=Entry)
_NO_TIME = 1 << 80
_GOOD_ENDS = frozenset({"", "stop", "end_turn", "tool_calls", "tool_use", "tool_call", "function_call", "completed"})


class Figure(NamedTuple):
    """One number of a call's head."""

    text: str
    title: str
    css: str


class CallView(NamedTuple):
    """What `_call.html` shows: a model call, or a turn of an agent."""

    kind: str
    """LLM; AGENT or CHAIN for a turn."""
    pk: int
    key: str
    path: str
    """Of all of its span as text, below the mission's `spans/`."""
    start_ns: int | None
    started: str
    model: str
    """Who speaks: the model; for a turn the agent."""
    model_title: str
    agent: str
    operation: str
    status: str
    error: str
    figures: list[Figure]
    new_count: int
    unchanged_count: int
    removed_count: int
    is_compacted: bool
    is_first: bool
    """The first call of its agent: everything is new."""
    system: list[PartView]
    messages: list[MessageView]
    output: list[MessageView]
    finish: str
    """The reason it ended, when that is worth saying."""
    parameters: Text | None
    tools: list[str]
    """Names of the tools it was offered."""
    is_empty: bool
    """Its sender recorded no messages."""
    brain: BrainView | None = None
    """Its attempts, and what else is told of it."""


def order_entries(entries: Iterable[EntryOf]) -> list[EntryOf]:
    """In order of start; what has none comes last."""
    return sorted(entries, key=lambda entry: (_NO_TIME if entry.start_ns is None else entry.start_ns, entry.pk))


def status_of(entry: Entry) -> str:
    """What became of a call or turn."""
    return entry.status if isinstance(entry, LlmCallRow) else entry.effective_status


class EntryCount(NamedTuple):
    """How much there is in a conversation, and what to call it."""

    number: int
    text: str
    """`8 model calls and 3 turns`"""
    plural: str


def count_entries(entries: Sequence[Entry]) -> EntryCount:
    """The number of calls and turns, in words."""
    calls = sum(isinstance(entry, LlmCallRow) for entry in entries)
    turns = len(entries) - calls
    counted = [(calls, "model call"), (turns, "turn")]
    text = " and ".join(f"{format_count(n)} {word}{'' if n == 1 else 's'}" for n, word in counted if n)
    return EntryCount(len(entries), text, "calls and turns" if calls and turns else "turns" if turns else "calls")


class Runs(dict[str, ToolRun]):
    """Tool runs by the id of the call they answer; of several with the same id the last, but see `of`."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: dict[int, dict[str, ToolRun]] = {}

    def add(self, run: ToolCallRow, shown: ToolRun) -> None:
        """One run more, in order of start."""
        self[run.tool_call_id] = shown
        if run.requested_by is not None:
            self._asked.setdefault(run.requested_by, {})[run.tool_call_id] = shown

    def of(self, call_pk: int) -> dict[str, ToolRun]:
        """The runs as this model call sees them: those it asked for come before others of the same id."""
        return {**self, **self._asked.get(call_pk, {})}


def present_runs(runs: Sequence[ToolCallRow], results: Mapping[int, ToolIo]) -> Runs:
    """Tool runs by the id of the call they answer; results only where they were read."""
    found = Runs()
    for run in sorted(runs, key=lambda run: (run.start_ns or 0, run.pk)):
        if not run.tool_call_id:
            continue
        io = results.get(run.pk)
        ended = run.end_ns is not None and run.start_ns is not None
        shown = ToolRun(
            span_key(run.trace_id, run.span_id, run.side),
            run.effective_status,
            max(0, (run.end_ns or 0) - (run.start_ns or 0)) if ended else None,
            run.error,
            present_value(io.result) if io is not None and io.result is not None else None,
        )
        found.add(run, shown)
    return found


def present_call(
    call: LlmCallRow,
    conversation: Conversation,
    change: ContextChange | None,
    runs: Runs,
    *,
    is_whole: bool = False,
    brain: BrainView | None = None,
) -> CallView:
    """One call. `runs`: tool runs by call id, those of earlier calls too. `is_whole`: every message is shown."""
    inputs = conversation.input_messages
    fresh = fresh_positions(len(inputs), call, change)
    is_first = change is None or change.previous is None
    shown_ids = None if is_first else frozenset(runs)
    shown = range(len(inputs)) if is_whole else sorted(fresh)
    messages = [
        view for at in shown for view in present_messages([inputs[at]], is_new=at in fresh, shown_ids=shown_ids)
    ]
    failed_end = [reason for reason in call.finish_reasons if reason.lower() not in _GOOD_ENDS]
    return CallView(
        kind="LLM",
        pk=call.pk,
        key=span_key(call.trace_id, call.span_id, call.side),
        path=span_path(call.trace_id, call.span_id, call.side, "raw"),
        start_ns=call.start_ns,
        started=format_time(call.start_ns),
        model=call.response_model or call.request_model or "unknown model",
        model_title=_model_title(call),
        agent=call.agent_name,
        operation=call.operation,
        status=call.status,
        error=call.error,
        figures=present_figures(call),
        new_count=len(fresh),
        unchanged_count=0 if is_whole else len(inputs) - len(fresh),
        removed_count=len(change.removed) if change is not None else 0,
        is_compacted=change is not None and change.is_compacted,
        is_first=is_first,
        system=present_parts(conversation.system_instructions),
        messages=messages,
        output=present_messages(conversation.output_messages, runs.of(call.pk), answered=answered_ids(inputs)),
        finish=", ".join(failed_end),
        parameters=present_value(conversation.parameters) if conversation.parameters else None,
        tools=[tool.name for tool in conversation.tool_definitions],
        is_empty=is_nothing(conversation),
        brain=brain,
    )


def is_nothing(said: Conversation) -> bool:
    """Did the sender record no messages?"""
    return not said.input_messages and not said.output_messages and not said.system_instructions


def fresh_positions(message_count: int, call: Prompt, change: ContextChange | None) -> frozenset[int]:
    """Which input messages are new. When what was stored and what is read differ in number, all count as new."""
    if change is None or len(call.message_hashes) != message_count:
        return frozenset(range(message_count))
    return frozenset(change.added)


def present_unchanged(conversation: Conversation, call: Prompt, change: ContextChange | None) -> list[MessageView]:
    """The messages that the agent's previous call already had."""
    inputs = conversation.input_messages
    fresh = fresh_positions(len(inputs), call, change)
    return present_messages(message for at, message in enumerate(inputs) if at not in fresh)


def present_figures(call: LlmCallRow) -> list[Figure]:
    """Time, first token, tokens and cost; what is unknown is left out."""
    figures: list[Figure] = []

    def add(text: str, title: str, css: str = "") -> None:
        figures.append(Figure(text, title, css))

    if call.start_ns is not None and call.end_ns is not None:
        add(format_duration(max(0, call.end_ns - call.start_ns)), "took", "ms-strong")
    if call.time_to_first_token_ns is not None:
        add(f"first token {format_duration(call.time_to_first_token_ns)}", "time to the first token")
    if call.input_tokens is not None or call.output_tokens is not None:
        add(f"{format_tokens(call.input_tokens)} → {format_tokens(call.output_tokens)}", _tokens_title(call))
    if call.cost_usd is not None:
        add(format_cost(call.cost_usd), f"cost by {call.cost_source}" if call.cost_source else "cost")
    if call.attempt_count > 1:
        add(f"{call.attempt_count} attempts", "tried more than once", "is-failed")
    return figures


def _tokens_title(call: LlmCallRow) -> str:
    pieces: list[tuple[str, Any]] = [
        ("in", call.input_tokens),
        ("out", call.output_tokens),
        ("read from cache", call.cache_read_input_tokens),
        ("written to cache", call.cache_creation_input_tokens),
        ("reasoning", call.reasoning_output_tokens),
    ]
    text = ", ".join(f"{format_count(number)} {word}" for word, number in pieces if number is not None)
    return f"tokens: {text}" if call.counts_usage else f"tokens, counted at an inner call: {text}"


def _model_title(call: LlmCallRow) -> str:
    asked = call.request_model if call.request_model and call.request_model != call.response_model else ""
    return " · ".join(
        piece for piece in (call.provider_name, call.operation, f"asked for {asked}" if asked else "") if piece
    )
