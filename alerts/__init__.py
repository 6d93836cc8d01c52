"""Alerts: rules, what fires, who is told, and every message on its way.

Why so: docs/adr/0016.
"""
