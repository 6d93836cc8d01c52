"""Sentry's envelopes: docs/sentry.md."""

from telemetry.sentry.convert import convert
from telemetry.sentry.requests import Read, read_envelope, read_event

__all__ = ["Read", "convert", "read_envelope", "read_event"]
