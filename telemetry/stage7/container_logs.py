"""Lines that stage7's containers print: events as they were logged, and everything else as log records.

Docker cuts lines at 16 kB and may put a time with nine digits into the middle of what it cut; a compose prefix and a
time may stand before every line. Times without a zone are taken with the offset that the caller gives.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from core.nanotime import NS_PER_SECOND
from telemetry.records import LogRecord, Resource
from telemetry.stage7.ids import call_trace
from telemetry.stage7.records import SCOPE, Ids, make_log
from telemetry.stage7.values import read_time_ns

EVENT_MARK = "Event logged successfully:"
LINE = "stage7.log_line"
MOST_JOINED = 32 << 20
"""Characters of one event that was cut into lines."""
MOST_PIECES = 4_000
_DOCKER_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z ?")
_PREFIX = re.compile(r"(?P<service>[\w.-]{1,80}?)(?:[-_]\d{1,3})?\s{0,40}\| ?")
_TIME = re.compile(
    r"\[?(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\d{1,2}/\d{1,2}/\d{4}, \d{1,2}:\d\d:\d\d(?: [AP]M)?)\]?\s{0,3}(?:[|-]\s{0,3})?"
)
_EXECUTION = re.compile(r"\[(?P<trace>[0-9a-fA-F-]{8,64})\] (?P<component>[\w.]{1,120}): ?")
_LEVEL = re.compile(r"\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\b", re.I)
_LEVELS = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "WARN": 13, "WARNING": 13, "ERROR": 17, "CRITICAL": 21, "FATAL": 21}
_UUID = r"(?:agent-)?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_NAMED = {
    "mission": re.compile(rf"\bmission(?:[ _]?id)?[\"']?[\s:=#]{{1,4}}[\"']?({_UUID})", re.I),
    "agent": re.compile(rf"\bagent(?:[ _]?id)?[\"']?[\s:=#]{{1,4}}[\"']?({_UUID})", re.I),
    "step": re.compile(rf"\bstep(?:[ _]?id)?[\"']?[\s:=#]{{1,4}}[\"']?({_UUID})", re.I),
}


class LoggedEvent(NamedTuple):
    """An event that a line shows, as it was stored."""

    document: dict[str, Any]
    line: int


class LoggedLine(NamedTuple):
    """Any other line."""

    record: LogRecord
    line: int


class Unread(NamedTuple):
    """A line that says it shows an event, and none can be read from it."""

    text: str
    line: int


def read_log_lines(
    lines: Iterable[str], *, service: str, offset_ns: int = 0
) -> Iterator[LoggedEvent | LoggedLine | Unread]:
    """What the lines of one container's log show, in order. `offset_ns`: local time minus UTC."""
    source = _Numbered(lines)
    last_ns: int | None = None
    for number, raw in source:
        text, line_service, docker_ns = _strip(raw.rstrip("\r\n"))
        if EVENT_MARK in text:
            document = _read_event(text.partition(EVENT_MARK)[2], source)
            yield LoggedEvent(document, number) if document is not None else Unread(text, number)
            continue
        if not text.strip():
            continue
        time_ns, text = _take_time(text, offset_ns)
        last_ns = docker_ns or time_ns or last_ns
        yield LoggedLine(_record(text, line_service or service, last_ns), number)


class _Numbered:
    """Lines with their numbers; a line that was looked at may be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._number = 0
        self._back: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._back:
            return self._back.pop()
        self._number += 1
        return self._number, next(self._lines)

    def give_back(self, taken: list[tuple[int, str]]) -> None:
        """These lines come again."""
        self._back += reversed(taken)


def _strip(line: str) -> tuple[str, str, int | None]:
    """The line without what compose and Docker put before it, the service named there, and Docker's time."""
    service = ""
    match = _PREFIX.match(line)
    if match is not None:
        service, line = match["service"], line[match.end() :]
    match = _DOCKER_TIME.match(line)
    if match is None:
        return line, service, None
    return line[match.end() :], service, read_time_ns(match[0].strip())


def _read_event(text: str, source: _Numbered) -> dict[str, Any] | None:
    """The event of a line; lines that continue it are taken, and given back when that leads nowhere."""
    parts = [_DOCKER_TIME.sub("", text).strip()]
    document = _decode(parts[0])
    if document is not None or not parts[0].startswith("{"):
        return document
    taken: list[tuple[int, str]] = []
    size = len(parts[0])
    for number, raw in source:
        line, _, _ = _strip(raw.rstrip("\r\n"))
        if EVENT_MARK in line or len(taken) == MOST_PIECES or size > MOST_JOINED:
            source.give_back([*taken, (number, raw)])
            return None
        taken.append((number, raw))
        parts.append(_DOCKER_TIME.sub("", line))
        size += len(line)
        if line.rstrip().endswith("}") and (document := _decode("".join(parts))) is not None:
            return document
    source.give_back(taken)
    return None


def _decode(text: str) -> dict[str, Any] | None:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _take_time(text: str, offset_ns: int) -> tuple[int | None, str]:
    match = _TIME.match(text)
    if match is None:
        return None, text
    told = match["time"]
    time_ns = _american(told) if "/" in told else read_time_ns(told)
    if time_ns is None:
        return None, text
    has_zone = told.endswith("Z") or bool(re.search(r"[+-]\d\d:?\d\d$", told[10:]))
    return (time_ns if has_zone else time_ns - offset_ns), text[match.end() :]


def _american(told: str) -> int | None:
    form = "%m/%d/%Y, %I:%M:%S %p" if told.endswith("M") else "%m/%d/%Y, %H:%M:%S"
    try:
        return int(datetime.strptime(told, form).replace(tzinfo=UTC).timestamp()) * NS_PER_SECOND
    except ValueError:
        return None


def _record(text: str, service: str, time_ns: int | None) -> LogRecord:
    attributes: dict[str, Any] = {}
    match = _EXECUTION.match(text)
    trace = ""
    if match is not None:
        trace, text = match["trace"], text[match.end() :]
        attributes = {"stage7.execution.id": trace, "code.function.name": match["component"]}
    found = {name: hit[1] if (hit := pattern.search(text)) else "" for name, pattern in _NAMED.items()}
    ids = Ids(found["mission"], found["agent"], found["step"])
    level = _LEVEL.search(text[:80])
    severity = _LEVELS[level[1].upper()] if level else 0
    record = make_log(LINE, text, ids, time_ns=time_ns, attributes=attributes, severity_number=severity)
    trace_id = record.trace_id or (call_trace(trace) if trace else b"")
    return msgspec.structs.replace(record, trace_id=trace_id, resource=_resource(service), scope=SCOPE)


def _resource(service: str) -> Resource:
    return Resource({"service.name": service} if service else {})
