"""Which steps a mission's spans are part of."""

from collections.abc import Sequence

import msgspec

from plans.building.rows import step_of_row
from plans.building.span_places import SpanPlace
from plans.records import NOWHERE, PlanStep
from traces.records import SpanRow


class SpanStep(msgspec.Struct):
    """One occurrence of a step that only spans tell of."""

    agent_id: str
    step_id: str
    occurrence: int
    parent: int
    """Index of the step it is part of, or NOWHERE."""
    tops: list[int]
    """Places that are the step; what lies under them is part of it."""
    spans: list[SpanRow]
    """In those places."""
    is_declared: bool
    """A span of kind STEP stands for it."""


class SpanSteps:
    """A mission's steps: first those that records tell of, then the others in order of appearance.

    The spans of a step that lie apart are one step; a further STEP span of an agent's step is its next occurrence.
    """

    def __init__(self, places: Sequence[SpanPlace], told: Sequence[PlanStep]) -> None:
        self.places, self.told = places, told
        self.found: list[SpanStep] = []
        self.by_place: list[int] = []
        """By place: the step it is part of, or NOWHERE."""
        self._told_by_id = {step.step_id: step.index for step in told}
        self._last: dict[tuple[str, str], int] = {}
        for at, place in enumerate(places):
            above = self.by_place[place.parent] if place.parent >= 0 else NOWHERE
            span = place.span
            if span is None or not span.step_id or (above >= 0 and self.step_id(above) == span.step_id):
                self.by_place.append(above)
            else:
                self.by_place.append(self._enter(at, span, above))

    def step_id(self, index: int) -> str:
        """The sender's id of a step."""
        count = len(self.told)
        return self.told[index].step_id if index < count else self.found[index - count].step_id

    def _enter(self, at: int, span: SpanRow, above: int) -> int:
        if span.pk < 0:
            return step_of_row(span)
        if span.step_id in self._told_by_id:
            return self._told_by_id[span.step_id]
        key = (self.places[at].agent, span.step_id)
        known = self._last.get(key, NOWHERE)
        is_declared = span.span_kind == "STEP"
        if known != NOWHERE:
            step = self.found[known]
            if not (is_declared and step.is_declared):
                step.tops.append(at)
                step.spans.append(span)
                step.is_declared = step.is_declared or is_declared
                return len(self.told) + known
        occurrence = 1 if known == NOWHERE else self.found[known].occurrence + 1
        self._last[key] = len(self.found)
        self.found.append(SpanStep(*key, occurrence, above, [at], [span], is_declared))
        return len(self.told) + len(self.found) - 1
