"""A plugin's stderr as log lines: Python's `time - LEVEL - text`, with what follows each line until the next."""

import re
from collections.abc import Iterator

import msgspec

from telemetry.stage7.values import read_time_ns

MOST_LINES = 500
_MOST_TEXT = 1 << 20
_MOST_BODY = 16_000
_LINE = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?) - (?:([\w.\-]{1,200}) - )??"
    r"(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL) - (.*)"
)
SEVERITIES = {"DEBUG": 5, "INFO": 9, "WARNING": 13, "WARN": 13, "ERROR": 17, "CRITICAL": 21, "FATAL": 21}


class PluginLine(msgspec.Struct, frozen=True):
    """One line, or a line with what it went on to say (a traceback)."""

    time_ns: int | None
    logger: str
    level: str
    text: str


def read_lines(stderr: str) -> list[PluginLine]:
    """The first MOST_LINES lines of a megabyte at most; what comes before the first is no log line."""
    found: list[PluginLine] = []
    for head, rest in _grouped(stderr[:_MOST_TEXT]):
        if len(found) == MOST_LINES:
            break
        text = "\n".join([head[4], *rest])[:_MOST_BODY]
        found.append(PluginLine(read_time_ns(head[1]), head[2] or "", head[3], text.rstrip()))
    return found


def _grouped(text: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    head: re.Match[str] | None = None
    rest: list[str] = []
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            rest.append(line)
            continue
        if head is not None:
            yield head, rest
        head, rest = match, []
    if head is not None:
        yield head, rest
