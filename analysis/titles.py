"""A name for missions that nobody has named: what a person first asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from llmlog.records import LlmCallRow
from telemetry.conventions import read_conversation
from telemetry.conventions.values import shorten
from telemetry.records import SpanRecord
from traces.selectors import read_spans

MOST_CALLS = 4
"""A call may come before anybody said anything: a greeting, or a user that is simulated."""
_NO_TIME = 1 << 80


class Opening(NamedTuple):
    """Where a mission's first words may stand."""

    project_id: int
    call_pks: tuple[int, ...]


def find_opening(project_id: int, calls: Sequence[LlmCallRow]) -> Opening:
    """The mission's first model calls, the same whatever order its records came in."""
    chats = [call for call in calls if call.operation != "embeddings" and call.message_count]
    chats.sort(key=lambda call: (_NO_TIME if call.start_ns is None else call.start_ns, call.span_id, call.side))
    return Opening(project_id, tuple(call.pk for call in chats[:MOST_CALLS]))


def read_titles(openings: Mapping[int, Opening]) -> dict[int, str]:
    """By mission, the first thing a user said in its first calls, on one short line; missing where nobody did."""
    calls: defaultdict[int, list[int]] = defaultdict(list)
    for opening in openings.values():
        calls[opening.project_id] += opening.call_pks
    records: dict[int, SpanRecord] = {}
    for project_id, pks in calls.items():
        records |= read_spans(project_id, pks) if pks else {}
    titles: dict[int, str] = {}
    for mission_pk, opening in openings.items():
        words = (_first_words(records[pk]) for pk in opening.call_pks if pk in records)
        titles[mission_pk] = next(filter(None, words), "")
    return titles


def _first_words(record: SpanRecord) -> str:
    conversation = read_conversation(record.attributes, record.events, record.resource.attributes)
    for message in conversation.input_messages:
        if message.role == "user":
            for part in message.parts:
                if part.type == "text" and part.content.strip():
                    return shorten(part.content)
    return ""
