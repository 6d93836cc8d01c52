"""Reads metrics for pages, REST and alerts: frozen records, always of one project."""

from metrics.asking import query, query_totals
from metrics.catalogue import find_unit, list_metrics
from metrics.derive.behind import list_missions_behind

__all__ = ["find_unit", "list_metrics", "list_missions_behind", "query", "query_totals"]
