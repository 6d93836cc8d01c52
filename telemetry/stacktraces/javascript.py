"""Stacks of JavaScript engines: V8 (`at f (file:1:2)`), Firefox and Safari (`f@file:1:2`)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from telemetry.stacktraces.frames import Frame, StackTrace, Thrown
from telemetry.stacktraces.limits import MOST_THROWN, bounded, innermost_last, join_message
from telemetry.stacktraces.ownership import is_own_path

_HEAD = re.compile(r"(?:Uncaught )?(?:\(in promise\) )?([A-Za-z_$][\w$.]*)(?: \[\w+\])?(?:: (.*))?")
_CAUSE = re.compile(r"(?:\[cause\]|\[errors\]|Caused by): (.*)")
_LOCATION = re.compile(r"(.*?):(\d{1,9})(?::(\d{1,9}))?")
_EVAL = re.compile(r"\(((?:[a-z-]+://|/|[A-Z]:\\)[^()]*:\d+:\d+)\)")
_ALIAS = re.compile(r" \[as [^\]]*\]")
_LEFT_OUT = re.compile(r"\s*\.\.\. (\d+) (?:lines matching|more)")
_INNER_EVAL = re.compile(r" line (\d{1,9}) > (?:eval|Function).*")


class _Place(NamedTuple):
    file: str
    line: int | None
    column: int | None


def read_javascript(lines: Sequence[str]) -> StackTrace | None:
    """The stack in these lines."""
    first = next((index for index, line in enumerate(lines) if _read_frame(line) is not None), None)
    if first is None:
        return None
    chain: list[Thrown] = []
    head, frames, left_out, link = list(lines[:first]), list[Frame](), 0, ""
    for line in lines[first:]:
        frame = _read_frame(line)
        cause = _CAUSE.fullmatch(line.strip())
        more = _LEFT_OUT.match(line)
        if frame is not None:
            frames.append(frame)
        elif more is not None:
            left_out += int(more[1][:9])
        elif cause is not None and len(chain) < MOST_THROWN:
            chain.append(_thrown(head, frames, left_out, link))
            head, frames, left_out, link = [cause[1]], [], 0, "cause"
        elif not frames:
            head.append(line)
    chain.append(_thrown(head, frames, left_out, link))
    return StackTrace("javascript", tuple(thrown for thrown in chain if thrown.frames or thrown.link))


def _read_frame(line: str) -> Frame | None:
    stripped = line.strip()
    if stripped.startswith("at "):
        return _read_v8(stripped[3:].rstrip(" {},"))
    return _read_gecko(stripped) if "@" in stripped else None


def _read_v8(text: str) -> Frame | None:
    function, bracket, place = text.partition(" (")
    if bracket and place.endswith(")"):
        function, place = _ALIAS.sub("", function), place[:-1]
    elif bracket:
        return None
    else:
        function, place = "", text
    if place.startswith("eval at ") and (found := _EVAL.search(place)) is not None:
        place = found[1]
    located = _locate(place.removeprefix("async "))
    if located is None:
        if place not in ("<anonymous>", "native") and not place.startswith("index "):
            return None
        located = _Place(place, None, None)
    return _frame(function.removeprefix("async "), located)


def _read_gecko(text: str) -> Frame | None:
    function, _, place = text.rpartition("@") if "@[native" in text else text.partition("@")
    if place == "[native code]":
        return _frame(function, _Place(place, None, None))
    while "@" in place and "://" not in place.partition("@")[0] and "://" in place:
        more, _, place = place.partition("@")
        function = f"{function}@{more}"
    inner = _INNER_EVAL.search(place)
    located = _Place(place[: inner.start()], int(inner[1]), None) if inner is not None else _locate(place)
    if located is None or ("://" not in located.file and not located.file.startswith("/")):
        return None
    return _frame(function.removeprefix("async*").rstrip("/<"), located)


def _locate(place: str) -> _Place | None:
    found = _LOCATION.fullmatch(place)
    if found is None or not found[1]:
        return None
    return _Place(found[1], int(found[2]), int(found[3]) if found[3] else None)


def _frame(function: str, place: _Place) -> Frame:
    file = place.file.removeprefix("file://") if place.file.startswith("file:///") else place.file
    return Frame(file, function, place.line, place.column, in_app=is_own_path(file) and place.line is not None)


def _thrown(head: Sequence[str], frames: Sequence[Frame], left_out: int, link: str) -> Thrown:
    at = next((index for index, line in enumerate(head) if _is_head(line)), None)
    if at is None:
        told = [line for line in head if line.strip()]
        return bounded(Thrown("", join_message(told[:1]), innermost_last(frames), link, left_out))
    found = _HEAD.fullmatch(head[at].strip())
    name, message = (found[1], found[2] or "") if found is not None else ("", "")
    return bounded(Thrown(name, join_message([message, *head[at + 1 :]]), innermost_last(frames), link, left_out))


def _is_head(line: str) -> bool:
    """`TypeError: …`, or a bare name that ends as errors' names do."""
    found = _HEAD.fullmatch(line.strip())
    return found is not None and (found[2] is not None or found[1].endswith(("Error", "Exception")))
