"""Stack traces as text, read into frames: Python, JavaScript (V8, Firefox, Safari), Java, Go. Pure."""

from telemetry.stacktraces.frames import Frame, StackTrace, Thrown
from telemetry.stacktraces.reading import read_stacktrace

__all__ = ["Frame", "StackTrace", "Thrown", "read_stacktrace"]
