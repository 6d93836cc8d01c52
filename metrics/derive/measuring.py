"""From rows to measurements. Pure: each row by itself."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from core.nanotime import NS_PER_SECOND
from metrics.derive import catalogue as known
from metrics.derive.rows import Closing, EndedCall, EndedRun, EndedSpan, LogGroup, Measured, Sample

LONGEST_LABEL = 100
ERROR_SEVERITY = 17
FROM_LOG = "log"
"""The source of an error that no span tells."""
SERVER, CONSUMER = 2, 5
"""OpenTelemetry's numbers of a span's kind."""
SEVERITIES = ("unset", "trace", "debug", "info", "warn", "error", "critical")
SDK_METHOD = re.compile(r"(?:Assistant|Conversation|HumanInTheLoop|Tool)\.[A-Za-z_]\w{0,60}\Z")
INTERACTION_NAMES = frozenset({"click", "dblclick", "submit", "change", "keydown", "navigation"})
"""What OpenTelemetry's instrumentation of pages calls its spans."""
PAGE_KINDS = frozenset({"OTHER", "HTTP"})
"""It tells their page's address as `http.url`. An agent's tool may be called `click` too."""
WEBSOCKET_EVENT = "browser.websocket."
CLOSINGS = (f"{WEBSOCKET_EVENT}close", f"{WEBSOCKET_EVENT}closed")
LEFT = frozenset({1000, 1001, 1005})
"""Codes of a WebSocket that ended as it should: done, page left, closed without a reason."""
WARN_SEVERITY = 13
_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|(?<![A-Za-z])[0-9a-fA-F]*[0-9][0-9a-fA-F]{7,}|(?<![A-Za-z0-9.])\d+")
_STATUS = re.compile(r"[1-5]\d\d\Z")


def measure_spans(spans: Iterable[EndedSpan]) -> Iterator[Measured]:
    """Requests, the SDK's methods, pages."""
    for span in spans:
        for metric, labels, value in _of_span(span):
            yield Measured(
                metric.name, span.end_ns, span.service_name, labels, value, span.has_failed, span.mission_pk, span.pk
            )


def _of_span(span: EndedSpan) -> Iterator[tuple[known.Metric, tuple[str, ...], float]]:
    if span.span_kind in PAGE_KINDS and span.name in INTERACTION_NAMES:
        yield known.INTERACTIONS, (span.name,), 1.0
    if span.start_ns is None:
        return
    seconds = _seconds(span.end_ns - span.start_ns)
    if span.otel_kind == SERVER:
        yield known.REQUEST, (name_endpoint(span.name), _status(span)), seconds
    if span.otel_kind == CONSUMER:
        yield known.MESSAGE, (name_endpoint(span.name),), seconds
    if span.span_kind == "AGENT":
        yield known.AGENT, (span.agent_name[:LONGEST_LABEL],), seconds
    if SDK_METHOD.match(span.name):
        yield known.SDK, (span.name,), seconds
    if span.name == "documentLoad":
        yield known.PAGE_LOAD, (), seconds


def _status(span: EndedSpan) -> str:
    """The HTTP status where the error's type is one; else whether it failed."""
    if not span.has_failed:
        return "ok"
    return span.error_type if _STATUS.match(span.error_type) else "error"


def name_endpoint(name: str) -> str:
    """A span's name with `{id}` for numbers and ids: not every sender names the route."""
    return _ID.sub("{id}", name[: 2 * LONGEST_LABEL])[:LONGEST_LABEL]


def measure_calls(calls: Iterable[EndedCall]) -> Iterator[Measured]:
    """Durations, tokens and costs of model calls."""
    for call in calls:
        labels = (call.model[:LONGEST_LABEL], call.provider_name[:LONGEST_LABEL], call.agent_name[:LONGEST_LABEL])
        for metric, extra, value in _of_call(call):
            yield Measured(
                metric.name, call.end_ns, call.service_name, (*labels, *extra), value, call.has_failed,
                call.mission_pk, call.pk,
            )  # fmt: skip


def _of_call(call: EndedCall) -> Iterator[tuple[known.Metric, tuple[str, ...], float]]:
    if call.duration_ns is not None:
        yield known.LLM, (), _seconds(call.duration_ns)
    if call.first_token_ns is not None:
        yield known.FIRST_TOKEN, (), _seconds(call.first_token_ns)
    tokens = {
        "input": call.input_tokens,
        "output": call.output_tokens,
        "cache_read": call.cache_read_tokens,
        "reasoning": call.reasoning_tokens,
    }
    for direction, count in tokens.items():
        if count is not None:
            yield known.TOKENS, (direction,), float(count)
    if call.cost_usd is not None:
        yield known.COST, (), float(Decimal(call.cost_usd))


def measure_runs(runs: Iterable[EndedRun]) -> Iterator[Measured]:
    """Durations of tool runs."""
    for run in runs:
        if run.start_ns is not None:
            labels = (run.tool_name[:LONGEST_LABEL], run.agent_name[:LONGEST_LABEL])
            seconds = _seconds(run.end_ns - run.start_ns)
            yield Measured(
                known.TOOL.name, run.end_ns, run.service_name, labels, seconds, run.has_failed, run.mission_pk, run.pk
            )


def measure_logs(groups: Iterable[LogGroup]) -> Iterator[Measured]:
    """Log records by severity, errors that belong to no mission, and what pages tell."""
    for group in groups:
        for metric, labels in _of_logs(group):
            yield Measured(
                metric.name, group.minute_ns, group.service_name, labels, float(group.count),
                mission_pk=group.mission_pk, count=group.count,
            )  # fmt: skip


def _of_logs(group: LogGroup) -> Iterator[tuple[known.Metric, tuple[str, ...]]]:
    is_error = group.severity_number >= ERROR_SEVERITY
    yield known.LOG_RECORDS, (name_severity(group.severity_number),)
    if is_error and group.mission_pk is None:
        yield known.ERRORS, (FROM_LOG,)
    if group.event_name in CLOSINGS:
        return
    if group.event_name.startswith(WEBSOCKET_EVENT):
        yield known.WEBSOCKET, (group.event_name.removeprefix(WEBSOCKET_EVENT)[:LONGEST_LABEL],)
    elif group.event_name and is_error:
        yield known.PAGE_ERRORS, ()


def measure_closings(closings: Iterable[Closing]) -> Iterator[Measured]:
    """WebSockets that were closed, and those that were lost; without a code the record's severity tells which."""
    for each in closings:
        is_lost = each.severity_number >= WARN_SEVERITY if each.code is None else each.code not in LEFT
        state = "lost" if is_lost else "closed"
        yield Measured(known.WEBSOCKET.name, each.time_ns, each.service_name, (state,), 1.0, mission_pk=each.mission_pk)


def name_severity(number: int) -> str:
    """OpenTelemetry's severity numbers come in fours."""
    return SEVERITIES[(number + 3) // 4] if 0 <= number <= 24 else SEVERITIES[0]


def measure_samples(samples: Iterable[Sample]) -> Iterator[Measured]:
    """What was measured when the mission was computed."""
    for sample in samples:
        if sample.metric == known.ERRORS.name:
            yield _measure_error(sample)
        else:
            yield Measured(
                sample.metric, sample.time_ns, "", sample.labels, sample.value, sample.has_failed, sample.mission_pk
            )


def _measure_error(sample: Sample) -> Measured:
    """Its labels begin with the service, its key is that of the span."""
    service, *labels = sample.labels
    return Measured(
        sample.metric, sample.time_ns, service, tuple(labels), sample.value, sample.has_failed, sample.mission_pk,
        int(sample.key) if sample.key else None, round(sample.value),
    )  # fmt: skip


def _seconds(length_ns: int) -> float:
    """Never negative: clocks of one span may differ."""
    return max(0, length_ns) / NS_PER_SECOND
