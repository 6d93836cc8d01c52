"""How many frames of an exception are kept: those at both ends."""

from collections.abc import Sequence

from telemetry.stacktraces.frames import Frame, Thrown

MOST_FRAMES = 200
MOST_THROWN = 20
"""Exceptions of a chain."""
MOST_MESSAGE = 4_000


def bounded(thrown: Thrown) -> Thrown:
    """The same with no more than MOST_FRAMES frames; what is left out is counted."""
    over = len(thrown.frames) - MOST_FRAMES
    if over <= 0:
        return thrown
    half = MOST_FRAMES // 2
    kept = thrown.frames[:half] + thrown.frames[-half:]
    return Thrown(thrown.type, thrown.message, kept, thrown.link, thrown.left_out + over)


def join_message(lines: Sequence[str]) -> str:
    """A message of several lines, without the empty ones after it."""
    return "\n".join(lines).strip()[:MOST_MESSAGE]


def innermost_last(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Frames that were written with the innermost call first."""
    return tuple(reversed(frames))
