"""Reads metrics for pages, REST and alerts: frozen records, always of one project."""

from metrics.around import find_around
from metrics.asking import query, query_totals
from metrics.behind import list_missions_behind
from metrics.catalogue import find_last_ns, find_unit, find_usual_aggregation, list_metrics
from metrics.exemplars import list_exemplars
from metrics.recent import list_recent
from metrics.work import count_pending

__all__ = [
    "count_pending",
    "find_around",
    "find_last_ns",
    "find_unit",
    "find_usual_aggregation",
    "list_exemplars",
    "list_metrics",
    "list_missions_behind",
    "list_recent",
    "query",
    "query_totals",
]
