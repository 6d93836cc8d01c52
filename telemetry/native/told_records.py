"""Native records of what is told: log lines, errors, states."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from telemetry.native.fields import Placed, Record, TimeNs


class Log(Placed, frozen=True, kw_only=True, tag="log"):
    """One log line."""

    body: Annotated[Any, Meta(description="The message: a text, or any JSON.")] = None
    time_ns: TimeNs = None
    severity: Annotated[
        str | None, Meta(description="trace, debug, info, warn, error or fatal; other words are kept as they are.")
    ] = None
    event_name: Annotated[str | None, Meta(description="Only for events that have a name of their own.")] = None


class Error(Placed, frozen=True, kw_only=True, tag="error"):
    """Something that went wrong."""

    message: Annotated[str, Meta(description="What went wrong, in words.")]
    time_ns: TimeNs = None
    error_type: Annotated[str | None, Meta(description="The kind, e.g. the exception's class.")] = None
    stacktrace: Annotated[str | None, Meta(description="As your language prints it.")] = None
    severity: Annotated[str | None, Meta(description="error (the default) or fatal, or less: info, warn.")] = None


class Snapshot(Record, frozen=True, kw_only=True, tag="snapshot"):
    """The whole state of an agent at a moment."""

    state: Annotated[dict[str, Any] | list[Any], Meta(description="The state: an object or a list.")]
    time_ns: TimeNs = None


class PatchOperation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of RFC 6902."""

    op: Annotated[str, Meta(description="add, remove, replace, move, copy or test.")]
    path: Annotated[str, Meta(description="A JSON pointer, e.g. `/plan/3/status`.")]


class SnapshotPatch(Record, frozen=True, kw_only=True, tag="snapshot_patch"):
    """What changed in an agent's state since what was sent of it before."""

    operations: Annotated[
        list[PatchOperation],
        Meta(max_length=10_000, description="RFC 6902 operations with their `value` or `from`, in order."),
    ]
    time_ns: TimeNs = None
