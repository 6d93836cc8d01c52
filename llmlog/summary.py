"""Model calls of all missions that a filter leaves, by model."""

from typing import NamedTuple

from django.db import connection

from core.aggregates import Spread, join_counts, join_money, read_spreads, sum_counts, sum_money
from core.bulk import POSTGRESQL
from traces.missions import MissionFilter
from traces.summary import rows_of_missions


class ModelSummary(NamedTuple):
    """The calls of one model that count in their missions' totals. None: unknown in all of them."""

    model: str
    """The one that answered, else the one asked for; empty when neither is told."""
    call_count: int
    error_count: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: str | None
    duration: Spread
    """Nanoseconds, of calls that have ended."""


def summarise_models(project_id: int, chosen: MissionFilter) -> list[ModelSummary]:
    """Each model, the most called first."""
    rows, vendor = rows_of_missions(project_id, chosen), connection.vendor
    calls = f"FROM llmlog_llmcall WHERE is_counted AND {rows.sql}"
    # In byte order on both databases: places in the order of all durations are counted by it.
    order = ' COLLATE "C"' if vendor == POSTGRESQL else ""
    model = f"coalesce(nullif(response_model, ''), request_model){order}"
    with connection.cursor() as cursor:
        sums = ", ".join(
            (sum_counts("input_tokens"), sum_counts("output_tokens"), sum_money(cursor, vendor, "cost_usd"))
        )
        failed = "sum(CASE WHEN error <> '' THEN 1 ELSE 0 END)"
        cursor.execute(
            f"SELECT {model} AS model, count(*), {failed}, count(duration_ns), {sums} {calls} GROUP BY 1 ORDER BY 1",
            rows.parameters,
        )
        found = cursor.fetchall()
        durations = f"SELECT {model} AS k, duration_ns AS v {calls}"
        spreads = read_spreads(cursor, vendor, durations, rows.parameters, [(row[0], row[3]) for row in found])
    models = [
        ModelSummary(
            model=row[0],
            call_count=row[1],
            error_count=row[2],
            input_tokens=join_counts(row[4], row[5]),
            output_tokens=join_counts(row[6], row[7]),
            cost_usd=join_money(row[8]),
            duration=spreads.get(row[0], Spread()),
        )
        for row in found
    ]
    return sorted(models, key=lambda each: (-each.call_count, each.model))
