"""What is known of a model call by its request id alone."""

import msgspec

from telemetry.records import LogRecord, SpanRecord
from telemetry.stage7.brain_words import BRAIN, REQUEST_EVENT, CallNames, request_span
from telemetry.stage7.ids import call_trace
from telemetry.stage7.records import Ids, make_log

_TRACE_LEVEL = 1


def bind_request(span: SpanRecord, ids: Ids, names: CallNames) -> tuple[LogRecord, ...]:
    """A line in the trace of the request id alone, which is all that a report of a logic failure knows of a call."""
    own = call_trace(names.request_id)
    if not names.request_id or not ids.mission_id or span.trace_id == own:
        return ()
    line = make_log(
        REQUEST_EVENT,
        f"Brain answered request {names.request_id}",
        ids,
        time_ns=span.end_ns if span.end_ns is not None else span.start_ns,
        attributes={"stage7.request.id": names.request_id},
        severity_number=_TRACE_LEVEL,
    )
    return (place_in_request(line, names.request_id),)


def place_in_request(line: LogRecord, request_id: str) -> LogRecord:
    """The same line in the trace of a request id, at the span of its attempt."""
    return msgspec.structs.replace(
        line, trace_id=call_trace(request_id), span_id=request_span(request_id), resource=BRAIN
    )
