"""What a step was to return, and what it returned."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from plans.building.verdicts import output_failure
from plans.records import PlanStep
from telemetry.facts.records import Output, OutputDefinition
from telemetry.stage7.outputs import PENDING
from web.presenters.formats import format_bytes
from web.presenters.mission.texts import Text, present_text, present_value

COMPLETION = "_step_completed"
"""An output that a runtime adds to what went well: it is no result."""


class Whole(NamedTuple):
    """The whole value of an output, and the log that came with it."""

    value: Any
    log: str


class OutputView(NamedTuple):
    """One output, declared, returned, or both."""

    name: str
    description: str
    state: str
    """Status whose glyph it has: ok, failed, waiting, gone."""
    word: str
    """returned, missing, empty, failed, not yet, a plan, waits for a person."""
    note: str = ""
    """`not declared` and the like."""
    result_type: str = ""
    size: str = ""
    error: str = ""
    error_code: str = ""
    text: Text | None = None
    log: Text | None = None
    """What its maker wrote while it worked, where the result carries it."""
    task_count: int = 0
    is_deliverable: bool = False
    model_calls: int = 0


def present_outputs(step: PlanStep, result: Any) -> list[OutputView]:
    """Declared outputs in their order with what came, then what came undeclared. `result`: whole, as it was told."""
    values = _values_of(result)
    returned = _by_name(step.results)
    declared = [_declared(step, each, returned.get(each.name, []), values) for each in step.outputs]
    names = {each.name for each in step.outputs}
    others = [each for each in step.results if each.name not in names]
    return [*declared, *(_returned(each, None, values, is_only_declared=not names) for each in others)]


def _by_name(results: Sequence[Output]) -> dict[str, list[Output]]:
    found: dict[str, list[Output]] = {}
    for output in results:
        found.setdefault(output.name, []).append(output)
    return found


def _values_of(result: Any) -> dict[str, list[Whole]]:
    """Whole values by the name of the output, in order."""
    items = result if isinstance(result, list) else [] if result is None else [result]
    found: dict[str, list[Whole]] = {}
    for item in items:
        if not isinstance(item, Mapping) or not item.keys() & {"name", "result", "value", "success"}:
            found.setdefault("", []).append(Whole(item, ""))
        elif item.get("name") != COMPLETION:
            value = item["result"] if "result" in item else item.get("value")
            found.setdefault(str(item.get("name") or ""), []).append(_without_log(value, item.get("logs")))
    return found


def _without_log(value: Any, log: Any) -> Whole:
    """Logs stand beside a result or inside it."""
    if isinstance(value, Mapping) and isinstance(value.get("logs"), str):
        return Whole({name: each for name, each in value.items() if name != "logs"}, value["logs"])
    return Whole(value, log if isinstance(log, str) else "")


def _declared(
    step: PlanStep, definition: OutputDefinition, returned: Sequence[Output], values: dict[str, list[Whole]]
) -> OutputView:
    if returned:
        return _returned(returned[0], definition, values, is_only_declared=True)
    state, word = ("failed", "missing") if _ought(step) else ("waiting", "not yet")
    if step.outcome == "gone":
        state, word = "gone", "never came"
    if step.is_replaced:
        state, word = "waiting", "left to its plan"
    return OutputView(
        name=definition.name,
        description=definition.description,
        state=state,
        word=word,
        is_deliverable=definition.is_deliverable,
    )


def _ought(step: PlanStep) -> bool:
    return step.outcome in ("ok", "failed")


def _returned(
    output: Output, definition: OutputDefinition | None, values: dict[str, list[Whole]], *, is_only_declared: bool
) -> OutputView:
    queue = values.get(output.name) or values.get("") or []
    whole = queue.pop(0) if queue else Whole(output.preview, "")
    error = output_failure(output)
    state, word = _state(output, error)
    is_shown = not output.tasks and whole.value not in (None, "", [], {})
    return OutputView(
        name=output.name or "result",
        description=definition.description if definition is not None else "",
        state=state,
        word=word,
        note="" if is_only_declared or output.tasks or output.name == PENDING else "not declared",
        result_type=output.result_type,
        size=format_bytes(output.size) if output.size and not output.tasks else "",
        error=error,
        error_code=output.error_code,
        text=present_value(whole.value) if is_shown else None,
        log=present_text(whole.log, is_code=True) if whole.log else None,
        task_count=len(output.tasks),
        is_deliverable=output.is_deliverable or (definition is not None and definition.is_deliverable),
        model_calls=output.model_calls,
    )


def _state(output: Output, error: str) -> tuple[str, str]:
    if error:
        return "failed", "failed"
    if output.name == PENDING:
        return "waiting", "waits for a person"
    if output.tasks:
        return "ok", "a plan"
    return ("waiting", "empty") if output.is_empty else ("ok", "returned")
