"""Which metrics a project has."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Max

from metrics.labels import ERROR, ERROR_TYPE, is_gauge
from metrics.models import Series
from metrics.reading import list_series
from metrics.records import AGGREGATIONS, MetricInfo

_decode_names = msgspec.json.Decoder(list[str]).decode
TOLD_BY = (
    "name",
    "kind",
    "unit",
    "origin",
    "description",
    "temporality",
    "is_monotonic",
    "service_name",
    "label_names",
)
OF_GAUGES = frozenset({"sum", "count", "avg", "min", "max", "last"})
OF_COUNTERS = frozenset({"sum", "rate", "count", "last"})
OF_SUMMARIES = frozenset({"sum", "rate", "count", "avg"})
OF_HISTOGRAMS = frozenset(AGGREGATIONS) - {"last", "error_rate"}
FAILURES = frozenset({"error_rate"})


def find_last_ns(project_id: int, names: Collection[str]) -> dict[str, int]:
    """When these metrics were measured last, about; those that never were are left out."""
    rows = Series.objects.filter(project_id=project_id, name__in=names).values_list("name")
    return dict(rows.annotate(last=Max("last_ns")))


def list_metrics(project_id: int) -> list[MetricInfo]:
    """Every metric of the project, by name."""
    columns = ", ".join(TOLD_BY)
    overflow = "max(CASE WHEN is_overflow THEN 1 ELSE 0 END)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, count(*), {overflow}, min(first_ns), max(last_ns) FROM metrics_series"
            f" WHERE project_id = %s GROUP BY {columns} ORDER BY {columns}",
            [project_id],
        )
        by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
        names = (*TOLD_BY, "count", "overflow", "first_ns", "last_ns")
        for row in cursor.fetchall():
            by_name[row[0]].append(dict(zip(names, row, strict=True)))
    return [_info(name, by_name[name]) for name in sorted(by_name)]


def find_usual_aggregation(project_id: int, name: str) -> str:
    """What one wants to see first of a metric: growth of counters, averages of all else."""
    with connection.cursor() as cursor:
        series = list_series(cursor, project_id, name, None, 0)
    return "rate" if series and all(one.kind == "sum" and not one.is_gauge for one in series) else "avg"


def _info(name: str, rows: Sequence[dict[str, Any]]) -> MetricInfo:
    labels = {label for row in rows for label in _decode_names(row["label_names"])}
    return MetricInfo(
        name=name,
        kinds=_distinct(rows, "kind"),
        units=_distinct(rows, "unit"),
        origins=_distinct(rows, "origin"),
        description=max(rows, key=lambda row: (row["last_ns"], row["description"]))["description"],
        labels=tuple(sorted(labels)),
        services=_distinct(rows, "service_name"),
        series_count=sum(row["count"] for row in rows),
        has_overflow=any(row["overflow"] for row in rows),
        aggregations=_aggregations(rows, labels),
        first_ns=min(row["first_ns"] for row in rows),
        last_ns=max(row["last_ns"] for row in rows),
    )


def _distinct(rows: Sequence[dict[str, Any]], column: str) -> tuple[str, ...]:
    return tuple(sorted({row[column] for row in rows}))


def _aggregations(rows: Sequence[dict[str, Any]], labels: set[str]) -> tuple[str, ...]:
    able: set[str] = set()
    for row in rows:
        kind = row["kind"]
        if is_gauge(kind, row["temporality"], is_monotonic=bool(row["is_monotonic"])):
            able |= OF_GAUGES
        elif kind == "sum":
            able |= OF_COUNTERS
        else:
            able |= OF_SUMMARIES if kind == "summary" else OF_HISTOGRAMS
    if labels & {ERROR, ERROR_TYPE} or "derived" in _distinct(rows, "origin"):
        able |= FAILURES
    return tuple(one for one in AGGREGATIONS if one in able)


def find_unit(project_id: int, name: str) -> str:
    """The unit of a metric, as it was last sent; empty when there is none of that name."""
    units = Series.objects.filter(project_id=project_id, name=name).order_by("-last_ns", "-id")
    return units.values_list("unit", flat=True).first() or ""
