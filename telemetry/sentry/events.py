"""Sentry's events as log records, in the words of OpenTelemetry's exceptions."""

from collections.abc import Mapping, Sequence
from typing import Any

from telemetry.conventions.values import read_text
from telemetry.loglines.levels import WORDS
from telemetry.records import AttributeValue, LogRecord, Resource
from telemetry.sentry.common import SCOPE, describe, read_moment, resource_of, within_limit
from telemetry.sentry.stacktraces import show_exceptions, title_of
from telemetry.sentry.values import read_log_ids, read_mapping, read_values

EVENT_NAME, PAGE_EVENT_NAME = "sentry.event", "browser.sentry.event"
"""`faults.store` knows them too. Pages' begin as all that pages tell: their errors are counted by that."""
PAGE_PLATFORM = "javascript"
"""Of clients in browsers; those of Node say `node`."""
ATTACHMENT_NAME = "sentry.attachment"
NO_MESSAGE = "(no message)"


def make_event(payload: Mapping[str, Any], attachments: Sequence[Mapping[str, Any]]) -> LogRecord:
    """The log record of an event. Its level is `error` when it tells none, as Sentry has it."""
    thrown = [value for value in read_values(payload.get("exception")) if isinstance(value, dict)]
    moment = read_moment(payload, "timestamp")
    trace_id, span_id, repairs = read_log_ids(read_mapping(read_mapping(payload.get("contexts")).get("trace")))
    level = read_text(payload.get("level")) or "error"
    attributes = within_limit(
        {**_tell_exceptions(thrown, payload), **describe(payload), "sentry.attachments": list(attachments)}
    )
    return LogRecord(
        time_ns=moment.time_ns,
        observed_ns=None,
        severity_number=WORDS.get(level.strip().lower(), 0),
        severity_text=level,
        body=_find_body(thrown, payload),
        attributes=attributes.kept,
        trace_id=trace_id,
        span_id=span_id,
        event_name=PAGE_EVENT_NAME if read_text(payload.get("platform")) == PAGE_PLATFORM else EVENT_NAME,
        resource=resource_of(payload),
        scope=SCOPE,
        dropped_attributes_count=attributes.dropped_count,
        repairs=(*moment.repairs, *repairs, *attributes.repairs),
    )


def make_attachment(shown: Mapping[str, Any], event_id: str) -> LogRecord:
    """An attachment that came without its event."""
    return LogRecord(
        time_ns=None,
        observed_ns=None,
        severity_number=0,
        severity_text="",
        body=f"Attachment {shown['file_name'] or '(without a name)'} ({shown['size_bytes']} bytes)",
        attributes={"sentry.event_id": event_id, "sentry.attachments": [dict(shown)]},
        trace_id=b"",
        span_id=b"",
        event_name=ATTACHMENT_NAME,
        resource=Resource({}),
        scope=SCOPE,
    )


def _tell_exceptions(thrown: Sequence[Mapping[str, Any]], payload: Mapping[str, Any]) -> dict[str, AttributeValue]:
    """OpenTelemetry's words for the exception that came out at the top, which Sentry lists last; and all of them."""
    if not thrown:
        return {"sentry.exception": payload.get("exception")}
    last = thrown[-1]
    return {
        "exception.type": read_text(last.get("type")),
        "exception.message": read_text(last.get("value")),
        "exception.stacktrace": show_exceptions(thrown, read_text(payload.get("platform"))),
        "sentry.handled": read_mapping(last.get("mechanism")).get("handled"),
        "sentry.exception": list(thrown),
    }


def _find_body(thrown: Sequence[Mapping[str, Any]], payload: Mapping[str, Any]) -> str:
    title = title_of(thrown[-1]) if thrown else ""
    return title or _find_message(payload) or read_text(payload.get("transaction")).strip() or NO_MESSAGE


def _find_message(payload: Mapping[str, Any]) -> str:
    """The message, filled in where the sender did that."""
    for name in ("logentry", "message"):
        value = payload.get(name)
        told = read_mapping(value)
        text = read_text(told.get("formatted")) or read_text(told.get("message")) or read_text(value)
        if text.strip():
            return text
    return ""
