"""Lines that programs log to log records: JSON of pino, winston, structlog, python-json-logger and others, and text.

Why so: docs/adr/0014.
"""

from telemetry.loglines.drafts import Hints
from telemetry.loglines.lines import Line, Read, read_lines
from telemetry.loglines.objects import read_object
from telemetry.loglines.repeats import Repeats
from telemetry.loglines.requests import decode_logs

__all__ = ["Hints", "Line", "Read", "Repeats", "decode_logs", "read_lines", "read_object"]
