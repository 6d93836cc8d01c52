"""The ids that join records, in the spellings of log lines: as tags, contexts, extra values and attributes."""

from collections.abc import Iterable, Mapping
from typing import Any

from telemetry.conventions.values import read_text
from telemetry.loglines.spellings import IDS, find_leaves
from telemetry.records import AttributeValue

_AGENT_ID, _AGENT_NAME = "missionscope.agent.id", "missionscope.agent.name"


def find_ids(places: Iterable[Mapping[str, Any]]) -> dict[str, AttributeValue]:
    """The ids that are named, under the attributes that join records; the first place counts."""
    found: dict[str, AttributeValue] = {}
    for place in places:
        if place:
            _add_ids(place, found)
    if _AGENT_ID in found:
        found.setdefault(_AGENT_NAME, found[_AGENT_ID])
    return found


def _add_ids(place: Mapping[str, Any], found: dict[str, AttributeValue]) -> None:
    leaves = find_leaves(dict(place))
    for attribute, spellings in IDS.items():
        for held in (leaves.own, leaves.inner):
            for name in spellings:
                text = read_text(held[name].value).strip() if name in held else ""
                if text:
                    found.setdefault(attribute, text)
