"""Inputs, dependencies and declared outputs of stage7's steps and planned tasks, in all the forms they come in."""

from collections.abc import Iterator
from typing import Any

from telemetry.facts.records import Dependency, Input, OutputDefinition
from telemetry.facts.texts import bounded, find_mentions, is_lost, read_line, show

ENCLOSING = "0"
"""As a source: the inputs of the step that a plan belongs to."""
BRANCHES = ("steps", "trueSteps", "falseSteps")
"""Inputs whose value is a plan of its own."""


def named_items(value: Any, name_key: str) -> Iterator[tuple[str, Any]]:
    """(name, item) of an object, an array of pairs or an array of items that carry their name."""
    if isinstance(value, dict):
        yield from ((str(name), item) for name, item in value.items())
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, list) and len(item) == 2:
                yield str(item[0]), item[1]
            elif isinstance(item, dict) and isinstance(item.get(name_key), str):
                yield item[name_key], item


def read_inputs(*sources: Any) -> tuple[Input, ...]:
    """Inputs of a step: references first, then values; a reference and a value of one name are one input."""
    found: dict[str, Input] = {}
    for source in sources:
        for name, item in named_items(source, "inputName"):
            read = read_input(name, item)
            held = found.get(name)
            found[name] = read if held is None else _joined(held, read)
    return bounded(list(found.values()))


def _joined(first: Input, second: Input) -> Input:
    """What two records of one input say together: the tie of one, the value of the other."""
    tied, other = (first, second) if first.output_name or first.source else (second, first)
    if not (tied.output_name or tied.source) or tied.value:
        return first if first.size >= second.size else second
    return Input(
        tied.name, other.value, other.value_type or tied.value_type, other.size, tied.output_name, tied.source,
        tied.mentions or other.mentions, tied.is_lost or other.is_lost,
    )  # fmt: skip


def read_input(name: str, item: Any) -> Input:
    """One input: a literal, or the output of another step."""
    if not isinstance(item, dict) or not item.keys() & {"value", "outputName", "sourceId", "sourceStep", "inputName"}:
        return _literal(name[:200], "", item)
    value_type = read_line(item.get("valueType"), 40)
    output_name = read_line(item.get("outputName"), 200)
    source = read_line(_first(item, "sourceId", "sourceStep"), 200)
    if output_name or source:
        return Input(name[:200], value_type=value_type, output_name=output_name, source=source)
    return _literal(name[:200], value_type, item.get("value"))


def _literal(name: str, value_type: str, value: Any) -> Input:
    if name in BRANCHES and isinstance(value, list):
        return Input(name, value_type=value_type, size=len(value))
    mentions = find_mentions(value)
    if isinstance(value, dict) and isinstance(value.get("outputName"), str):
        mentions = (value["outputName"][:200],)
    shown = show(value)
    return Input(name, shown.preview, value_type, shown.size, mentions=mentions, is_lost=is_lost(value))


def _first(item: dict[str, Any], *names: str) -> Any:
    return next((item[name] for name in names if item.get(name) not in (None, "")), None)


def read_dependencies(value: Any) -> tuple[Dependency, ...]:
    """What a step says it waits for. Old forms that name no source (`{outputName}` alone, `{name: number}`) are told
    by the inputs."""
    found: list[Dependency] = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            found.append(Dependency(item[:200]))
        elif isinstance(item, dict):
            source = read_line(_first(item, "sourceStepId", "sourceStep", "sourceId"), 200)
            if source:
                output, name = read_line(item.get("outputName"), 200), read_line(item.get("inputName"), 200)
                found.append(Dependency(source, output, name))
    return bounded(found)


def read_definitions(*sources: Any) -> tuple[OutputDefinition, ...]:
    """Declared outputs: name to a text, or to an object with a description."""
    found: dict[str, OutputDefinition] = {}
    for source in sources:
        for name, item in named_items(source, "name"):
            if name in found:
                continue
            if isinstance(item, dict):
                text, is_deliverable = read_line(item.get("description")), item.get("isDeliverable") is True
            else:
                text, is_deliverable = read_line(item), False
            found[name] = OutputDefinition(name[:200], text, is_deliverable)
    return bounded(list(found.values()))
