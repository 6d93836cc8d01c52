"""The inputs of a step on their way: as the plan says, as they were resolved, as they were sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from plans.records import NOWHERE, PARENT, PlanStep
from telemetry.facts.records import Input
from web.presenters.formats import short_id
from web.presenters.mission.plan_map import PlanMap
from web.presenters.mission.step_ties import Tie, find_ties
from web.presenters.mission.texts import Text, one_line, present_value

_MISSING = object()
Values = Mapping[str, Any]


class Stage(NamedTuple):
    """An input at one stage."""

    word: str
    """plan, resolved, sent; `value` where all that is known is one literal."""
    takes: str
    """Name of the output it takes; empty for a literal."""
    source: str
    """The source in the plan's own words."""
    text: Text | None
    note: str
    """Said where there is no value."""
    css: str


class InputView(NamedTuple):
    """One input of a step."""

    name: str
    value_type: str
    stages: list[Stage]
    ties: list[Tie]
    """What it hangs on."""
    mentioned: list[Tie]
    """What a text of it speaks of, without being tied to it."""
    unmet: list[str]
    """Mentions that lead nowhere."""
    is_lost: bool
    """It holds `[object Object]`."""


def present_inputs(map_: PlanMap, step: PlanStep, told: Values, sent: Sequence[Values]) -> list[InputView]:
    """All inputs by the order of the step. `told`: as its records have them; `sent`: of each run under it."""
    home = map_.homes.get(step.index)
    planned = {item.name: item for item in home.task.inputs} if home is not None else {}
    own = {item.name: item for item in step.inputs}
    names = dict.fromkeys([*own, *planned, *(name for values in sent for name in values)])
    return [_input(map_, step, name, planned.get(name), own.get(name), told, sent) for name in names]


def _input(
    map_: PlanMap,
    step: PlanStep,
    name: str,
    planned: Input | None,
    own: Input | None,
    told: Values,
    sent: Sequence[Values],
) -> InputView:
    ties = find_ties(map_, step, name)
    known = own or planned
    stages = [*_plan_stage(planned), *_resolved_stage(map_, step, name, own, told, ties), *_sent_stage(name, sent)]
    mentions = known.mentions if known is not None else ()
    tied = {tie.output_name for tie in ties}
    unmet = [mention for mention in mentions if mention not in tied and not (mention.startswith("#") and len(ties) > 0)]
    return InputView(
        name,
        known.value_type if known is not None else "",
        _joined(stages),
        [tie for tie in ties if not tie.is_mention],
        [tie for tie in ties if tie.is_mention],
        unmet,
        any(item is not None and item.is_lost for item in (own, planned)),
    )


def _plan_stage(item: Input | None) -> list[Stage]:
    if item is None:
        return []
    if item.output_name or item.source:
        return [Stage("plan", item.output_name, _source_words(item.source), None, "", "")]
    return [Stage("plan", "", "", _literal(item.value), "" if item.value else "empty", "")]


def _source_words(source: str) -> str:
    if source == "0":
        return "the enclosing step"
    return f"step {source}" if source.isdigit() else short_id(source, 8)


def _resolved_stage(
    map_: PlanMap, step: PlanStep, name: str, item: Input | None, told: Values, ties: Sequence[Tie]
) -> list[Stage]:
    if item is None:
        return []
    if not (item.output_name or item.source):
        value = plain_value(told.get(name, item.value))
        return [Stage("resolved", "", "", _literal(value), "" if _literal(value) else "empty", "")]
    value = plain_value(told.get(name, _MISSING))
    if value is not _MISSING and not isinstance(value, Mapping):
        return [Stage("resolved", "", "", _literal(value), "" if _literal(value) else "empty", "")]
    delivered = _delivered(map_, step, name)
    if delivered:
        return [Stage("resolved", "", "", present_value(delivered), "", "")]
    if all(tie.is_satisfied for tie in ties) and ties:
        return [Stage("resolved", "", "", None, "there, by the source", "is-ok")]
    return [Stage("resolved", "", "", None, "not there", "is-failed" if step.outcome != "waiting" else "is-waiting")]


def _delivered(map_: PlanMap, step: PlanStep, name: str) -> str:
    """The beginning of what the source returned for this input, or of what the enclosing step has."""
    for edge in map_.plan.edges_of(step):
        if edge.input_name != name or edge.source == NOWHERE:
            continue
        if edge.kind == PARENT:
            return next(
                (each.value for each in map_.plan.steps[edge.source].inputs if each.name == edge.output_name), ""
            )
        if not edge.is_satisfied:
            continue
        for output in map_.plan.steps[edge.source].results:
            if output.name == edge.output_name and not output.tasks:
                return output.preview
    return ""


def _sent_stage(name: str, sent: Sequence[Values]) -> list[Stage]:
    """What the last run under the step got; a run that did not get it says so."""
    if not sent:
        return []
    value = plain_value(sent[-1].get(name, _MISSING))
    if value is _MISSING:
        return [Stage("sent", "", "", None, "not sent", "is-waiting")]
    return [Stage("sent", "", "", _literal(value), "" if _literal(value) else "empty", "")]


def _joined(stages: Sequence[Stage]) -> list[Stage]:
    """Stages that say the same are one: `plan = resolved`."""
    found: list[Stage] = []
    for stage in stages:
        last = found[-1] if found else None
        if last is not None and not last.takes and not stage.takes and last[3:5] == stage[3:5]:
            found[-1] = last._replace(word=f"{last.word}, {stage.word}", css=stage.css)
        else:
            found.append(stage)
    if len(found) == 1 and not found[0].takes and "sent" not in found[0].word:
        found[0] = found[0]._replace(word="value")
    return found


def _literal(value: Any) -> Text | None:
    """The value; None for an empty one."""
    return None if value in ("", None, {}, []) else present_value(value)


def plain_value(value: Any) -> Any:
    """The value inside `{inputName, value, valueType}`, where it is wrapped so."""
    if isinstance(value, Mapping):
        for name in ("value", "inputValue"):
            if name in value:
                return value[name]
    return value


def read_sent(arguments: Iterable[Any]) -> list[dict[str, Any]]:
    """The inputs of runs by name, from what each run's record has as its arguments."""
    found: list[dict[str, Any]] = []
    for value in arguments:
        if isinstance(value, Mapping):
            found.append(dict(value))
        elif isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value):
            found.append({one_line(name, 200): item for name, item in value})
    return found
