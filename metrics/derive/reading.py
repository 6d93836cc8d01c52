"""Reads the rows that minutes are measured by."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from metrics.derive.closings import read_closings
from metrics.derive.marks import Interval, find_interval
from metrics.derive.measuring import (
    measure_calls,
    measure_closings,
    measure_logs,
    measure_runs,
    measure_samples,
    measure_spans,
)
from metrics.derive.rows import Closing, EndedCall, EndedRun, EndedSpan, LogGroup, Measured
from metrics.derive.sample_store import read_samples
from metrics.levels import MINUTE_NS
from telemetry.meaning import WAITS_FOR_A_PERSON

FAILED = 2
"""OpenTelemetry's number of a status."""
_RANGE = "s.project_id = %s AND s.end_ns >= %s AND s.end_ns < %s"


class Records(NamedTuple):
    """What there is in a time."""

    spans: list[EndedSpan]
    calls: list[EndedCall]
    runs: list[EndedRun]
    logs: list[LogGroup]
    closings: list[Closing]
    measured_samples: list[Measured]

    def measure(self) -> Iterator[Measured]:
        """Every measurement."""
        yield from measure_spans(self.spans)
        yield from measure_calls(self.calls)
        yield from measure_runs(self.runs)
        yield from measure_logs(self.logs)
        yield from measure_closings(self.closings)
        yield from self.measured_samples

    def list_agents(self) -> Iterator[tuple[int, int, str]]:
        """(time, mission, agent) of whoever was at work."""
        for span in self.spans:
            if span.agent_name:
                yield span.end_ns, span.mission_pk, span.agent_name
        for group in self.logs:
            if group.agent_name and group.mission_pk is not None:
                yield group.minute_ns, group.mission_pk, group.agent_name


def read_records(
    cursor: Any, project_id: int, since_ns: int, until_ns: int, most: int | None = None, *, with_closings: bool = True
) -> Records:
    """What ended or happened in [since, until); `most` of each kind, the newest. Closings cost most to read."""
    limit = "" if most is None else f" ORDER BY s.end_ns DESC LIMIT {int(most)}"
    span = (project_id, since_ns, until_ns)
    return Records(
        list(_read_spans(cursor, span, limit)),
        list(_read_calls(cursor, span, limit)),
        list(_read_runs(cursor, span, limit)),
        list(_read_logs(cursor, span)),
        read_closings(cursor, *span, most) if with_closings else [],
        list(measure_samples(read_samples(cursor, *span, most))),
    )


def _read_spans(cursor: Any, span: tuple[int, int, int], limit: str) -> Iterator[EndedSpan]:
    cursor.execute(
        "SELECT s.id, s.mission_id, s.end_ns, s.start_ns, s.otel_kind, s.span_kind, s.service_name, s.agent_name,"
        f" s.name, s.status_code, s.error_type FROM traces_span s WHERE {_RANGE}{limit}",
        span,
    )
    for row in cursor.fetchall():
        has_failed = row[9] == FAILED or row[10] not in ("", WAITS_FOR_A_PERSON)
        yield EndedSpan(*(*row[:9], has_failed, row[10]))


def _read_calls(cursor: Any, span: tuple[int, int, int], limit: str) -> Iterator[EndedCall]:
    cursor.execute(
        "SELECT s.id, s.mission_id, s.end_ns, s.service_name, s.agent_name, c.provider_name,"
        " CASE WHEN c.response_model <> '' THEN c.response_model ELSE c.request_model END, c.duration_ns,"
        " c.time_to_first_token_ns, c.error, c.input_tokens, c.output_tokens, c.cache_read_input_tokens,"
        " c.reasoning_output_tokens, c.cost_usd"
        f" FROM traces_span s JOIN llmlog_llmcall c ON c.span_pk = s.id WHERE {_RANGE} AND c.is_counted{limit}",
        span,
    )
    for row in cursor.fetchall():
        yield EndedCall(*(*row[:9], row[9] != "", *row[10:]))


def _read_runs(cursor: Any, span: tuple[int, int, int], limit: str) -> Iterator[EndedRun]:
    cursor.execute(
        "SELECT s.id, s.mission_id, s.end_ns, s.start_ns, s.service_name, s.agent_name, c.tool_name, c.error"
        f" FROM traces_span s JOIN llmlog_toolcall c ON c.span_pk = s.id WHERE {_RANGE}{limit}",
        span,
    )
    for row in cursor.fetchall():
        yield EndedRun(*(*row[:7], row[7] != ""))


def _read_logs(cursor: Any, span: tuple[int, int, int]) -> Iterator[LogGroup]:
    minute = f"time_ns - time_ns %% {MINUTE_NS}"
    event = "CASE WHEN event_name LIKE 'browser.%%' THEN event_name ELSE '' END"
    cursor.execute(
        f"SELECT {minute}, mission_id, service_name, agent_name, severity_number, {event}, count(*) FROM traces_log"
        " WHERE project_id = %s AND time_ns >= %s AND time_ns < %s"
        f" GROUP BY {minute}, mission_id, service_name, agent_name, severity_number, {event}",
        span,
    )
    for row in cursor.fetchall():
        yield LogGroup(*row)


def read_intervals(cursor: Any, project_id: int, since_ns: int, until_ns: int) -> Iterable[Interval]:
    """When the missions that were active in [since, until) were so."""
    cursor.execute(
        "SELECT start_ns, last_activity_ns, span_count + log_count FROM traces_mission"
        " WHERE project_id = %s AND last_activity_ns >= %s AND (start_ns < %s OR last_activity_ns < %s)",
        [project_id, since_ns, until_ns, until_ns],
    )
    found = (find_interval(*row) for row in cursor.fetchall())
    return [each for each in found if each is not None and each.first_ns < until_ns and each.last_ns >= since_ns]
