"""Spans, log records and steps of plans, read as failures. No tables."""

from collections.abc import Callable

from telemetry.stacktraces import StackTrace

ReadStack = Callable[[str, str], StackTrace | None]
"""The text of a stack trace and the release it is of, to its frames."""
