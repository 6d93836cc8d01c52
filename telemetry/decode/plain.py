"""Plain JSON values made storable, with a repair for everything that was changed."""

import math
from typing import Any

from core.limits import MAX_JSON_NESTING, MAX_NESTING
from telemetry.decode.refusal import Refusal
from telemetry.decode.repairs import Repairs
from telemetry.records import Repair

_MOST_BITS = 63


def clean_item(value: Any) -> tuple[Any, tuple[Repair, ...]]:
    """The value as it can be stored, and what was changed. Raises Refusal when it is nested too deeply."""
    check_nesting(value, MAX_JSON_NESTING)
    repairs = _PlainRepairs("lone_surrogate")
    cleaned = repairs.value("body", value)
    return cleaned, repairs.done()


def check_nesting(value: Any, most: int = MAX_NESTING) -> None:
    """Raises Refusal when lists and objects are nested deeper than `most`. Walks level by level."""
    level = [value]
    for _ in range(most + 1):
        level = [child for item in level for child in _children(item) if isinstance(child, dict | list)]
        if not level:
            return
    raise Refusal("nesting_too_deep", f"A value is nested deeper than {most} levels.")


def _children(item: Any) -> Any:
    if isinstance(item, dict):
        return item.values()
    return item if isinstance(item, list) else ()


class _PlainRepairs(Repairs):
    """Repairs of texts, and of numbers that no store and no JSON can hold."""

    def value(self, field: str, value: Any) -> Any:
        """`value` with every text and number in it as it can be stored."""
        if isinstance(value, float) and not math.isfinite(value):
            return self._as_text(field, "number_not_finite", str(value))
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            return self._as_text(field, "number_too_large", str(value))
        return super().value(field, value)

    def _as_text(self, field: str, reason: str, text: str) -> str:
        self.add(field, reason, text[:40], "the same as text")
        return text
