"""What went wrong in a span, in its sender's words."""

from typing import Any, NamedTuple

from telemetry.conventions.plan import Plan
from telemetry.conventions.values import first_text, read_count, read_text
from telemetry.records import EventRecord, SpanRecord

_OK = 1
_ERROR_LEVEL = 17
"""OpenTelemetry's severity number of ERROR; Logfire's levels are the same numbers."""
EXCEPTION_EVENTS = frozenset({"exception", "gen_ai.client.operation.exception"})
"""Names of the span events that record an exception."""


class Failure(NamedTuple):
    """Empty texts when nothing is said to have failed."""

    error_type: str = ""
    error_message: str = ""


def read_failure(span: SpanRecord, plan: Plan) -> Failure:
    """The error a span reports: its attributes, the last exception event, or its family's level.

    An exception recorded on a span that ended OK was handled, so it is no failure of the span.
    """
    attributes = span.attributes
    fields = plan.fields
    if not span.events and "error_type" not in fields and "error_message" not in fields and "level" not in fields:
        return _NO_FAILURE if "level_number" not in fields else _leveled(attributes, plan, Failure())
    failure = Failure()
    if span.status_code != _OK:
        for event in reversed(span.events):
            if event.name in EXCEPTION_EVENTS:
                failure = _read_exception(event)
                break
    error_type = first_text(attributes, plan.names("error_type")) or failure.error_type
    message = failure.error_message or read_text(attributes.get("exception.message"))
    message = message or read_text(attributes.get("error.message"))
    return _leveled(attributes, plan, Failure(error_type, message))


_NO_FAILURE = Failure()


def _read_exception(event: EventRecord) -> Failure:
    attributes = event.attributes
    return Failure(read_text(attributes.get("exception.type")), read_text(attributes.get("exception.message")))


def _leveled(attributes: dict[str, Any], plan: Plan, failure: Failure) -> Failure:
    """Langfuse and Logfire may report an error by a level alone."""
    if read_text(attributes.get("langfuse.observation.level")).strip('"') == "ERROR":
        message = read_text(attributes.get("langfuse.observation.status_message"))
        return Failure(failure.error_type or "ERROR", failure.error_message or message)
    level = read_count(attributes.get("logfire.level_num")) if plan.names("level_number") else None
    if level is not None and level >= _ERROR_LEVEL and not failure.error_type:
        return Failure("ERROR", failure.error_message or read_text(attributes.get("logfire.msg")))
    return failure
