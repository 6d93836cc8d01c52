"""Stack traces of a project, as they are grouped and as they are shown: one way for both."""

from telemetry.stacktraces import StackTrace, read_stacktrace


def read_stack(project_id: int, text: str, release: str) -> StackTrace | None:
    """The frames in a text; None when there are none."""
    return read_stacktrace(text)
