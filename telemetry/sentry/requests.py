"""A request to one of Sentry's doors as items to be converted, and what of it is not kept."""

from collections import Counter
from typing import Any, NamedTuple

from telemetry.decode.errors import MalformedBody
from telemetry.decode.json_items import Item, check_values, parse_json
from telemetry.decode.refusal import Refusal
from telemetry.sentry.attachments import show_attachment
from telemetry.sentry.envelope import RawItem, split_envelope

KEPT_TYPES = ("event", "transaction", "span", "log", "attachment")
ATTACHMENT = "attachment"
_MOST_NAMED = 20
_LONGEST_TYPE = 40


class Read(NamedTuple):
    """A request, read."""

    items: list[Item]
    notes: tuple[str, ...] = ()
    """What the sender is told was not kept."""


def read_envelope(data: bytes) -> Read:
    """The items of an envelope that are kept; an attachment goes with its event. Raises MalformedBody, TooLarge."""
    envelope = split_envelope(data)
    check_values(b"\n".join(raw.payload for raw in envelope.items if raw.type != ATTACHMENT))
    kept = [_read(raw) for raw in envelope.items if raw.type in KEPT_TYPES or raw.refusal is not None]
    left_out = Counter(raw.type for raw in envelope.items if raw.type not in KEPT_TYPES and raw.refusal is None)
    event_id = envelope.headers.get("event_id")
    return Read(_join_attachments(kept, event_id if isinstance(event_id, str) else ""), _tell_left_out(left_out))


def read_event(data: bytes) -> Read:
    """The one event of a request of the old kind. Raises MalformedBody, TooLarge."""
    check_values(data)
    return Read([Item({"type": "event", "payload": parse_json(data)})])


def _read(raw: RawItem) -> Item:
    if raw.refusal is not None:
        return Item(raw.payload.decode(errors="replace"), raw.refusal)
    if raw.type == ATTACHMENT:
        return Item({"type": ATTACHMENT, "payload": show_attachment(raw.headers, raw.payload)})
    value: dict[str, Any] = {"type": raw.type}
    if raw.declared is not None:
        value["declared_length"], value["length"] = raw.declared, len(raw.payload)
    try:
        value["payload"] = parse_json(raw.payload)
    except MalformedBody:
        return Item(raw.payload[:500].decode(errors="replace"), Refusal("not_json", "The item is not valid JSON."))
    return Item(value)


def _join_attachments(items: list[Item], event_id: str) -> list[Item]:
    """The items, those of attachments inside their event or transaction; without one each stays an item."""
    attached = [item.value["payload"] for item in items if item.refusal is None and item.value["type"] == ATTACHMENT]
    if not attached:
        return items
    host = next((item for item in items if item.refusal is None and _is_event(item.value)), None)
    if host is not None:
        host.value["attachments"] = attached
        return [item for item in items if item.refusal is not None or item.value["type"] != ATTACHMENT]
    for item in items:
        if item.refusal is None and item.value["type"] == ATTACHMENT:
            item.value["event_id"] = event_id
    return items


def _is_event(value: dict[str, Any]) -> bool:
    return value["type"] in ("event", "transaction") and isinstance(value["payload"], dict)


def _tell_left_out(counts: Counter[str]) -> tuple[str, ...]:
    named = [
        f"{count} item(s) of the type {kind[:_LONGEST_TYPE] or '(none)'} are not kept here."
        for kind, count in counts.most_common(_MOST_NAMED)
    ]
    more = len(counts) - _MOST_NAMED
    return (*named, *([f"Items of {more} more types are not kept here."] if more > 0 else ()))
