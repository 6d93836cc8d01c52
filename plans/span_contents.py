"""What spans say in their payload of the step or the question that they are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from plans.records import Question
from telemetry.conventions import read_tool_io
from telemetry.records import SpanRecord
from traces.contents import iterate_spans
from traces.plain import plain

_VERBS = ("missionscope.step.verb", "stage7.action_verb")
_DESCRIPTIONS = ("missionscope.step.description", "missionscope.step.name")
_QUESTIONS = ("missionscope.human.question", "question", "prompt", "message", "text", "query")
_ANSWERS = ("missionscope.human.answer", "answer", "response", "reply", "message", "text", "content")


class SpanContent(NamedTuple):
    """What one span says; None for what it does not."""

    verb: str | None
    description: str | None
    question: str | None
    answer: str | None
    arguments: Any
    """What it was given."""
    result: Any


NOTHING = SpanContent(None, None, None, None, None, None)


def complete_questions(project_id: int, asked: Sequence[Question]) -> list[Question]:
    """Questions with what their spans say; empty texts where they say nothing. Those of records stay."""
    contents = read_span_contents(project_id, [each.span.pk for each in asked if each.span is not None])
    return [each if each.span is None else _complete(each, contents.get(each.span.pk, NOTHING)) for each in asked]


def _complete(asked: Question, content: SpanContent) -> Question:
    return msgspec.structs.replace(asked, question=content.question or "", answer=content.answer or "")


def read_span_contents(project_id: int, pks: Iterable[int], most_bytes: int | None = None) -> dict[int, SpanContent]:
    """By key; those that come too late to be within `most_bytes` are not there."""
    return {pk: content_of_span(record) for pk, record in iterate_spans(project_id, list(pks), most_bytes)}


def content_of_span(record: SpanRecord) -> SpanContent:
    """What this span says."""
    attributes = record.attributes
    found = read_tool_io(attributes, record.events)
    return SpanContent(
        verb=_text(attributes, _VERBS),
        description=_text(attributes, _DESCRIPTIONS),
        question=_text(attributes, _QUESTIONS[:1]) or _said(found.arguments, _QUESTIONS),
        answer=_text(attributes, _ANSWERS[:1]) or _said(found.result, _ANSWERS),
        arguments=found.arguments,
        result=found.result,
    )


def _text(attributes: Mapping[str, Any], names: Sequence[str]) -> str | None:
    values = (attributes.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value), None)


def _said(value: Any, names: Sequence[str]) -> str | None:
    """A text: the value itself, the field of it that holds one, else its JSON."""
    if value is None or isinstance(value, str):
        return value
    named = _text(value, names) if isinstance(value, dict) else None
    return named or msgspec.json.encode(plain(value)).decode()
