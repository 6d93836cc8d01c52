"""Steps and questions to people, as a mission's spans show them."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from analysis.algorithms.facts import MissionFacts
from api.shapes import plain
from plans.records import Question
from plans.wire import question_json
from telemetry.conventions import read_tool_io
from telemetry.records import SpanRecord
from traces.records import SpanRow
from traces.selectors import read_spans
from traces.wire import number

GRAVEST_STATUS = ("active", "waiting", "failed", "gone", "ok")
GRAVEST_CODE = ("ERROR", "OK", "UNSET")
NOWHERE = -1
_VERBS = ("missionscope.step.verb", "stage7.action_verb")
_DESCRIPTIONS = ("missionscope.step.description", "missionscope.step.name")
_QUESTIONS = ("missionscope.human.question", "question", "prompt", "message", "text", "query")
_ANSWERS = ("missionscope.human.answer", "answer", "response", "reply", "message", "text", "content")


class Step(msgspec.Struct):
    """One occurrence of a step of an agent."""

    agent: str
    step_id: str
    occurrence: int
    parent: int
    """Index of the step it is part of, or NOWHERE."""
    tops: list[int]
    """Rows of the tree that are the step; what lies under them is part of it."""
    is_declared: bool
    """A span of kind STEP stands for it."""

    @property
    def id(self) -> str:
        """The same for the same step whenever it is asked for."""
        identity = f"{self.agent}\0{self.step_id}\0{self.occurrence}".encode(errors="replace")
        return blake2b(identity, digest_size=8).hexdigest()


class Steps:
    """A mission's steps in order of appearance. A further STEP span of an agent's step is its next occurrence."""

    def __init__(self, facts: MissionFacts) -> None:
        self.facts = facts
        self.steps: list[Step] = []
        self.by_row: list[int] = []
        """By row of the tree: the step it is part of, or NOWHERE."""
        self._last: dict[tuple[str, str], int] = {}
        for row in facts.tree.rows:
            above = self.by_row[row.parent] if row.parent >= 0 else NOWHERE
            span = row.span
            if span is None or not span.step_id or (above >= 0 and self.steps[above].step_id == span.step_id):
                self.by_row.append(above)
            else:
                self.by_row.append(self._enter(row.index, span, above))

    def _enter(self, row: int, span: SpanRow, above: int) -> int:
        key = (self.facts.agents[row], span.step_id)
        known = self._last.get(key, NOWHERE)
        is_declared = span.span_kind == "STEP"
        if known >= 0 and not (is_declared and self.steps[known].is_declared):
            step = self.steps[known]
            step.tops.append(row)
            step.is_declared = step.is_declared or is_declared
            return known
        occurrence = 1 if known < 0 else self.steps[known].occurrence + 1
        self.steps.append(Step(*key, occurrence, above, [row], is_declared))
        self._last[key] = len(self.steps) - 1
        return len(self.steps) - 1

    def head(self, step: Step) -> SpanRow:
        """The span that says most about the step: the one of kind STEP, else the first."""
        spans = self._spans(step)
        return next((span for span in spans if span.span_kind == "STEP"), spans[0])

    def as_json(self, step: Step, record: SpanRecord | None) -> dict[str, Any]:
        """A step with what its head's payload says."""
        spans = self._spans(step)
        statuses = {self.facts.outcome.statuses[row] for row in step.tops}
        codes = {span.status_code for span in spans}
        starts = [span.start_ns for span in spans if span.start_ns is not None]
        ends = [span.end_ns for span in spans if span.end_ns is not None]
        attributes = {} if record is None else record.attributes
        found = None if record is None else read_tool_io(record.attributes, record.events)
        return {
            "id": step.id,
            "step_id": step.step_id,
            "agent_id": step.agent,
            "parent": None if step.parent < 0 else self.steps[step.parent].id,
            "occurrence": step.occurrence,
            "verb": _text(attributes, _VERBS),
            "description": _text(attributes, _DESCRIPTIONS) or self.head(step).name,
            "status": next(code for code in GRAVEST_CODE if code in codes),
            "effective_status": next(status for status in GRAVEST_STATUS if status in statuses),
            "created_ns": None,
            "started_ns": number(min(starts, default=None)),
            "ended_ns": number(max(ends)) if ends and len(ends) == len(spans) else None,
            "dependencies": self._dependencies(step, spans),
            "inputs": None if found is None else plain(found.arguments),
            "outputs_declared": [],
            "result": None if found is None else plain(found.result),
            "retry_count": step.occurrence - 1,
        }

    def _spans(self, step: Step) -> list[SpanRow]:
        return [span for span in map(self.facts.span_of, step.tops) if span is not None]

    def _dependencies(self, step: Step, spans: Sequence[SpanRow]) -> list[dict[str, Any]]:
        """Steps that the step's spans link to."""
        sources: dict[str, dict[str, Any]] = {}
        for trace_id, span_id in (link for span in spans for link in span.links):
            row = self.facts.tree.find(trace_id, span_id)
            at = NOWHERE if row is None else self.by_row[row]
            if row is None or at < 0 or self.steps[at] is step:
                continue
            source = self.steps[at]
            is_done = all(self.facts.outcome.statuses[top] == "ok" for top in source.tops)
            sources[source.id] = {
                "source": source.id,
                "output_name": None,
                "input_name": None,
                "kind": "link",
                "satisfied": is_done,
                "is_inferred": True,
            }
        return list(sources.values())


def find_human_spans(facts: MissionFacts) -> list[int]:
    """Rows of the spans in which a person is asked, in order of appearance."""
    return [
        row.index
        for row in facts.tree.rows
        if row.span is not None and row.span.span_kind == "HUMAN" and row.span.pk >= 0
    ]


class Asked(NamedTuple):
    """A question: told by records of the plan, or a span in which a person is asked."""

    question: Question | None
    row: int = NOWHERE
    """Of the span."""

    @classmethod
    def of_row(cls, row: int) -> "Asked":
        """The question that a span is."""
        return cls(None, row)


def present_questions(project_id: int, facts: MissionFacts, asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Questions to people, with what spans say in their payload."""
    steps = Steps(facts) if any(each.question is None for each in asked) else None
    spans = {each.row: span for each in asked if (span := facts.span_of(each.row) if each.row >= 0 else None)}
    records = read_spans(project_id, [span.pk for span in spans.values()])
    presented = []
    for each in asked:
        if each.question is not None:
            presented.append(question_json(each.question))
        elif steps is not None and each.row in spans:
            presented.append(human_request_json(facts, steps, each.row, records.get(spans[each.row].pk)))
    return presented


def human_request_json(facts: MissionFacts, steps: Steps, row: int, record: SpanRecord | None) -> dict[str, Any]:
    """A question to a person, and what came of it."""
    span = facts.tree.rows[row].span
    assert span is not None
    attributes = {} if record is None else record.attributes
    found = None if record is None else read_tool_io(record.attributes, record.events)
    at = steps.by_row[row]
    status = facts.outcome.statuses[row]
    return {
        "id": f"{span.trace_id}/{span.span_id}",
        "agent_id": facts.agents[row],
        "step_id": span.step_id or ("" if at < 0 else steps.steps[at].step_id),
        "question": _text(attributes, _QUESTIONS[:1]) or _said(None if found is None else found.arguments, _QUESTIONS),
        "asked_ns": number(span.start_ns),
        "answered_ns": number(span.end_ns) if status == "ok" else None,
        "answer": _text(attributes, _ANSWERS[:1]) or _said(None if found is None else found.result, _ANSWERS),
        "status": status,
    }


def _text(attributes: Mapping[str, Any], names: Sequence[str]) -> str | None:
    values = (attributes.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value), None)


def _said(value: Any, names: Sequence[str]) -> str | None:
    """A text: the value itself, the field of it that holds one, else its JSON."""
    if value is None or isinstance(value, str):
        return value
    named = _text(value, names) if isinstance(value, dict) else None
    return named or msgspec.json.encode(plain(value)).decode()
