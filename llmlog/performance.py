"""How models did, by model and type of conversation: counts and times of the calls that began in a window."""

from typing import Any, NamedTuple

from django.db import connection

from core.aggregates import join_counts, sum_counts
from core.bulk import POSTGRESQL

MOST_GROUPS = 1_000
"""Models and types together: those with most calls."""
# Answers from a cache are no work of a model. A call whose own record says no failure failed by its caller's report.
# Whether a call failed is what became of it among the others, where that was computed, else its own record's word.
_CHOSEN = """
SELECT coalesce(nullif(said.request_model, ''), said.response_model){bytewise} AS model,
    said.conversation_type{bytewise} AS kind, said.started_ns, said.duration_ns, said.input_tokens, said.output_tokens,
    CASE WHEN said.input_tokens IS NULL AND said.output_tokens IS NULL THEN 0 ELSE 1 END AS is_told,
    CASE WHEN span.error_type = 'logic_failure' OR (said.error = '' AND span.outcome = 'failed')
        THEN 1 ELSE 0 END AS is_useless,
    CASE WHEN coalesce(span.outcome, CASE WHEN said.error <> '' THEN 'failed' ELSE '' END) = 'failed'
        THEN 1 ELSE 0 END AS has_failed,
    CASE WHEN said.duration_ns IS NOT NULL
        AND coalesce(span.outcome, CASE WHEN said.error <> '' THEN 'failed' ELSE 'ok' END) = 'ok'
        THEN 1 ELSE 0 END AS is_well
FROM llmlog_llmcall AS said JOIN traces_span AS span ON span.id = said.span_pk
WHERE said.project_id = %s AND said.started_ns >= %s AND said.is_counted AND NOT said.from_cache
"""
_GROUPS = """
SELECT model, kind, count(*), sum(is_well), sum(has_failed), sum(is_useless), count(duration_ns), sum(is_told),
    max(started_ns), max(CASE WHEN has_failed = 1 THEN started_ns END), {sums}
FROM ({chosen}) AS chosen GROUP BY model, kind ORDER BY count(*) DESC, model, kind LIMIT {most}
"""
_STREAKS = """
SELECT model, kind, sum(has_failed) FROM (
    SELECT model, kind, has_failed, started_ns,
        max(CASE WHEN is_well = 1 THEN started_ns END) OVER (PARTITION BY model, kind) AS well_ns
    FROM ({chosen}) AS chosen
) AS placed WHERE has_failed = 1 AND (well_ns IS NULL OR started_ns > well_ns) GROUP BY model, kind
"""


class ModelPerformance(NamedTuple):
    """The calls of one model in one type of conversation. None: nobody told."""

    model: str
    """The one that was asked for, else the one that answered."""
    conversation_type: str
    usage_count: int
    success_count: int
    """Ended well. Calls that go on or were given up are neither."""
    failure_count: int
    logic_failure_count: int
    """Of the failures: an answer that its caller could not use."""
    latency_ns: int | None
    """Mean of the calls that have ended."""
    tokens: float | None
    """Mean of input and output of the calls that told them."""
    last_used_ns: int
    last_failure_ns: int | None
    consecutive_failures: int
    """Since the last one that ended well."""


def read_performance(project_id: int, since_ns: int) -> list[ModelPerformance]:
    """Each model and type in the project's calls that began since then, the most used first."""
    vendor = connection.vendor
    chosen = _CHOSEN.format(bytewise=' COLLATE "C"' if vendor == POSTGRESQL else "")
    sums = ", ".join(sum_counts(column) for column in ("duration_ns", "input_tokens", "output_tokens"))
    with connection.cursor() as cursor:
        cursor.execute(_STREAKS.format(chosen=chosen), [project_id, since_ns])
        streaks = {(model, kind): int(count) for model, kind, count in cursor.fetchall()}
        cursor.execute(_GROUPS.format(chosen=chosen, sums=sums, most=MOST_GROUPS), [project_id, since_ns])
        return [_performance(row, streaks) for row in cursor.fetchall()]


def _performance(row: tuple[Any, ...], streaks: dict[tuple[str, str], int]) -> ModelPerformance:
    model, kind, usage, well, failed, useless, ended, told, last_ns, last_failure_ns, *halves = row
    duration, tokens_in, tokens_out = map(join_counts, halves[::2], halves[1::2])
    return ModelPerformance(
        model=model,
        conversation_type=kind,
        usage_count=int(usage),
        success_count=int(well),
        failure_count=int(failed),
        logic_failure_count=int(useless),
        latency_ns=duration // int(ended) if duration is not None and ended else None,
        tokens=((tokens_in or 0) + (tokens_out or 0)) / int(told) if told else None,
        last_used_ns=int(last_ns),
        last_failure_ns=last_failure_ns,
        consecutive_failures=streaks.get((model, kind), 0),
    )
