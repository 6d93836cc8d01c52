"""A stack trace as the page shows it: own code open, runs of library code folded."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from faults.grouping.failures import shorten_path
from telemetry.stacktraces import Frame, StackTrace, Thrown

BUILT_ENDS = (".js", ".mjs", ".cjs")
_LINKS = {
    "cause": "caused by",
    "context": "while it was handling",
    "group": "one of the group",
    "suppressed": "suppressed",
}


class SourceLine(NamedTuple):
    """One line of code."""

    number: int | None
    text: str
    is_here: bool


class FrameView(NamedTuple):
    """One call."""

    function: str
    place: str
    """`agents/brain.py:41`"""
    file: str
    """Whole, with line and column."""
    lines: list[SourceLine]
    mapped_from: str
    """Place in the built file, whole; empty where no source map was needed or known."""
    built_place: str
    """The same, as short as `place`."""


class Run(NamedTuple):
    """Calls that follow one another, all of the sender's own code or all of libraries."""

    is_own: bool
    frames: list[FrameView]


class ThrownView(NamedTuple):
    """One exception of the chain; the innermost call first, as people look for it."""

    link: str
    """How the one above came of it; empty for the first."""
    type: str
    message: str
    runs: list[Run]
    left_out: int
    frame_count: int


def present_stack(stack: StackTrace | None) -> list[ThrownView]:
    """The exceptions of a stack trace."""
    return [] if stack is None else [_thrown(thrown) for thrown in stack.chain]


def _thrown(thrown: Thrown) -> ThrownView:
    frames = list(reversed(thrown.frames))
    runs = [Run(is_own, [_frame(frame) for frame in run]) for is_own, run in groupby(frames, key=_is_own)]
    return ThrownView(
        _LINKS.get(thrown.link, thrown.link), thrown.type, thrown.message, runs, thrown.left_out, len(frames)
    )


def _is_own(frame: Frame) -> bool:
    return frame.in_app


def _frame(frame: Frame) -> FrameView:
    where = f":{frame.line}" if frame.line is not None else ""
    short = frame.module or shorten_path(frame.file) or "?"
    column = f":{frame.column}" if frame.column is not None else ""
    return FrameView(
        function=frame.function or "(anonymous)",
        place=f"{short}{where}{column if _is_built(frame) else ''}",
        file=f"{frame.file}{where}{column}",
        lines=_lines(frame),
        mapped_from=frame.mapped_from,
        built_place=frame.mapped_from.rpartition("/")[2],
    )


def _is_built(frame: Frame) -> bool:
    """Code that a bundler wrote: without its text, in one line perhaps, where the column is all there is."""
    path = frame.file.partition("?")[0]
    return path.endswith(BUILT_ENDS) and frame.column is not None and not frame.mapped_from and not frame.source


def is_as_built(stack: StackTrace | None) -> bool:
    """Is there own code of which only what was built is known, and is none shown as it was written?"""
    own = [] if stack is None else [frame for thrown in stack.chain for frame in thrown.frames if _is_own(frame)]
    return any(map(_is_built, own)) and not any(frame.mapped_from or frame.source for frame in own)


def _lines(frame: Frame) -> list[SourceLine]:
    if not frame.source:
        return []
    first = None if frame.line is None else frame.line - len(frame.before)
    texts: Sequence[str] = (*frame.before, frame.source, *frame.after)
    return [
        SourceLine(None if first is None else first + at, text, at == len(frame.before))
        for at, text in enumerate(texts)
    ]
