"""Reading the records of one scope: as clean ones first, with care when that fails, refused when that fails too."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from google.protobuf.message import DecodeError

from telemetry.decode.refusal import Refusal
from telemetry.decode.rules import Block
from telemetry.records import LogRecord, RefusedRecord, SpanRecord

Record = TypeVar("Record", SpanRecord, LogRecord)


class Unclean(Exception):
    """Something here needs the careful reading."""


_NEEDS_CARE = (Unclean, ValueError, DecodeError, Refusal)
"""ValueError: not UTF-8, not hexadecimal, not a number."""


class Reader(NamedTuple, Generic[Record]):
    """How the records of one signal in one encoding are read."""

    clean: Callable[[Any, Block], Record]
    """Fast; raises one of _NEEDS_CARE for anything that is not plainly clean."""
    careful: Callable[[Any, Block], Record]
    """Repairs; raises Refusal."""
    shown: Callable[[Any], Any]
    """The record as plain values, for the excerpt of a refused one."""


def read_records(
    messages: Iterable[Any], find_block: Callable[[], Block], reader: Reader[Record], refused: list[RefusedRecord]
) -> list[Record]:
    """The records that are kept; the others are added to `refused`, all of them when there is no block."""
    try:
        block = find_block()
    except Refusal as refusal:
        refused.extend(refusal.record(reader.shown(message)) for message in messages)
        return []
    kept: list[Record] = []
    clean = reader.clean
    for message in messages:
        try:
            kept.append(clean(message, block))
        except _NEEDS_CARE:
            try:
                kept.append(reader.careful(message, block))
            except Refusal as refusal:
                refused.append(refusal.record(reader.shown(message)))
    return kept
