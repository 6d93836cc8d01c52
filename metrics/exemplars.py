"""The traces behind pushed values."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from core.bulk import chunked
from metrics.asking import find_series
from metrics.records import ExemplarRow, MetricQuery
from telemetry.points import decode_exemplars

TOGETHER = 1000
MOST_POINTS, MOST_EXEMPLARS = 2000, 1000
"""The newest points with exemplars that are looked at, and how many exemplars of them are given."""


def list_exemplars(project_id: int, question: MetricQuery) -> list[ExemplarRow]:
    """Spans in which values of the metric were measured, newest first. Aggregation and groups do not count."""
    with connection.cursor() as cursor:
        series = sorted(find_series(cursor, project_id, question, question.since_ns))
        rows = [row for part in chunked(series, TOGETHER) for row in _read(cursor, part, question)]
    newest = sorted(rows, key=lambda row: -row[0])[:MOST_POINTS]
    found = dict.fromkeys(one for _, data in newest for one in _decode(bytes(data)))
    return sorted(found, key=lambda one: -(one.time_ns or 0))[:MOST_EXEMPLARS]


def _read(cursor: Any, series_ids: Iterable[int], question: MetricQuery) -> list[tuple[int, bytes]]:
    ids = list(series_ids)
    marks = ", ".join(["%s"] * len(ids))
    cursor.execute(
        f"SELECT time_ns, exemplars FROM metrics_point WHERE series_id IN ({marks}) AND time_ns >= %s"
        " AND time_ns < %s AND length(exemplars) > 0 ORDER BY time_ns DESC LIMIT %s",
        [*ids, question.since_ns, question.until_ns, MOST_POINTS],
    )
    return list(cursor.fetchall())


def _decode(data: bytes) -> list[ExemplarRow]:
    return [
        ExemplarRow(one.time_ns, one.value, one.trace_id.hex(), one.span_id.hex()) for one in decode_exemplars(data)
    ]
