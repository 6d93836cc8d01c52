"""What became of a step, by everything that was told of it: its worst output counts, not the word beside it."""

from typing import NamedTuple

from plans.building.drafts import Draft
from telemetry.facts.records import Output
from telemetry.stage7.outputs import PENDING, is_failure

_FAILED_WORDS = frozenset({"error", "failed", "failure"})
_OVER_WORDS = frozenset({"completed", "replaced", "done", "ok", "success"})
_GONE_WORDS = frozenset({"cancelled", "canceled", "aborted", "skipped"})


class StepVerdict(NamedTuple):
    """What became of a step."""

    outcome: str
    """waiting, active, ok, failed or gone."""
    reason: str
    reason_code: str
    is_silent: bool
    is_replaced: bool
    waits_for_person: bool


def judge_step(draft: Draft, *, has_asked: bool = False) -> StepVerdict:
    """The outcome of a step by its own records. A step that was made and has not begun waits.

    `has_asked`: a question of it is open.
    """
    failing = next((output for output in draft.results if output_failure(output)), None)
    is_plan = any(output.tasks for output in draft.results)
    waits = _waits_for_person(draft, has_asked=has_asked)
    word = draft.status.lower()
    if failing is not None:
        said = draft.error or output_failure(failing)
        code = failing.error_code or draft.error_code or (failing.name if failing.success is False else "")
        is_silent = not draft.error and word not in _FAILED_WORDS
        return StepVerdict("failed", said, code, is_silent, is_plan, False)
    if draft.error or word in _FAILED_WORDS:
        return StepVerdict("failed", draft.error or "It was reported as failed, without a reason.", draft.error_code,
                           False, is_plan, False)  # fmt: skip
    if draft.is_cancelled or word in _GONE_WORDS:
        return StepVerdict("gone", "It was cancelled.", "", False, is_plan, False)
    if waits:
        return StepVerdict("waiting", "It waits for a person's answer.", "", False, False, True)
    if draft.has_results or word in _OVER_WORDS or is_plan:
        return StepVerdict("ok", "", "", False, is_plan, False)
    if draft.started_ns is not None or word == "running":
        return StepVerdict("active", "", "", False, False, False)
    return StepVerdict("waiting", "", "", False, False, False)


def output_failure(output: Output) -> str:
    """Why an output is a failure; empty when it is none."""
    if output.error or not is_failure(output.success, output.result_type, output.preview):
        return output.error
    return output.preview or f"{output.name or 'The output'} is a failure without a text."


def is_empty_result(draft: Draft) -> bool:
    """It came back with nothing: no output at all, or only empty ones."""
    if not draft.has_results or any(output.name == PENDING for output in draft.results):
        return False
    return all(output.is_empty and not output.tasks for output in draft.results)


def _waits_for_person(draft: Draft, *, has_asked: bool) -> bool:
    if any(output.name != PENDING and not output.is_empty for output in draft.results):
        return False
    return has_asked or any(output.name == PENDING for output in draft.results)
