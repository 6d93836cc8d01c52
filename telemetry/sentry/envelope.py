"""An envelope's bytes to its items: a line of headers, then for each item a line of headers and a payload.

Source: https://develop.sentry.dev/sdk/foundations/transport/envelopes/
"""

from typing import Any, NamedTuple

from core.limits import MAX_ITEMS
from telemetry.decode.errors import MalformedBody, TooLarge
from telemetry.decode.json_items import parse_json
from telemetry.decode.refusal import Refusal

_SHOWN = 500


class RawItem(NamedTuple):
    """One item; `payload` is what its headers say, or what was found when they are wrong."""

    headers: dict[str, Any]
    payload: bytes
    declared: Any = None
    """The length its headers gave, where it was not the payload's."""
    refusal: Refusal | None = None
    """Why it, and whatever came after it, could not be read."""

    @property
    def type(self) -> str:
        """What kind of item it says it is."""
        named = self.headers.get("type")
        return named if isinstance(named, str) else ""


class Envelope(NamedTuple):
    """An envelope, taken apart."""

    headers: dict[str, Any]
    items: list[RawItem]


def split_envelope(data: bytes) -> Envelope:
    """The headers and items. Raises MalformedBody when it does not begin as an envelope does, TooLarge."""
    line, place = _line(data, 0)
    try:
        headers = parse_json(line)
    except MalformedBody as error:
        raise MalformedBody(f"The envelope does not begin with a line of JSON headers. {error.detail}") from None
    if not isinstance(headers, dict):
        raise MalformedBody("The envelope does not begin with a JSON object of headers.")
    items: list[RawItem] = []
    while place < len(data):
        line, place = _line(data, place)
        if not line.strip():
            continue
        if len(items) == MAX_ITEMS:
            raise TooLarge(f"The envelope holds more than {MAX_ITEMS} items. Send it in parts.")
        item, place = _read_item(data, line, place)
        items.append(item)
    return Envelope(headers, items)


def _read_item(data: bytes, line: bytes, place: int) -> tuple[RawItem, int]:
    """The item whose headers are `line`, and where the next begins: at the end when it cannot be told."""
    try:
        headers = parse_json(line)
    except MalformedBody:
        headers = None
    if not isinstance(headers, dict):
        detail = "The headers of an item are no JSON object, so where it and what follows it end is not known."
        return RawItem({}, line[:_SHOWN], refusal=Refusal("item_headers", detail)), len(data)
    declared = headers.get("length")
    if declared is None:
        payload, after = _line(data, place)
        return RawItem(headers, payload), after
    end = place + declared if isinstance(declared, int) and not isinstance(declared, bool) and declared >= 0 else -1
    if place <= end <= len(data) and data[end : end + 1] in (b"\n", b""):
        return RawItem(headers, data[place:end]), end + 1
    return _read_mismeasured(data, headers, place)


def _read_mismeasured(data: bytes, headers: dict[str, Any], place: int) -> tuple[RawItem, int]:
    """An item with a wrong length: JSON holds no line break, so its line is its payload; nothing else can be saved."""
    payload, after = _line(data, place)
    declared = headers["length"]
    try:
        parse_json(payload)
    except MalformedBody:
        detail = "An item is not as long as its headers say, so where it and what follows it end is not known."
        return RawItem(headers, payload[:_SHOWN], refusal=Refusal("item_length", detail)), len(data)
    return RawItem(headers, payload, declared=declared), after


def _line(data: bytes, place: int) -> tuple[bytes, int]:
    """The line from here, and where the next begins."""
    end = data.find(b"\n", place)
    return (data[place:], len(data)) if end < 0 else (data[place:end], end + 1)
