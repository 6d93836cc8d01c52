"""Reads metrics for pages, REST and alerts: frozen records, always of one project."""

from metrics.asking import query, query_totals
from metrics.catalogue import list_metrics

__all__ = ["list_metrics", "query", "query_totals"]
