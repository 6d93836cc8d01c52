"""Reads a mission's whole plan: what its records tell, and the steps, agents and questions that only its spans show.

What became of spans is what the last recompute says. Callers have found the mission through its project.
"""

from collections.abc import Sequence

from plans.building.rows import build_rows, find_homes, name_agents
from plans.building.span_places import SpanPlace, place_spans
from plans.building.span_plan import build_span_plan
from plans.records import Plan
from plans.selectors import read_plan
from traces.moments import spans_at
from traces.records import SpanRow
from traces.selectors import list_spans, list_step_ids


def read_whole_plan(mission_pk: int, mission_id: str, at_ns: int | None = None) -> Plan:
    """The plan now or as it was known at a moment. Spans are read where no record tells of a plan, or where they name
    a step that no record does."""
    told = read_plan(mission_pk, at_ns)
    if not told.is_empty and list_step_ids(mission_pk) <= {step.step_id for step in told.steps}:
        return told
    spans = list_spans(mission_pk, mission_id)
    if at_ns is not None:
        spans = spans_at(spans, at_ns)
    return build_span_plan(_place(spans, told, mission_id), told)


def _place(spans: Sequence[SpanRow], told: Plan, mission_id: str) -> list[SpanPlace]:
    """The spans as the mission's tree has them: under the steps that they name."""
    if told.is_empty:
        return place_spans(spans)
    named = name_agents(told, spans)
    return place_spans([*named, *build_rows(told, mission_id)], find_homes(told, named))
