"""Lines of container logs: what Docker, Kubernetes and compose put around what was printed."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

import msgspec

from telemetry.loglines.drafts import Hints
from telemetry.loglines.lines import Line
from telemetry.loglines.times import read_time

_DOCKER_START = '{"log":'
_CRI = re.compile(r"(?P<time>\d{4}-\d\d-\d\dT\S{8,30}) (?P<stream>stdout|stderr) (?P<tag>[FP])(?::\S{0,40})? ?")
_RECEIVED = re.compile(r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7,9}(?:Z|[+-]\d\d:\d\d))(?: |$)")
_COMPOSE = re.compile(r"(?P<service>[A-Za-z0-9][\w.-]{0,80}?)(?:[-_]\d{1,3})?\s{1,60}\| ?")
_PEEKED = 20
"""Lines that must all have a compose prefix, so that a table is taken for none."""
_MOST_CHARACTERS = 16 << 20
"""Of a line that was cut. What comes after is a line of its own."""


class _DockerLine(msgspec.Struct):
    log: str
    time: str = ""
    stream: str = ""


_decode = msgspec.json.Decoder(_DockerLine).decode


class _Part(NamedTuple):
    text: str
    hints: Hints
    is_last: bool


def read_container_lines(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines as they were printed: what was cut is one again, and what the runtime knew is in the hints."""
    source = iter(lines)
    peeked = [line for line, _ in zip(source, range(_PEEKED), strict=False)]
    shown = [line.text for line in peeked if line.text.strip()]
    is_compose = bool(shown) and all(_COMPOSE.match(text) for text in shown)
    cut: dict[tuple[str, str], Line] = {}
    for line in chain(peeked, source):
        part = _unwrap(line, is_compose=is_compose)
        place = part.hints.service, part.hints.stream
        begun = cut.pop(place, None)
        whole = line._replace(text=part.text, hints=part.hints)
        if begun is not None:
            whole = begun._replace(text=begun.text + part.text, repairs=(*begun.repairs, *line.repairs))
        if part.is_last or len(whole.text) > _MOST_CHARACTERS:
            yield whole
        else:
            cut[place] = whole
    yield from cut.values()


def _unwrap(line: Line, *, is_compose: bool) -> _Part:
    text, hints = line.text, line.hints
    if is_compose and (match := _COMPOSE.match(text)) is not None:
        hints, text = hints._replace(service=match["service"]), text[match.end() :]
    if text.startswith(_DOCKER_START) and (docker := _docker(text)) is not None:
        known = hints._replace(time_ns=read_time(docker.time) or hints.time_ns, stream=docker.stream)
        return _Part(docker.log.removesuffix("\n").removesuffix("\r"), known, docker.log.endswith("\n"))
    match = _CRI.match(text)
    if match is not None:
        known = hints._replace(time_ns=read_time(match["time"]) or hints.time_ns, stream=match["stream"])
        return _Part(text[match.end() :], known, match["tag"] == "F")
    match = _RECEIVED.match(text)
    if match is not None:
        return _Part(text[match.end() :], hints._replace(time_ns=read_time(match["time"])), True)
    return _Part(text, hints, True)


def _docker(text: str) -> _DockerLine | None:
    try:
        return _decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return None
