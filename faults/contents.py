"""What a record says of a failure, whole: read when somebody looks."""

from functools import partial
from typing import Any, NamedTuple

from faults.grouping.failures import Failure
from faults.grouping.matching import match_key
from faults.reading import ReadStack
from faults.reading.logs import read_log
from faults.reading.spans import read_span
from faults.records import ErrorEvent
from faults.stacks import read_stack
from telemetry.records import LogRecord, SpanRecord
from telemetry.stacktraces import StackTrace
from traces.selectors import read_logs, read_spans


class EventContent(NamedTuple):
    """The record behind an event."""

    stack: StackTrace | None
    message: str
    """Whole."""
    record: SpanRecord | LogRecord | None
    """None for a step of a plan, and for a record that is gone."""

    @property
    def attributes(self) -> dict[str, Any]:
        """What the record says beside the exception."""
        return {} if self.record is None else dict(self.record.attributes)


def read_content(project_id: int, event: ErrorEvent) -> EventContent:
    """Stack, message and record of an event."""
    reader: ReadStack = partial(read_stack, project_id)
    record: SpanRecord | LogRecord | None = None
    failures: list[Failure] = []
    if event.span_pk is not None:
        span = read_spans(project_id, [event.span_pk]).get(event.span_pk)
        record, failures = span, [] if span is None else read_span(span, reader)
    elif event.log_pk is not None:
        log = read_logs(project_id, [event.log_pk]).get(event.log_pk)
        failure = None if log is None else read_log(log, event.time_ns, reader)
        record, failures = log, [] if failure is None else [failure]
    told = next((failure for failure in failures if _is_told(failure, event)), None)
    if told is None:
        return EventContent(None, event.message, record)
    return EventContent(told.stack, told.message, record)


def _is_told(failure: Failure, event: ErrorEvent) -> bool:
    """Types and messages of events are cut: they are compared as two records of one failure are."""
    return match_key(failure.error_type, failure.message) == match_key(event.error_type, event.message)
