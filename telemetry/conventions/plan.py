"""Which attributes of a span matter, worked out once for each set of attribute names.

Spans of one instrumentation carry the same names again and again; looking some three hundred
names up in each would cost more than all the rest of the mapping.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from telemetry.conventions.names import LOG_FIELDS, RESOURCE_FIELDS, SPAN_FIELDS
from telemetry.conventions.words import KIND_WORDS

_MOST_PLANS = 1024
_MOST_NAMES = 256
_MOST_CHARACTERS = 16_384

_INDEXED = re.compile(
    r"(llm\.input_messages|llm\.output_messages|gen_ai\.prompt|gen_ai\.completion)\.(\d{1,6})\.(.+)", re.DOTALL
)


class Plan(msgspec.Struct, frozen=True):
    """For one set of names: field to the names that are present, in the order they are believed."""

    fields: dict[str, tuple[str, ...]]
    flattened: dict[str, dict[int, tuple[tuple[str, str], ...]]]
    """Flattened array to its elements by index, each a tuple of (rest of the name, whole name)."""

    kind_words: tuple[tuple[str, dict[str, str]], ...]
    """The attributes present that name a kind of work, with their words, in the order they are believed."""

    def names(self, field: str) -> tuple[str, ...]:
        """The names present for a field, possibly none."""
        return self.fields.get(field, ())


_span_plans: dict[tuple[str, ...], Plan] = {}
_log_plans: dict[tuple[str, ...], Plan] = {}


def plan_span(attributes: Mapping[str, Any]) -> Plan:
    """The plan for a span's attributes."""
    names = tuple(attributes)
    return _span_plans.get(names) or _keep(_span_plans, names, _compile(names, SPAN_FIELDS))


def plan_log(attributes: Mapping[str, Any]) -> Plan:
    """The plan for a log record's attributes."""
    names = tuple(attributes)
    return _log_plans.get(names) or _keep(_log_plans, names, _compile(names, LOG_FIELDS))


def plan_resource(attributes: Mapping[str, Any]) -> Plan:
    """The plan for a resource's attributes (not kept: resources are shared already)."""
    return _compile(tuple(attributes), RESOURCE_FIELDS)


def _compile(names: tuple[str, ...], table: dict[str, tuple[str, ...]]) -> Plan:
    present = set(names)
    fields: dict[str, tuple[str, ...]] = {}
    for field, candidates in table.items():
        found = tuple(name for name in candidates if name in present)
        if found:
            fields[field] = found
    words = tuple((name, kinds) for name, kinds in KIND_WORDS if name in present)
    return Plan(fields=fields, flattened=_gather(names), kind_words=words)


def _gather(names: tuple[str, ...]) -> dict[str, dict[int, tuple[tuple[str, str], ...]]]:
    arrays: dict[str, dict[int, list[tuple[str, str]]]] = {}
    for name in names:
        match = _INDEXED.fullmatch(name) if name.startswith(("llm.", "gen_ai.")) else None
        if match:
            array, index, rest = match.groups()
            arrays.setdefault(array, {}).setdefault(int(index), []).append((rest, name))
    return {
        array: {index: tuple(sorted(elements[index])) for index in sorted(elements)}
        for array, elements in arrays.items()
    }


def _keep(plans: dict[tuple[str, ...], Plan], names: tuple[str, ...], plan: Plan) -> Plan:
    """Remembers a plan within bounds: names are the sender's, so their number and length are limited."""
    if len(names) <= _MOST_NAMES and sum(map(len, names)) <= _MOST_CHARACTERS:
        if len(plans) >= _MOST_PLANS:
            plans.clear()
        plans[names] = plan
    return plan
