"""Reads metrics for pages, REST and alerts: frozen records, always of one project."""
