"""Numbers over all missions that a filter leaves: what lists show of each, taken together."""

from typing import Any, NamedTuple

from django.db import connection

from core.aggregates import Spread, join_counts, join_money, read_spread, sum_counts, sum_money
from core.bulk import POSTGRESQL
from traces.missions import STATUSES, MissionFilter, select_missions

NO_FILTER = MissionFilter()
_COLUMNS = (
    "status", "error_count", "span_count", "llm_call_count", "tool_call_count", "input_tokens", "output_tokens",
    "cost_usd", "start_ns", "end_ns",
)  # fmt: skip


class MissionSummary(NamedTuple):
    """Totals of missions as of their last recomputes. None: unknown in all of them."""

    counts: dict[str, int]
    """Missions by status."""
    error_count: int
    span_count: int
    llm_call_count: int
    tool_call_count: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: str | None
    duration: Spread
    """Nanoseconds, of missions that have ended."""
    span_duration: Spread
    """Nanoseconds, of their spans that have ended."""


class Condition(NamedTuple):
    """SQL that holds for the rows of missions, in any table with `project_id` and `mission_id`."""

    sql: str
    parameters: tuple[Any, ...]


def rows_of_missions(project_id: int, chosen: MissionFilter) -> Condition:
    """The condition. All rows of a project are quicker found without a join on PostgreSQL, by mission on SQLite."""
    if chosen == NO_FILTER and connection.vendor == POSTGRESQL:
        return Condition("project_id = %s", (project_id,))
    sql, parameters = select_missions(project_id, chosen).values("id").query.sql_with_params()
    return Condition(f"mission_id IN ({sql})", parameters)


def summarise_missions(project_id: int, chosen: MissionFilter) -> MissionSummary:
    """The numbers of all missions that match."""
    missions, parameters = select_missions(project_id, chosen).values(*_COLUMNS).query.sql_with_params()
    rows = rows_of_missions(project_id, chosen)
    vendor = connection.vendor
    took = _duration(vendor)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT status, count(*) FROM ({missions}) AS chosen GROUP BY status", parameters)
        counts = dict.fromkeys(STATUSES, 0) | dict(cursor.fetchall())
        sums = ", ".join(map(sum_counts, _COLUMNS[1:7]))
        money = sum_money(cursor, vendor, "cost_usd")
        cursor.execute(f"SELECT {sums}, {money} FROM ({missions}) AS chosen", parameters)
        *halves, cost = cursor.fetchone()
        errors, spans, calls, runs, tokens_in, tokens_out = map(join_counts, halves[::2], halves[1::2])
        duration = read_spread(cursor, vendor, f"SELECT {took} AS v FROM ({missions}) AS chosen", parameters)
        of_spans = f"SELECT {took} AS v FROM traces_span WHERE {rows.sql}"
        span_duration = read_spread(cursor, vendor, of_spans, rows.parameters)
    return MissionSummary(
        counts=counts,
        error_count=errors or 0,
        span_count=spans or 0,
        llm_call_count=calls or 0,
        tool_call_count=runs or 0,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cost_usd=join_money(cost),
        duration=duration,
        span_duration=span_duration,
    )


def _duration(vendor: str) -> str:
    """Never negative, null while open. PostgreSQL's `greatest` passes over nulls."""
    if vendor == POSTGRESQL:
        return "CASE WHEN end_ns IS NULL OR start_ns IS NULL THEN NULL ELSE greatest(0, end_ns - start_ns) END"
    return "max(0, end_ns - start_ns)"
