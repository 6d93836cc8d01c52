"""Stack traces as text, read into frames: Python, JavaScript (V8, Firefox, Safari), Java, Go. Pure."""

from telemetry.stacktraces.frames import Frame, StackTrace, Thrown

__all__ = ["Frame", "StackTrace", "Thrown"]
