"""What native records of all types become alike: resource, scope, attributes."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from core.limits import MAX_ATTRIBUTES
from telemetry.native.fields import Placed, Record, Work
from telemetry.native.ids import text_of
from telemetry.records import AttributeValue, Repair, Resource, Scope

SCOPE = Scope("missionscope.native")
EXTRA = "missionscope.extra."
"""Before the name of a field that the schema does not know."""


class Attributes(NamedTuple):
    """A record's attributes within the limit, and what the limit left out."""

    kept: dict[str, AttributeValue]
    dropped_count: int
    repairs: tuple[Repair, ...]


@lru_cache(maxsize=256)
def resource_of(service_name: str | None) -> Resource:
    """Who sent it; one object for each service."""
    return Resource({"service.name": service_name} if service_name else {})


def gather_attributes(record: Record, item: Mapping[str, Any], own: Mapping[str, AttributeValue]) -> Attributes:
    """The ids that join records, the type's `own`, then what the sender added; the first wins, None is left out."""
    agent_id = text_of(record.agent_id)
    named: dict[str, AttributeValue] = {
        "missionscope.mission.id": text_of(record.mission_id) or None,
        "missionscope.agent.id": agent_id or None,
        "missionscope.agent.name": record.agent_name or agent_id or None,
        "missionscope.step.id": text_of(record.step_id) or None,
        "missionscope.id": text_of(record.id) or None if isinstance(record, Work) else None,
        "missionscope.parent.id": text_of(record.parent_id) or None if isinstance(record, Placed) else None,
        **own,
    }
    whole = {name: value for name, value in named.items() if value is not None}
    extra = {EXTRA + name: item[name] for name in item.keys() - _known_fields(type(record))}
    for name, value in ({**extra, **(record.attributes or {})}).items():
        whole.setdefault(name, value)
    if len(whole) <= MAX_ATTRIBUTES:
        return Attributes(whole, 0, ())
    kept = dict(islice(whole.items(), MAX_ATTRIBUTES))
    counts = f"{len(whole)} attributes", f"{len(kept)} attributes"
    return Attributes(kept, len(whole) - len(kept), (Repair("attributes", "attributes_dropped", *counts),))


@lru_cache(maxsize=64)
def _known_fields(record_type: type[Record]) -> frozenset[str]:
    return frozenset({*(field.encode_name for field in msgspec.structs.fields(record_type)), "type"})
