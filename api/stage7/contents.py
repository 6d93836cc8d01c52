"""Whole values of steps, as many as are allowed."""

from collections.abc import Mapping, Sequence
from typing import Any

from plans.contents import StepContent, content_of
from plans.records import PlanStep
from plans.span_contents import SpanContent, read_span_contents
from traces.contents import iterate_logs

MOST_BYTES = 16 << 20
"""Of the records that tell of steps, as stored, and of the spans that are steps; one of each at least."""
INPUT, OUTPUT = "input", "output"
"""What a span was given and what came of it, where that has no name."""


def read_whole(project_id: int, steps: Sequence[PlanStep]) -> dict[str, StepContent]:
    """By key of the step; those that come too late to be within the limit are not there."""
    told = [step for step in steps if step.head is None]
    logs = dict(iterate_logs(project_id, list(dict.fromkeys(pk for step in told for pk in step.evidence)), MOST_BYTES))
    whole = {
        step.key: content_of(logs[pk] for pk in step.evidence)
        for step in told
        if all(pk in logs for pk in step.evidence)
    }
    return whole | _read_shown(project_id, {step.head.pk: step for step in steps if step.head is not None})


def _read_shown(project_id: int, steps: Mapping[int, PlanStep]) -> dict[str, StepContent]:
    """Of steps that only spans show, by key of the span."""
    contents = read_span_contents(project_id, steps, MOST_BYTES)
    return {steps[pk].key: _step_content(steps[pk], content) for pk, content in contents.items()}


def _step_content(step: PlanStep, content: SpanContent) -> StepContent:
    given = content.arguments
    inputs = given if isinstance(given, dict) else {} if given is None else {INPUT: given}
    return StepContent(
        {str(name): value for name, value in inputs.items()},
        None if content.result is None else [_output(step, content.result)],
        content.verb or "",
        content.description or "",
    )


def _output(step: PlanStep, result: Any) -> dict[str, Any]:
    """What a span returned, as a PluginOutput."""
    return {
        "success": step.outcome != "failed",
        "name": OUTPUT,
        "resultType": None,
        "result": result,
        "resultDescription": None,
        "error": step.error or None,
    }
