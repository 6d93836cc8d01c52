"""A stack trace out of any text, whichever language wrote it. Never raises; time grows with the length of the text."""

from telemetry.stacktraces.frames import StackTrace
from telemetry.stacktraces.go import read_go
from telemetry.stacktraces.java import read_java
from telemetry.stacktraces.javascript import read_javascript
from telemetry.stacktraces.python import read_python

MOST_CHARACTERS = 400_000
"""Of a longer text the beginning and the end are read: one holds the first exception, the other the last."""
MOST_LINE = 2_000
READERS = (read_python, read_java, read_go, read_javascript)


def read_stacktrace(text: str) -> StackTrace | None:
    """The exception in the text with its causes and frames; None when there is no frame in it."""
    if not isinstance(text, str) or "\n" not in text:
        return None
    if len(text) > MOST_CHARACTERS:
        half = MOST_CHARACTERS // 2
        text = text[:half] + "\n" + text[-half:]
    lines = [line[:MOST_LINE] for line in text.splitlines()]
    for reader in READERS:
        found = reader(lines)
        if found is not None:
            return found
    return None
