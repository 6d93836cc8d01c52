"""What a step was given and what it returned, whole: from the log records that told of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from plans.records import PlanStep
from telemetry.records import LogRecord
from telemetry.stage7.inputs import named_items
from traces.contents import read_logs

_INPUTS = ("inputReferences", "inputValues", "inputs")
_RESULTS = ("result", "results", "data")


class StepContent(NamedTuple):
    """The values of one step, as they were sent."""

    inputs: dict[str, Any]
    """By name: as the sender wrote it, a value or the output it takes."""
    result: Any
    """The last result that is not less than the one before; None when none was told."""
    verb: str = ""
    """As its span calls it; empty where that says none, and for steps that records tell of."""
    description: str = ""


def read_step_contents(project_id: int, steps: Sequence[PlanStep]) -> dict[str, StepContent]:
    """The values of several steps, by the steps' keys."""
    logs = read_logs(project_id, dict.fromkeys(pk for step in steps for pk in step.evidence))
    return {step.key: content_of(logs[pk] for pk in step.evidence if pk in logs) for step in steps}


def content_of(records: Iterable[LogRecord]) -> StepContent:
    """What these records of one step, in order of time, say together."""
    inputs: dict[str, Any] = {}
    result: Any = None
    for record in records:
        body = record.body
        if not isinstance(body, Mapping):
            continue
        for field in _INPUTS:
            for name, item in named_items(body.get(field), "inputName"):
                inputs[name] = item if name not in inputs or _says_more(item, inputs[name]) else inputs[name]
        told = next((body[name] for name in _RESULTS if body.get(name) is not None), None)
        if told is not None and (result is None or not _is_cut(told)):
            result = told
    return StepContent(inputs, result)


def _says_more(item: Any, held: Any) -> bool:
    """A tie that names its source says more than one that does not, and a value more than none."""
    return _weight(item) > _weight(held)


def _weight(item: Any) -> int:
    if not isinstance(item, Mapping):
        return 1
    if item.get("sourceId") or item.get("sourceStep") or item.get("source"):
        return 4
    if item.get("outputName") or item.get("output_name"):
        return 3
    return 2 if item.get("value") is not None else 0


def _is_cut(value: Any) -> bool:
    """Some events cut long texts and leave a mark; another record of the same result has them whole."""
    stack = [value]
    for _ in range(1_000):
        if not stack:
            return False
        item = stack.pop()
        if isinstance(item, str):
            if item.startswith("[Truncated string, length:"):
                return True
        elif isinstance(item, Mapping):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return False
