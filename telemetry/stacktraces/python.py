"""Python's tracebacks, with causes, contexts and exception groups."""

import re
from collections.abc import Sequence

from telemetry.stacktraces.frames import Frame, StackTrace, Thrown
from telemetry.stacktraces.limits import MOST_THROWN, bounded, join_message
from telemetry.stacktraces.ownership import is_own_path

_START = "Traceback (most recent call last):"
_GROUP_START = "Exception Group Traceback (most recent call last):"
_FILE = re.compile(r'\s*File "([^"]*)", line (\d+)(?:, in (.+))?')
_REPEATED = re.compile(r"\s*\[Previous line repeated (\d+) more times?\]")
_SUB_EXCEPTION = re.compile(r"-*\+?-{3,} (\d+|\.\.\.) -{3,}|-{3,}")
_GROUP_PREFIX = re.compile(r"\s*(?:[|+] ?)+")
_MARKS = frozenset(" ^~")
_CONNECTORS = {
    "The above exception was the direct cause of the following exception:": "cause",
    "During handling of the above exception, another exception occurred:": "context",
}
_THROWN = re.compile(r"([A-Za-z_][\w.<>]*)(?:: ?(.*))?")


def read_python(lines: Sequence[str]) -> StackTrace | None:
    """The traceback in these lines."""
    start = next((index for index, line in enumerate(lines) if _START in line), None)
    if start is None:
        return None
    rest = list(lines[start:])
    if any(_GROUP_START in line for line in rest):
        rest = [_GROUP_PREFIX.sub("", line, count=1) if line.lstrip()[:1] in ("|", "+") else line for line in rest]
    reader = _Reader()
    for line in rest:
        if not reader.take(line):
            break
    return reader.finish()


class _Reader:
    """A traceback while it is read, line by line."""

    def __init__(self) -> None:
        self.chain: list[Thrown] = []
        self.place = 0
        """Where in the chain an exception goes that this one was the cause of."""
        self.link = ""
        self.frames: list[Frame] = []
        self.indent = 0
        self.left_out = 0
        self.ended: list[str] | None = None
        """Lines of type and message, once the frames are over."""
        self.is_open = False

    def take(self, line: str) -> bool:
        """Read a line; False when the traceback is over."""
        stripped = line.strip()
        if _START in stripped:
            return self._begin(line)
        if not self.is_open:
            return self._between(stripped)
        if self.ended is None:
            self._in_frames(line, stripped)
            return True
        if stripped in _CONNECTORS or _SUB_EXCEPTION.fullmatch(stripped):
            self._close()
            return self._between(stripped)
        self.ended.append(line)
        return True

    def _begin(self, line: str) -> bool:
        if self.is_open:
            self._close()
        if self.chain and not self.link:
            return False
        self.is_open, self.ended, self.frames, self.left_out = True, None, [], 0
        self.indent = max(0, line.find(_GROUP_START if _GROUP_START in line else _START))
        return len(self.chain) < MOST_THROWN

    def _between(self, stripped: str) -> bool:
        if stripped in _CONNECTORS:
            self.link = _CONNECTORS[stripped]
        elif _SUB_EXCEPTION.fullmatch(stripped):
            self.link = "group"
        elif stripped and self.link == "group":  # an exception of a group that was never raised: no traceback
            self.is_open, self.ended, self.frames, self.left_out = True, [stripped], [], 0
        return True

    def _in_frames(self, line: str, stripped: str) -> None:
        found = _FILE.match(line)
        if found is not None:
            path = found[1]
            frame = Frame(path, (found[3] or "").strip(), int(found[2][:9]), in_app=is_own_path(path))
            self.frames.append(frame)
            return
        repeated = _REPEATED.match(line)
        if repeated is not None:
            self.left_out += int(repeated[1][:9])
        elif line[self.indent : self.indent + 2] == "  " or not stripped:
            self._quote(stripped)
        else:
            self.ended = [stripped]

    def _quote(self, stripped: str) -> None:
        """A line of code, or the marks under it."""
        if self.frames and stripped and not self.frames[-1].source and not set(stripped) <= _MARKS:
            last = self.frames[-1]
            self.frames[-1] = Frame(last.file, last.function, last.line, source=stripped, in_app=last.in_app)

    def _close(self) -> None:
        first, *more = self.ended or [""]
        found = _THROWN.fullmatch(first)
        name, message = (found[1], found[2] or "") if found is not None else ("", first)
        message = join_message([message, *(line.removeprefix(" " * self.indent) for line in more)])
        thrown = bounded(Thrown(name, message, tuple(self.frames), left_out=self.left_out))
        if self.link == "group":
            self.place = len(self.chain)
            self.chain.append(_linked(thrown, "group"))
        elif self.chain:
            self.chain[self.place] = _linked(self.chain[self.place], self.link)
            self.chain.insert(self.place, thrown)
        else:
            self.chain.append(thrown)
        self.is_open, self.link = False, ""

    def finish(self) -> StackTrace | None:
        """What was read; None without any frame."""
        if self.is_open:
            self._close()
        if not any(thrown.frames for thrown in self.chain):
            return None
        return StackTrace("python", tuple(self.chain))


def _linked(thrown: Thrown, link: str) -> Thrown:
    return Thrown(thrown.type, thrown.message, thrown.frames, link, thrown.left_out)
