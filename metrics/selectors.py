"""Reads metrics for pages, REST and alerts: frozen records, always of one project."""

from metrics.asking import query, query_totals
from metrics.catalogue import find_usual_aggregation, list_metrics
from metrics.exemplars import list_exemplars

__all__ = ["find_usual_aggregation", "list_exemplars", "list_metrics", "query", "query_totals"]
