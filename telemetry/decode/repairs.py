"""Changing no more than must be changed for a record to be kept, and saying so.

What a repair tells of a text is how many characters were replaced, never the text: repairs are
shown in places where the text itself may be withheld.
"""

from typing import Any

from core.limits import MAX_ATTRIBUTES, MAX_REPAIRS, MAX_VALUE_BYTES
from telemetry.decode.raw import Pairs
from telemetry.records import Repair

NUL_MARK = "\u2400"
"""␀, the visible picture of U+0000."""
REPLACEMENT = "\ufffd"

_FIELD_CHARACTERS = 200
_SURROGATES_TO_REPLACEMENT = dict.fromkeys(range(0xD800, 0xE000), REPLACEMENT)


class Repairs:
    """Cleans the values of one record and collects what it changed."""

    def __init__(self, surrogate_reason: str) -> None:
        self._surrogate_reason = surrogate_reason
        self._list: list[Repair] = []
        self._more = 0

    def add(self, field: str, reason: str, old: str, new: str) -> None:
        """Notes one change. Of a field with a long name only where it is: half a name could not be redacted."""
        if len(field) > _FIELD_CHARACTERS:
            field = f"{field.partition('.')[0]} ({len(field)} characters)"
        if len(self._list) < MAX_REPAIRS - 1:
            self._list.append(Repair(field, reason, old, new))
        else:
            self._more += 1

    def done(self) -> tuple[Repair, ...]:
        """All changes, in the order they were made."""
        if self._more:
            return (*self._list, Repair("", "more_repairs", str(self._more), ""))
        return tuple(self._list)

    def text(self, field: str, text: str) -> str:
        """`text` as it can be stored: without NUL and lone surrogates, within the limit."""
        if "\0" in text:
            count = text.count("\0")
            self.add(field, "nul_character", f"{count} × U+0000", f"{count} × U+2400 ({NUL_MARK})")
            text = text.replace("\0", NUL_MARK)
        if not text.isascii():
            text = self._without_surrogates(field, text)
        if 4 * len(text) > MAX_VALUE_BYTES:
            text = self._within_limit(field, text)
        return text

    def attributes(self, field: str, pairs: Pairs) -> dict[str, Any]:
        """The pairs as a dict, the last of equal keys winning, at most MAX_ATTRIBUTES of them."""
        result: dict[str, Any] = {}
        for raw_key, value in pairs:
            key = raw_key
            if "\0" in raw_key or not raw_key.isascii() or 4 * len(raw_key) > MAX_VALUE_BYTES:
                key = self.text(f"{field} key", raw_key)
            if len(result) >= MAX_ATTRIBUTES and key not in result:
                continue
            result[key] = self._value(field, key, value)
        return result

    def dropped(self, field: str, pairs: Pairs, kept: dict[str, Any]) -> int:
        """How many distinct keys of `pairs` the limit left out; notes it."""
        if len(pairs) <= MAX_ATTRIBUTES:
            return 0
        left_out = len({key for key, _ in pairs}) - len(kept)
        if left_out:
            self.add(field, "attributes_dropped", f"{len(kept) + left_out} attributes", f"{len(kept)} attributes")
        return max(0, left_out)

    def value(self, field: str, value: Any) -> Any:
        """`value` with every text in it as `text` gives it."""
        if isinstance(value, str):
            return self.text(field, value)
        if isinstance(value, list):
            return [self.value(field, item) for item in value]
        if isinstance(value, dict):
            return {self.text(f"{field} key", key): self.value(field, item) for key, item in value.items()}
        if isinstance(value, bytes) and len(value) > MAX_VALUE_BYTES:
            self.add(field, "value_cut", f"{len(value)} bytes", f"{MAX_VALUE_BYTES} bytes")
            return value[:MAX_VALUE_BYTES]
        return value

    def _value(self, field: str, key: str, value: Any) -> Any:
        if isinstance(value, str):
            if "\0" not in value and value.isascii() and 4 * len(value) <= MAX_VALUE_BYTES:
                return value
        elif isinstance(value, int | float) or value is None:
            return value
        return self.value(f"{field}.{key}", value)

    def _without_surrogates(self, field: str, text: str) -> str:
        try:
            text.encode()
        except UnicodeEncodeError:
            count = sum("\ud800" <= character <= "\udfff" for character in text)
            self.add(field, self._surrogate_reason, f"{count} unreadable", f"{count} × U+FFFD ({REPLACEMENT})")
            return text.translate(_SURROGATES_TO_REPLACEMENT)
        return text

    def _within_limit(self, field: str, text: str) -> str:
        encoded = text.encode()
        if len(encoded) <= MAX_VALUE_BYTES:
            return text
        self.add(field, "value_cut", f"{len(encoded)} bytes", f"{MAX_VALUE_BYTES} bytes")
        kept = encoded[:MAX_VALUE_BYTES].decode(errors="ignore")
        return f"{kept}… [cut: {len(encoded)} bytes in all]"


def time_repairs(start: int, end: int, horizon: int) -> tuple[Repair, ...]:
    """Flags for times that are kept as sent (0: not given): an end before its start, a time beyond `horizon`."""
    found: list[Repair] = []
    if start and end and end < start:
        found.append(Repair("end_ns", "end_before_start", str(end), str(end)))
    found.extend(
        Repair(field, "time_in_future", str(time), str(time))
        for field, time in (("start_ns", start), ("end_ns", end))
        if time > horizon
    )
    return tuple(found)
