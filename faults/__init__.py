"""Error groups, by fingerprint, and the events in them: derived from spans, log records and steps of plans.

Why so: docs/adr/0014.
"""
