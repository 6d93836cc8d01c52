"""Whole values of steps, as many as are allowed."""

from collections.abc import Sequence

from plans.contents import StepContent, content_of
from plans.records import PlanStep
from traces.contents import iterate_logs

MOST_BYTES = 16 << 20
"""Of the records that tell of steps, as stored; one record at least."""


def read_whole(project_id: int, steps: Sequence[PlanStep]) -> dict[str, StepContent]:
    """By key of the step; those that come too late to be within the limit are not there."""
    logs = dict(iterate_logs(project_id, list(dict.fromkeys(pk for step in steps for pk in step.evidence)), MOST_BYTES))
    return {
        step.key: content_of(logs[pk] for pk in step.evidence)
        for step in steps
        if all(pk in logs for pk in step.evidence)
    }
