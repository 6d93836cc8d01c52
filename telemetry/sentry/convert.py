"""An item of an envelope to records."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from telemetry.decode.refusal import Refusal
from telemetry.records import Converted, LogRecord, RefusedRecord, Repair, SpanRecord
from telemetry.sentry.common import resource_of
from telemetry.sentry.events import make_attachment, make_event
from telemetry.sentry.logs import make_log
from telemetry.sentry.spans import list_children, make_child, make_span, make_transaction

Record = TypeVar("Record", SpanRecord, LogRecord)


def convert(item: Any, received_ns: int) -> Converted:
    """The records of one item of `telemetry.sentry.requests`. Raises Refusal.

    A record without a time gets none here: the store gives it the time of receipt, so that sending it again later
    is still the same record.
    """
    payload = item["payload"]
    if not isinstance(payload, dict):
        raise Refusal("not_an_object", "The item is not a JSON object.")
    converted = _convert(item, payload)
    if "declared_length" not in item:
        return converted
    repair = Repair("length", "length_wrong", f"{item['declared_length']!r:.80}", str(item["length"]))
    return Converted(
        tuple(msgspec.structs.replace(span, repairs=(*span.repairs, repair)) for span in converted.spans),
        tuple(msgspec.structs.replace(log, repairs=(*log.repairs, repair)) for log in converted.logs),
        converted.refused,
    )


def _convert(item: dict[str, Any], payload: dict[str, Any]) -> Converted:
    attachments = item.get("attachments", [])
    match item["type"]:
        case "event":
            return Converted(logs=(make_event(payload, attachments),))
        case "transaction":
            return _convert_transaction(payload, attachments)
        case "log":
            logs, refused = _make_each(make_log, _listed(payload))
            return Converted(logs=logs, refused=refused)
        case "span":
            spans, refused = _make_each(make_span, _listed(payload))
            return Converted(spans=spans, refused=refused)
    return Converted(logs=(make_attachment(payload, item["event_id"]),))


def _convert_transaction(payload: dict[str, Any], attachments: list[Any]) -> Converted:
    resource = resource_of(payload)
    whole = make_transaction(payload, attachments)
    children, refused = _make_each(lambda span: make_child(span, payload, resource), list_children(payload))
    return Converted(spans=(whole, *children), refused=refused)


def _make_each(
    make: Callable[[Any], Record], items: Iterable[Any]
) -> tuple[tuple[Record, ...], tuple[RefusedRecord, ...]]:
    """What could be made of the items, and those that could not be kept."""
    made: list[Record] = []
    refused: list[RefusedRecord] = []
    for item in items:
        try:
            made.append(make(item))
        except Refusal as refusal:
            refused.append(refusal.record(item))
    return tuple(made), tuple(refused)


def _listed(payload: dict[str, Any]) -> list[Any]:
    """The records of an item: several of them in `items`, or the one that the payload is."""
    items = payload.get("items")
    return items if isinstance(items, list) else [payload]
