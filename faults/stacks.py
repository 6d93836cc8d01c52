"""Stack traces of a project, as they are grouped and as they are shown: one way for both."""

import msgspec

from faults.sourcemaps import resolve
from telemetry.sentry.frames import SentryStack
from telemetry.stacktraces import StackTrace, read_stacktrace

_MAPPED = "javascript"
"""Only this language is sent minified."""


def read_stack(project_id: int, told: str | SentryStack, release: str) -> StackTrace | None:
    """The frames in a text or an event, minified ones as they were written; None when there are none."""
    if isinstance(told, SentryStack):
        stack: StackTrace | None = told.stack
        debug_ids = told.debug_ids
    else:
        stack, debug_ids = read_stacktrace(told), {}
    if stack is None or stack.language != _MAPPED:
        return stack
    chain = tuple(
        msgspec.structs.replace(thrown, frames=resolve(project_id, thrown.frames, release, debug_ids))
        for thrown in stack.chain
    )
    return StackTrace(stack.language, chain)
