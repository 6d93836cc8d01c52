"""The logs pane: one line for each log record."""

from typing import NamedTuple

from traces.records import LogRow
from web.presenters.formats import format_time
from web.presenters.mission.keys import span_key

_LEVELS = ((21, "fatal"), (17, "error"), (13, "warn"), (9, "info"), (5, "debug"), (1, "trace"))
_CLOCK = slice(11, 23)


class LineView(NamedTuple):
    """What `_line.html` shows."""

    pk: int
    key: str
    """Span key; empty when the record belongs to no span."""
    time_ns: int
    clock: str
    time: str
    level: str
    severity: str
    body: str
    is_cut: bool
    source: str
    event_name: str


def severity_level(number: int, text: str) -> str:
    """One of fatal, error, warn, info, debug, trace, or `none`."""
    for least, name in _LEVELS:
        if number >= least:
            return name
    word = text.lower()
    return next((name for _, name in _LEVELS if word.startswith(name[:4])), "none")


def present_line(row: LogRow) -> LineView:
    """One log record."""
    time = format_time(row.time_ns)
    level = severity_level(row.severity_number, row.severity_text)
    return LineView(
        pk=row.pk,
        key=span_key(row.trace_id, row.span_id) if row.trace_id and row.span_id else "",
        time_ns=row.time_ns,
        clock=time[_CLOCK] if time.endswith("UTC") else time,
        time=time,
        level=level,
        severity=row.severity_text or level,
        body=row.body,
        is_cut=row.is_cut,
        source=row.agent_name or row.service_name,
        event_name=row.event_name,
    )
