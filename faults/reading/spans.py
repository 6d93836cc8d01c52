"""The failures that a span tells of: exceptions recorded on it, or that it failed itself."""

from faults.grouping.failures import ERROR, MODEL_CALL, SPAN, TOOL, WARNING, Failure
from faults.grouping.matching import match_key, name_failure
from faults.reading import ReadStack
from faults.reading.correlation import Correlation, read_correlation
from telemetry.conventions import EXCEPTION_EVENTS, map_span
from telemetry.conventions.values import read_text
from telemetry.meaning import WAITS_FOR_A_PERSON, SpanMeaning, is_cancellation
from telemetry.records import EventRecord, SpanRecord
from telemetry.stacktraces import StackTrace

_UNSET, _ERROR = 0, 2
MOST_EVENTS = 50
"""Distinct exceptions of one span."""


def read_span(record: SpanRecord, read_stack: ReadStack) -> list[Failure]:
    """One for each distinct exception on the span; else one if it failed. Stopped and waiting work has not failed."""
    meaning = map_span(record)
    about = read_correlation(record)
    failed = _has_failed(record, meaning)
    found: dict[bytes, Failure] = {}
    for event in record.events:
        if event.name in EXCEPTION_EVENTS and len(found) < MOST_EVENTS:
            failure = _of_event(record, event, meaning, about, read_stack, failed=failed)
            if not is_cancellation(failure.error_type) and failure.error_type != WAITS_FOR_A_PERSON:
                found[match_key(failure.error_type, failure.message)] = failure
    if not found and failed:
        return [_of_span(record, meaning, about, read_stack)]
    return list(found.values())


def _has_failed(record: SpanRecord, meaning: SpanMeaning) -> bool:
    if is_cancellation(meaning.error_type):
        return False
    if meaning.error_type == WAITS_FOR_A_PERSON and record.status_code == _UNSET:
        return False
    return record.status_code == _ERROR or (record.status_code == _UNSET and meaning.error_type != "")


def _of_event(
    record: SpanRecord,
    event: EventRecord,
    meaning: SpanMeaning,
    about: Correlation,
    read_stack: ReadStack,
    *,
    failed: bool,
) -> Failure:
    said = event.attributes
    stack = read_stack(read_text(said.get("exception.stacktrace")), about.release)
    thrown = stack.chain[0] if stack is not None else None
    error_type = read_text(said.get("exception.type")) or (thrown.type if thrown is not None else "")
    message = read_text(said.get("exception.message")) or (thrown.message if thrown is not None else "")
    time_ns = event.time_ns if event.time_ns is not None else _time_ns(record)
    return _make(record, meaning, about, error_type, message, time_ns, stack, handled=not failed)


def _of_span(record: SpanRecord, meaning: SpanMeaning, about: Correlation, read_stack: ReadStack) -> Failure:
    message = meaning.error_message or record.status_message or (meaning.tool.error if meaning.tool else "")
    stack = read_stack(read_text(record.attributes.get("exception.stacktrace")) or message, about.release)
    return _make(record, meaning, about, meaning.error_type, message, _time_ns(record), stack, handled=False)


def _make(
    record: SpanRecord,
    meaning: SpanMeaning,
    about: Correlation,
    error_type: str,
    message: str,
    time_ns: int,
    stack: StackTrace | None,
    *,
    handled: bool,
) -> Failure:
    named = name_failure(error_type, message)
    return Failure(
        source=_source(meaning),
        level=WARNING if handled else ERROR,
        error_type=named.error_type,
        message=named.message,
        place=record.name,
        time_ns=time_ns,
        stack=stack,
        handled=handled,
        service_name=meaning.service_name,
        agent_name=meaning.agent_name,
        tool_name=(meaning.tool.tool_name if meaning.tool is not None else "") or about.tool_name,
        step_id=meaning.step_id,
        step_verb=about.step_verb,
        release=about.release,
        environment=about.environment,
        user_id=meaning.user_id,
        request_id=about.request_id,
    )


def _source(meaning: SpanMeaning) -> str:
    if meaning.llm is not None:
        return MODEL_CALL
    return TOOL if meaning.tool is not None else SPAN


def _time_ns(record: SpanRecord) -> int:
    return next((time_ns for time_ns in (record.end_ns, record.start_ns) if time_ns is not None), 0)
