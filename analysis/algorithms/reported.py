"""What a span says of itself: that it runs, failed, was stopped, or waits for a person."""

from analysis.algorithms.tree import MissionTree
from telemetry.meaning import WAITS_FOR_A_PERSON, is_cancellation
from traces.records import SpanRow


def waits_for_a_person(span: SpanRow) -> bool:
    """It ended by asking a person."""
    return span.error_type == WAITS_FOR_A_PERSON and span.status_code == "UNSET"


def is_open(span: SpanRow) -> bool:
    """It began and has not ended. Without any time nothing says that it runs."""
    return span.end_ns is None and span.start_ns is not None


def reported_failure(span: SpanRow) -> bool:
    """It says itself that it failed: status ERROR, or no status and an error type."""
    if is_cancellation(span.error_type) or waits_for_a_person(span):
        return False
    return span.status_code == "ERROR" or (span.status_code == "UNSET" and span.error_type != "")


def latest_of_steps(tree: MissionTree) -> dict[str, int]:
    """The latest start of anything in each step."""
    latest: dict[str, int] = {}
    for row in tree.rows:
        span = row.span
        if span is not None and span.step_id and span.start_ns is not None:
            latest[span.step_id] = max(span.start_ns, latest.get(span.step_id, span.start_ns))
    return latest
