"""stage7's own objects, as its services send them to each other, to records."""

import logging
from collections.abc import Callable
from typing import Any

from telemetry.decode.refusal import Refusal
from telemetry.records import Converted
from telemetry.stage7.brain import convert_brain
from telemetry.stage7.events import convert_stored
from telemetry.stage7.messages import convert_message
from telemetry.stage7.plugins import convert_plugin
from telemetry.stage7.records import find_ids, find_time_ns, make_log
from telemetry.stage7.statistics import convert_statistics
from telemetry.stage7.values import decode_maps

__all__ = ["CONVERTERS", "DOORS", "Converted", "Converter", "convert"]

log = logging.getLogger(__name__)

DOORS = ("storeData", "statistics", "brain", "plugins", "messages")
"""The last segment of each address under /api/v1/stage7/."""

Converter = Callable[[dict[str, Any], int], Converted]
"""An object with its Maps decoded, and when it was received (ns), to records. May raise Refusal."""

CONVERTERS: dict[str, Converter] = {
    "storeData": convert_stored,
    "statistics": convert_statistics,
    "messages": convert_message,
    "brain": convert_brain,
    "plugins": convert_plugin,
}
"""Doors whose objects are understood. Objects of the others are kept as they are."""


def convert(door: str, item: object, received_ns: int) -> Converted:
    """The records of one object that came through `door`. Raises Refusal when it cannot be kept.

    An object that its converter stumbles over is kept as it is: what is strange is often what matters.
    """
    if not isinstance(item, dict):
        raise Refusal("not_an_object", "The record is not a JSON object.")
    plain = decode_maps(item)
    converter = CONVERTERS.get(door)
    if converter is None:
        return convert_unknown(door, plain)
    try:
        return converter(plain, received_ns)
    except Refusal:
        raise
    except Exception as error:  # one object's converter must not cost the other objects
        log.error("stage7 %s: an object was not understood: %s", door, type(error).__name__)
        return convert_unknown(door, plain)


def convert_unknown(door: str, plain: dict[str, Any]) -> Converted:
    """Any object as one log record that carries it whole."""
    return Converted(logs=(make_log(f"stage7.{door}", plain, find_ids(plain), time_ns=find_time_ns(plain)),))
