"""Equal lines told apart, so that a line printed three times is three records, and sent again still three."""

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from core.hashing import digest16
from telemetry.records import LogRecord

REPEAT = "missionscope.repeat"
"""Attribute of the second and further of equal records: which it is."""
_MOST_REMEMBERED = 100_000
_encode = msgspec.msgpack.Encoder(order="deterministic").encode


class Repeats:
    """Counts equal records of one request or file.

    What is kept in the end is the largest number that any one delivery held: repeating and splitting add nothing.
    """

    def __init__(self) -> None:
        self._counts: OrderedDict[bytes, int] = OrderedDict()

    def number(self, records: Iterable[LogRecord]) -> list[LogRecord]:
        """The records, already redacted, the second and further of equal ones with their number."""
        return [self._number(record) for record in records]

    def _number(self, record: LogRecord) -> LogRecord:
        digest = digest16(_encode(record))
        count = self._counts.pop(digest, 0) + 1
        self._counts[digest] = count
        if len(self._counts) > _MOST_REMEMBERED:
            self._counts.popitem(last=False)
        if count == 1:
            return record
        return msgspec.structs.replace(record, attributes={**record.attributes, REPEAT: count})
