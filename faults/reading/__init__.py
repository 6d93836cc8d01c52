"""Spans, log records and steps of plans, read as failures. No tables."""

from collections.abc import Callable

from telemetry.sentry.frames import SentryStack
from telemetry.stacktraces import StackTrace

ReadStack = Callable[[str | SentryStack, str], StackTrace | None]
"""The text of a stack trace, or what a Sentry event tells of one, and the release it is of, to its frames."""
