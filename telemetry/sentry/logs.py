"""Sentry's structured logs as log records."""

from collections.abc import Mapping
from typing import Any

from telemetry.conventions.values import read_count, read_text
from telemetry.decode.refusal import Refusal
from telemetry.loglines.levels import WORDS
from telemetry.records import AttributeValue, LogRecord, Resource
from telemetry.sentry.common import SCOPE, read_moment, service_of, within_limit
from telemetry.sentry.correlation import find_ids
from telemetry.sentry.values import read_log_ids, read_mapping

_MOST_SEVERITY = 24
_TO_RESOURCE = {
    "sentry.release": "service.version",
    "sentry.environment": "deployment.environment.name",
    "server.address": "host.name",
    "sentry.sdk.name": "telemetry.sdk.name",
    "sentry.sdk.version": "telemetry.sdk.version",
}
"""What a Sentry client says of itself with each record. Of a log line `server.address` is the sender's own host."""


def make_log(item: Any) -> LogRecord:
    """The log record of one structured log. Raises Refusal."""
    if not isinstance(item, dict):
        raise Refusal("not_an_object", "The log is not a JSON object.")
    told = read_attributes(item.get("attributes"))
    level = read_text(item.get("level"))
    number = read_count(item.get("severity_number") or told.get("sentry.severity_number")) or 0
    moment = read_moment(item, "timestamp")
    trace_id, span_id, repairs = read_log_ids({**item, "span_id": item.get("span_id") or _span_of(told)})
    attributes = within_limit({**find_ids((told,)), **told})
    return LogRecord(
        time_ns=moment.time_ns,
        observed_ns=None,
        severity_number=number if 0 < number <= _MOST_SEVERITY else WORDS.get(level.strip().lower(), 0),
        severity_text=level,
        body=item.get("body"),
        attributes=attributes.kept,
        trace_id=trace_id,
        span_id=span_id,
        event_name="",
        resource=resource_of_attributes(told),
        scope=SCOPE,
        dropped_attributes_count=attributes.dropped_count,
        repairs=(*moment.repairs, *repairs, *attributes.repairs),
    )


def read_attributes(value: Any) -> dict[str, AttributeValue]:
    """Attributes as Sentry types them, `{"name": {"type": "string", "value": "x"}}`, as plain values."""
    return {
        name: typed["value"] if isinstance(typed, dict) and "value" in typed else typed
        for name, typed in read_mapping(value).items()
    }


def resource_of_attributes(told: Mapping[str, AttributeValue]) -> Resource:
    """Who sent it, as every record says again."""
    named = {ours: told.get(theirs) for theirs, ours in _TO_RESOURCE.items()}
    service = read_text(told.get("service.name")) or service_of(read_text(named["service.version"]))
    whole = {"service.name": service, **named}
    return Resource({name: value for name, value in whole.items() if value not in (None, "")})


def _span_of(told: Mapping[str, AttributeValue]) -> AttributeValue:
    """Older clients name the span in an attribute."""
    return told.get("sentry.trace.parent_span_id")
