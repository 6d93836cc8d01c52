"""The body of a request to log records: NDJSON, a JSON array or object, or text. A line that is no JSON is text."""

from collections.abc import Iterable, Iterator
from typing import Any

from core.limits import MAX_ITEMS
from telemetry.decode.errors import MalformedBody, TooLarge
from telemetry.decode.json_items import BOM, check_values, list_items, parse_json
from telemetry.decode.notes import list_notes
from telemetry.loglines.drafts import Hints
from telemetry.loglines.lines import Line, Read, read_lines, read_value
from telemetry.loglines.texts import decode_text
from telemetry.records import Decoded, LogRecord, RefusedRecord


def decode_logs(encoding: str, data: bytes, service: str = "") -> Decoded:
    """The records of a body that is json, ndjson or text; `service` is that of lines which name none.

    Raises MalformedBody for JSON that is neither JSON nor lines, and TooLarge.
    """
    data = data.removeprefix(BOM)
    check_values(data)
    hints = Hints(service)
    values = None if encoding == "text" else _read_whole(data, is_lines=encoding == "ndjson")
    if values is None:
        counted = _Counted(data, hints)
        return _gather(read_lines(counted), counted)
    if len(values) > MAX_ITEMS:
        raise _too_many()
    return _gather((read_value(number, value, hints) for number, value in enumerate(values)), values)


def _read_whole(data: bytes, *, is_lines: bool) -> list[Any] | None:
    """The items of a body that is one JSON value; None for lines, also for one."""
    if is_lines and b"\n" not in data.strip() and not data.lstrip().startswith(b"["):
        return None
    try:
        return list_items(parse_json(data))
    except MalformedBody:
        if is_lines or data.lstrip()[:1] == b"{":
            return None
        raise


class _Counted:
    """The lines of a body; its length is how many of those read so far are not blank."""

    def __init__(self, data: bytes, hints: Hints) -> None:
        self._data, self._hints, self._count = data, hints, 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Line]:
        start = 0
        while start < len(self._data):
            end = self._data.find(b"\n", start)
            end = len(self._data) if end < 0 else end
            text, repairs = decode_text(self._data[start:end])
            yield Line(self._count, text, self._hints, repairs)
            self._count += bool(text.strip())
            if self._count > MAX_ITEMS:
                raise _too_many()
            start = end + 1


def _gather(reads: Iterable[Read], items: _Counted | list[Any]) -> Decoded:
    logs: list[LogRecord] = []
    origins: list[int] = []
    refused: list[RefusedRecord] = []
    for read in reads:
        if read.record is not None:
            logs.append(read.record)
            origins.append(read.number)
        elif read.refusal is not None:
            refused.append(read.refusal.record(read.source, read.number))
    return Decoded([], logs, refused, list_notes(logs), len(items), tuple(origins))


def _too_many() -> TooLarge:
    return TooLarge(f"The request holds more than {MAX_ITEMS} lines. Send it in parts.")
