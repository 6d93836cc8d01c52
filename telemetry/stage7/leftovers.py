"""What a converter has no attribute for: kept as it came, so that nothing an object says is lost."""

from collections.abc import Mapping
from typing import Any

from telemetry.records import AttributeValue

LEFT = "stage7.left"
"""The attribute that holds it."""
_IDS = ("missionId", "agentId", "stepId", "userId", "callId", "requestId")
_TIMES = ("startedAt", "endedAt", "startTime", "endTime", "timestamp")
ALWAYS = frozenset((*_IDS, *_TIMES, "status", "error", "errorType", "errorCode"))
"""Names whose values become ids, times and the failure of a record."""
_NOTHING: tuple[Any, ...] = (None, "", [], {})


def keep_leftovers(
    item: Mapping[str, Any], mapped: frozenset[str], parts: Mapping[str, frozenset[str]]
) -> dict[str, AttributeValue]:
    """The fields of an object that are in none of its attributes, and those of its `parts` beside the ones named.

    A part that is no object where one was expected is kept whole.
    """
    left: dict[str, Any] = {
        name: value
        for name, value in item.items()
        if name not in mapped | ALWAYS and name not in parts and value not in _NOTHING
    }
    for name, known in parts.items():
        part = item.get(name)
        if isinstance(part, Mapping):
            inner = {key: value for key, value in part.items() if key not in known | ALWAYS and value not in _NOTHING}
            if inner:
                left[name] = inner
        elif part is not None:
            left[name] = part
    return {LEFT: left} if left else {}
