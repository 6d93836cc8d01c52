"""The failure that a log record tells of: a line of an error's severity, an exception, or a Sentry client's event."""

from collections.abc import Mapping
from typing import Any

from faults.grouping.failures import ERROR, FATAL, INFO, LOG, SENTRY, WARNING, Failure
from faults.grouping.matching import name_failure
from faults.reading import ReadStack
from faults.reading.correlation import read_correlation
from faults.store import SENTRY_EVENTS
from telemetry.conventions import map_log
from telemetry.conventions.values import read_json, read_text
from telemetry.meaning import WAITS_FOR_A_PERSON, is_cancellation
from telemetry.records import LogRecord
from telemetry.sentry import frames as sentry
from telemetry.stacktraces import StackTrace

_FATAL_NUMBER, _ERROR_NUMBER, _WARNING_NUMBER = 21, 17, 13
_HANDLED = ("exception.handled", "sentry.handled", "sentry.exception.handled", "sentry.mechanism.handled")
_MESSAGES = ("message", "msg", "error", "errorMessage", "error_message", "reason", "detail", "err")
_STACKS = ("stack", "stacktrace", "stack_trace", "exception", "traceback")
_DEPTH = 3
MOST_CUSTOM = 20


def read_log(record: LogRecord, time_ns: int, read_stack: ReadStack) -> Failure | None:
    """What the record tells; None when it is about work that was stopped or waits, and for a message of a Sentry client
    that is none of an error's level."""
    meaning = map_log(record)
    about = read_correlation(record)
    is_sentry = record.event_name in SENTRY_EVENTS
    if is_sentry and not meaning.is_error and _is_mere_message(record):
        return None
    told = sentry.read_stack(record.attributes) if is_sentry else None
    stack = read_stack(told or _stack_text(record), about.release)
    thrown = stack.chain[0] if stack is not None else None
    error_type = read_text(record.attributes.get("exception.type")) or meaning.error_type
    message = read_text(record.attributes.get("exception.message")) or _message(record, stack)
    named = name_failure(error_type or (thrown.type if thrown is not None else ""), message)
    if is_cancellation(named.error_type) or named.error_type == WAITS_FOR_A_PERSON:
        return None
    return Failure(
        source=SENTRY if is_sentry else LOG,
        level=_level(record, is_error=meaning.is_error),
        error_type=named.error_type,
        message=named.message,
        place=record.event_name or record.scope.name or meaning.service_name,
        time_ns=time_ns,
        stack=stack,
        handled=_handled(record.attributes),
        service_name=meaning.service_name,
        agent_name=meaning.agent_name,
        tool_name=about.tool_name,
        step_id=meaning.step_id,
        step_verb=about.step_verb,
        release=about.release,
        environment=about.environment,
        user_id=meaning.user_id,
        request_id=about.request_id,
        custom=_custom(record.attributes.get("sentry.fingerprint")),
    )


def _is_mere_message(record: LogRecord) -> bool:
    """A level below an error's, and no exception."""
    has_exception = any(name.startswith(("exception.", "sentry.exception")) for name in record.attributes)
    return 0 < record.severity_number < _ERROR_NUMBER and not has_exception


def _level(record: LogRecord, *, is_error: bool) -> str:
    number = record.severity_number
    if number >= _FATAL_NUMBER:
        return FATAL
    if number >= _ERROR_NUMBER or (not number and is_error):
        return ERROR
    return WARNING if number >= _WARNING_NUMBER or is_error else INFO


def _stack_text(record: LogRecord) -> str:
    told = read_text(record.attributes.get("exception.stacktrace"))
    if told or isinstance(record.body, str):
        return told or str(record.body)
    return _find_text(record.body, _STACKS, _DEPTH)


def _message(record: LogRecord, stack: StackTrace | None) -> str:
    """The line itself, without a stack trace written into it."""
    if isinstance(record.body, str):
        body = record.body
        if stack is not None and "\n" in body:
            return body.partition("\n")[0].strip() or stack.chain[0].message
        return body
    found = _find_text(record.body, _MESSAGES, _DEPTH) if isinstance(record.body, dict) else read_text(record.body)
    return found or (stack.chain[0].message if stack is not None else "")


def _find_text(value: Any, names: tuple[str, ...], depth: int) -> str:
    if not isinstance(value, Mapping) or not depth:
        return ""
    for name in names:
        held = value.get(name)
        text = held if isinstance(held, str) else _find_text(held, (*names, "message"), depth - 1)
        if text:
            return text
    return ""


def _handled(attributes: Mapping[str, Any]) -> bool | None:
    return next((value for name in _HANDLED if isinstance(value := attributes.get(name), bool)), None)


def _custom(value: Any) -> tuple[str, ...]:
    found = read_json(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        return ()
    return tuple(read_text(word) for word in found[:MOST_CUSTOM] if read_text(word))
