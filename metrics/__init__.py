"""Metrics: points that senders push, and what is derived from missions, kept by time and by labels.

Why so: docs/adr/0015.
"""
