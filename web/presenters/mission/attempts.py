"""A model call that took several attempts, or one that Brain tells more about: asked, sent, raw, repaired, returned."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from llmlog.records import LlmCallRow
from telemetry.conventions.messages import read_conversation
from telemetry.records import SpanRecord
from telemetry.stage7.calls import BrainCall, read_brain_call
from web.presenters.formats import format_count, format_duration, format_time
from web.presenters.mission.keys import span_key
from web.presenters.mission.messages import MessageView, present_messages
from web.presenters.mission.texts import Text, one_line, present_value

_MS = 1_000_000
SHOWN = 20
"""Attempts whose texts are shown: the latest."""


class Stage(NamedTuple):
    """One form of the prompt or the answer."""

    word: str
    """sent, raw, repaired or returned."""
    messages: list[MessageView]
    """Of what was sent."""
    text: Text | None
    """Of an answer."""
    note: str
    """What is wrong with it; empty when nothing is known to be."""


class AttemptView(NamedTuple):
    """One attempt of the chain."""

    number: int
    key: str
    model: str
    status: str
    started: str
    took: str
    waited: str
    """The pause before it; empty for the first, and where it is not known."""
    error: str
    preview: str
    """The beginning of the answer."""
    marks: list[str]
    stages: list[Stage]
    is_this: bool
    """The one that is looked at."""


class BrainView(NamedTuple):
    """What Brain tells of a call beside its messages, and its attempts."""

    words: list[str]
    """How it was asked: kind of conversation, what to optimise for."""
    cache: str
    """Why the answer is an old one; empty when it is not."""
    json_error: str
    """Where the answer stops being the JSON that was asked for."""
    failures: list[str]
    """Reports that the answer was of no use."""
    exclusions: list[str]
    """Models that could not be chosen, and why."""
    attempts: list[AttemptView]
    earlier_count: int
    """Attempts before those shown."""


def present_brain(
    call: LlmCallRow,
    record: SpanRecord,
    chain: Sequence[LlmCallRow],
    records: Mapping[int, SpanRecord],
    *,
    replayed: LlmCallRow | None = None,
    failures: Sequence[str] = (),
) -> BrainView | None:
    """None where there is no more to say than the messages: no other attempt and nothing that Brain told.

    `records` holds the spans of the latest SHOWN of the chain.
    """
    told = read_brain_call(record.attributes)
    if told is None and len(chain) < 2:
        return None
    shown = chain[-SHOWN:]
    first = len(chain) - len(shown)
    return BrainView(
        words=_words(told) if told is not None else [],
        cache=_cache(told, replayed),
        json_error=_json_error(told),
        failures=list(failures),
        exclusions=[_exclusion(each) for each in told.blacklist] if told is not None else [],
        attempts=[
            _attempt(first + at + 1, each, records.get(each.pk), shown[at - 1] if at else None, call)
            for at, each in enumerate(shown)
        ]
        if len(chain) > 1 or chain[0].pk != call.pk or (told is not None and told.is_attempt)
        else [],
        earlier_count=first,
    )


def _words(told: BrainCall) -> list[str]:
    words = [told.conversation_type, told.optimization and f"for {told.optimization}"]
    if told.estimated_input_tokens is not None or told.estimated_output_tokens is not None:
        counts = (told.estimated_input_tokens, told.estimated_output_tokens)
        said = " → ".join("?" if count is None else format_count(count) for count in counts)
        words.append(f"about {said} tokens, estimated")
    return [word for word in words if word]


def _cache(told: BrainCall | None, replayed: LlmCallRow | None) -> str:
    if replayed is not None:
        return f"The answer of {format_time(replayed.start_ns)[11:19]} came again, with its old request id."
    return "The answer came from the cache." if told is not None and told.cache_hit else ""


def _json_error(told: BrainCall | None) -> str:
    if told is None or told.json_valid is not False:
        return ""
    place = told.json_error_position
    where = f" at character {format_count(place)}" if place is not None else ""
    return f"{told.json_error or 'not JSON'}{where}"


def _exclusion(each: Mapping[str, Any]) -> str:
    until = each.get("until")
    pieces = [each.get("model"), each.get("mechanism"), each.get("reason"), f"until {until}" if until else ""]
    return " · ".join(str(piece) for piece in pieces if piece)


def _attempt(
    number: int, row: LlmCallRow, record: SpanRecord | None, before: LlmCallRow | None, call: LlmCallRow
) -> AttemptView:
    told = read_brain_call(record.attributes) if record is not None else None
    known = row.start_ns is not None and row.end_ns is not None
    return AttemptView(
        number=number,
        key=span_key(row.trace_id, row.span_id, row.side),
        model=row.request_model or row.response_model or "unknown model",
        status=row.status,
        started=format_time(row.start_ns),
        took=format_duration(max(0, (row.end_ns or 0) - (row.start_ns or 0))) if known else "",
        waited=_waited(told, before, row),
        error=row.error,
        preview=one_line(told.raw) if told is not None else "",
        marks=_marks(told),
        stages=_stages(told, record) if told is not None and record is not None else [],
        is_this=row.pk == call.pk,
    )


def _waited(told: BrainCall | None, before: LlmCallRow | None, row: LlmCallRow) -> str:
    if told is not None and told.backoff_ms is not None:
        return format_duration(told.backoff_ms * _MS)
    if before is None or before.end_ns is None or row.start_ns is None or row.start_ns <= before.end_ns:
        return ""
    return format_duration(row.start_ns - before.end_ns)


def _marks(told: BrainCall | None) -> list[str]:
    if told is None:
        return []
    marks = [(told.cache_hit, "cached"), (told.is_retry, "retry"), (told.json_valid is False, "invalid JSON")]
    return [word for is_so, word in marks if is_so]


def _stages(told: BrainCall, record: SpanRecord) -> list[Stage]:
    sent = present_messages(read_conversation(record.attributes, record.events).input_messages)
    stages = [Stage("sent", sent, None, "")] if sent else []
    answers = (("raw", told.raw, _json_error(told)), ("repaired", told.repaired, ""), ("returned", told.returned, ""))
    return stages + [
        Stage(word, [], present_value(value), note) for word, value, note in answers if value not in (None, "", [])
    ]
