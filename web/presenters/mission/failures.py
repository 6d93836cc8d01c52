"""The errors pane: what failed of itself, causes first, then what followed, then what was made good."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from analysis.algorithms.failures import Failure
from analysis.algorithms.outcome import MissionOutcome
from analysis.algorithms.tree import MissionTree, TreeRow
from traces.records import LogRow, SpanRow
from web.presenters.formats import format_time
from web.presenters.mission.keys import span_key

_RECOVERED = {
    "retried": "a later try worked",
    "handled": "the agent went on",
    "absorbed": "the step above says ok",
}


class FailureView(NamedTuple):
    """What `_failure.html` shows."""

    key: str
    name: str
    span_kind: str
    agent: str
    moment_ns: int | None
    clock: str
    time: str
    error_type: str
    message: str
    role: str
    """cause, followed or recovered."""
    role_word: str
    is_silent: bool
    """The span says ok."""
    above: list[str]
    """Names of what failed with it, nearest first."""
    error_path: str
    """The page of the error that it is one event of; empty until it is looked at, and for what is passed on."""


class ErrorLine(NamedTuple):
    """An error in the logs."""

    pk: int
    key: str
    time_ns: int
    clock: str
    body: str
    source: str
    error_path: str


def present_failures(
    tree: MissionTree, outcome: MissionOutcome, failures: Sequence[Failure], groups: Mapping[int, int]
) -> list[FailureView]:
    """Failures in the order they are ranked. `groups`: by key of a span, that of its group of errors."""
    return [view for failure in failures if (view := _failure(tree, outcome, failure, groups)) is not None]


def _failure(
    tree: MissionTree, outcome: MissionOutcome, failure: Failure, groups: Mapping[int, int]
) -> FailureView | None:
    span = tree.rows[failure.row].span
    if span is None:
        return None
    role, word = _role(tree, outcome, failure)
    time = format_time(failure.moment_ns)
    return FailureView(
        key=span_key(span.trace_id, span.span_id, span.side),
        name=span.name.strip() or "(unknown)",
        span_kind=span.span_kind,
        agent=span.agent_name,
        moment_ns=failure.moment_ns,
        clock=time[11:19] if time.endswith("UTC") else time,
        time=time,
        error_type=span.error_type,
        message=span.status_message,
        role=role,
        role_word=word,
        is_silent=span.status_code == "OK",
        above=[_name(tree.rows[at]) for at in failure.above],
        error_path=_error_path(groups, span.pk),
    )


def _role(tree: MissionTree, outcome: MissionOutcome, failure: Failure) -> tuple[str, str]:
    if not failure.is_decisive:
        return "recovered", _RECOVERED.get(outcome.recoveries[failure.row], "it did not decide the outcome")
    if failure.follows is not None:
        return "followed", f"after {_name(tree.rows[failure.follows])}"
    return "cause", "decided the outcome"


def _name(row: TreeRow) -> str:
    span: SpanRow | None = row.span
    return "missing parent" if span is None else span.name.strip() or "(unknown)"


def _error_path(groups: Mapping[int, int], pk: int) -> str:
    return f"/errors/{groups[pk]}/" if pk in groups else ""


def present_error_lines(logs: Sequence[LogRow], groups: Mapping[int, int]) -> list[ErrorLine]:
    """Log records of severity ERROR and above. `groups`: by key of a record, that of its group of errors."""
    return [
        ErrorLine(
            log.pk,
            span_key(log.trace_id, log.span_id) if log.trace_id and log.span_id else "",
            log.time_ns,
            format_time(log.time_ns)[11:19],
            log.body,
            log.agent_name or log.service_name,
            _error_path(groups, log.pk),
        )
        for log in logs
    ]
