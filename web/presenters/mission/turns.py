"""Turns of agents in the conversation: what one was told that is new, and what it said."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from analysis.algorithms.context import LOOK_BACK, ContextChange, compute_context_changes
from core.hashing import digest8
from telemetry.conventions.conversation import Conversation, Message
from traces.records import SpanRow
from web.presenters.formats import format_duration, format_time
from web.presenters.mission.calls import CallView, Figure, fresh_positions, is_nothing
from web.presenters.mission.keys import span_key, span_path
from web.presenters.mission.messages import (
    MessageView,
    ToolRun,
    answered_ids,
    plain_text,
    present_messages,
    present_parts,
)


class Turn(msgspec.Struct, frozen=True):
    """A turn that was read: comparable with the agent's turn before, as model calls are."""

    pk: int
    trace_id: str
    agent_name: str
    start_ns: int | None
    message_hashes: tuple[bytes, ...]


def list_needed(turns: Sequence[SpanRow], shown: Iterable[SpanRow]) -> list[SpanRow]:
    """The turns to read for what is shown: they, the few before each, and the turn before of its agent."""
    place = {turn.pk: at for at, turn in enumerate(turns)}
    last: dict[str, int] = {}
    before: list[int | None] = []
    for at, turn in enumerate(turns):
        before.append(last.get(turn.agent_name))
        last[turn.agent_name] = at
    needed: set[int] = set()
    for turn in shown:
        at = place[turn.pk]
        needed.update(range(max(0, at - LOOK_BACK), at + 1))
        earlier = before[at]
        if earlier is not None:
            needed.add(earlier)
    return [turns[at] for at in sorted(needed)]


def compare_turns(turns: Iterable[SpanRow], said: Mapping[int, Conversation]) -> dict[int, ContextChange]:
    """What is new in each turn, compared with its agent's turn before."""
    return compute_context_changes(
        [make_turn(turn, said[turn.pk]) for turn in turns if turn.pk in said],
    )


def make_turn(turn: SpanRow, said: Conversation) -> Turn:
    """A turn with a hash for each message it was given."""
    hashes = tuple(_hash(message.role, message) for message in said.input_messages)
    return Turn(turn.pk, turn.trace_id, turn.agent_name, turn.start_ns, hashes)


class Speech:
    """Who said what so far: a reply that the next turn was told is not shown twice."""

    def __init__(self) -> None:
        self._speakers: dict[bytes, str] = {}

    def hear(self, turn: SpanRow, said: Conversation) -> None:
        """Remember a turn's reply."""
        for message in said.output_messages:
            self._speakers[_hash("", message)] = turn.agent_name or turn.name

    def speaker(self, message: Message) -> str:
        """Who said it before; empty for what is new."""
        return self._speakers.get(_hash("", message), "")


def present_turn(
    turn: SpanRow,
    said: Conversation,
    change: ContextChange | None,
    speech: Speech,
    runs: Mapping[str, ToolRun],
    *,
    is_whole: bool = False,
) -> CallView:
    """One turn. `speech`: what was said before it."""
    inputs = said.input_messages
    fresh = fresh_positions(len(inputs), make_turn(turn, said), change)
    shown = range(len(inputs)) if is_whole else sorted(fresh)
    took = turn.duration_ns
    return CallView(
        kind=turn.span_kind,
        pk=turn.pk,
        key=span_key(turn.trace_id, turn.span_id, turn.side),
        path=span_path(turn.trace_id, turn.span_id, turn.side, "raw"),
        start_ns=turn.start_ns,
        started=format_time(turn.start_ns),
        model=turn.agent_name or turn.name,
        model_title=turn.name,
        agent="" if turn.span_kind == "AGENT" or not turn.agent_name else turn.name,
        operation="",
        status=turn.effective_status,
        error=turn.status_message if turn.effective_status == "failed" else "",
        figures=[Figure(format_duration(took), "took", "ms-strong")] if took is not None else [],
        new_count=len(fresh),
        unchanged_count=0 if is_whole else len(inputs) - len(fresh),
        removed_count=len(change.removed) if change is not None else 0,
        is_compacted=change is not None and change.is_compacted,
        is_first=change is None or change.previous is None,
        system=present_parts(said.system_instructions),
        messages=_named([_told(inputs[at], speech, is_new=at in fresh) for at in shown], "input", turn),
        output=_named(present_messages(said.output_messages, runs, answered=answered_ids(inputs)), "output", turn),
        finish="",
        parameters=None,
        tools=[],
        is_empty=is_nothing(said),
    )


def _told(message: Message, speech: Speech, *, is_new: bool) -> MessageView:
    [view] = present_messages([message], is_new=is_new)
    speaker = speech.speaker(message)
    return view._replace(echo=f"what {speaker} said before") if speaker and view.parts else view


def _named(views: list[MessageView], word: str, turn: SpanRow) -> list[MessageView]:
    """What goes into and comes out of a step is nobody's message, unless it says so by a name."""
    return views if turn.span_kind == "AGENT" else [view._replace(role=view.name or word) for view in views]


def _hash(role: str, message: Message) -> bytes:
    text = "\x1e".join(plain_text(part) for part in message.parts)
    return digest8(f"{role}\x1f{text}".encode("utf-8", "surrogatepass"))
