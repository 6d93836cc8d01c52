"""What the application was about at the moment of an error: the step, the tool's arguments, the agents' states."""

from typing import Any, NamedTuple

from analysis.selectors import AgentState, read_state
from faults.contents import EventContent
from faults.grouping.failures import MODEL_CALL
from faults.records import ErrorEvent
from plans.contents import read_step_contents
from plans.records import PlanStep
from plans.selectors import read_plan
from plans.span_contents import read_span_contents
from telemetry.conventions import read_tool_io
from telemetry.records import SpanRecord
from traces.records import MissionRow

MOST_STATES = 3
"""Agents whose state is shown, where the event names none."""


class StepMoment(NamedTuple):
    """The step in which it happened."""

    step: PlanStep
    inputs: Any
    """By name, as they were sent."""
    result: Any


class Moment(NamedTuple):
    """The application at a moment. None and empty: nothing is known of it."""

    step: StepMoment | None
    arguments: Any
    """Of the tool that ran; of other work what went in. A model call's are its prompt, and long: not here."""
    result: Any
    states: tuple[AgentState, ...]


def read_moment(project_id: int, mission: MissionRow | None, event: ErrorEvent, content: EventContent) -> Moment:
    """What the application was about when the event happened."""
    arguments = result = None
    if isinstance(content.record, SpanRecord) and event.source != MODEL_CALL:
        told = read_tool_io(content.record.attributes, content.record.events)
        arguments, result = told.arguments, told.result
    if mission is None:
        return Moment(None, arguments, result, ())
    return Moment(_read_step(project_id, mission, event), arguments, result, _read_states(project_id, mission, event))


def _read_step(project_id: int, mission: MissionRow, event: ErrorEvent) -> StepMoment | None:
    if not event.step_key and not event.step_id:
        return None
    steps = read_plan(mission.pk).steps
    step = next((each for each in steps if event.step_key and each.key == event.step_key), None)
    step = step or _latest(event, [each for each in steps if event.step_id and each.step_id == event.step_id])
    if step is None:
        return None
    if step.head is not None:
        span = read_span_contents(project_id, [step.head.pk]).get(step.head.pk)
        return StepMoment(step, None if span is None else span.arguments, None if span is None else span.result)
    content = read_step_contents(project_id, [step])[step.key]
    return StepMoment(step, content.inputs, content.result)


def _latest(event: ErrorEvent, steps: list[PlanStep]) -> PlanStep | None:
    """Of several occurrences the last that had begun, else the first."""
    begun = [each for each in steps if each.started_ns is None or each.started_ns <= event.time_ns]
    return begun[-1] if begun else next(iter(steps), None)


def _read_states(project_id: int, mission: MissionRow, event: ErrorEvent) -> tuple[AgentState, ...]:
    """Of the agent that the event names, else of the first ones."""
    if not mission.snapshot_count:
        return ()
    states = [each for each in read_state(project_id, mission, None, event.time_ns) if each.found.made_of]
    own = [each for each in states if event.agent_name and each.agent_name == event.agent_name]
    return tuple((own or states)[:MOST_STATES])
