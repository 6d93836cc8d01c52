"""What a span or log record means, whichever convention its sender spoke."""

from telemetry.conventions.failures import EXCEPTION_EVENTS
from telemetry.conventions.logs import event_of_log, map_log
from telemetry.conventions.messages import read_conversation
from telemetry.conventions.provenance import read_provenance
from telemetry.conventions.spans import map_span
from telemetry.conventions.splitting import Split, split_messages
from telemetry.conventions.tools import read_tool_io

__all__ = [
    "EXCEPTION_EVENTS",
    "Split",
    "event_of_log",
    "map_log",
    "map_span",
    "read_conversation",
    "read_provenance",
    "read_tool_io",
    "split_messages",
]
