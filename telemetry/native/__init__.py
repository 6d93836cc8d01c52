"""Our own typed records, for senders without a telemetry library: docs/native.md."""

from telemetry.native.convert import convert
from telemetry.native.schema import make_schema

__all__ = ["convert", "make_schema"]
