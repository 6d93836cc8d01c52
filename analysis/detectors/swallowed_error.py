"""Failures the mission went on from without the work ever being done: a tool that never succeeded."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.failures import Failure
from analysis.algorithms.findings import Finding, make_finding
from analysis.algorithms.origins import describe_origin, find_origin
from analysis.algorithms.outcome import RETRIED
from analysis.algorithms.wording import clock, counted, name_span, reason_of, sentence

NAME = "swallowed_error"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each name (tool, call, step) whose failures were passed over and that never went well after."""
    passed: dict[tuple[str, str, str], list[Failure]] = {}
    for failure in facts.failures:
        span = facts.span_of(failure.row)
        if span is None or failure.is_decisive or facts.outcome.recoveries[failure.row] == RETRIED:
            continue
        passed.setdefault((span.span_kind, span.name, facts.agents[failure.row]), []).append(failure)
    last_good = _last_good(facts) if passed else {}
    for group, failures in passed.items():
        last_ns = max(failure.moment_ns or 0 for failure in failures)
        if last_good.get(group, -1) < last_ns:
            yield _finding(facts, failures)


def _last_good(facts: MissionFacts) -> dict[tuple[str, str, str], int]:
    latest: dict[tuple[str, str, str], int] = {}
    for row in facts.tree.rows:
        if row.span is not None and facts.outcome.statuses[row.index] == "ok" and row.span.end_ns is not None:
            group = (row.span.span_kind, row.span.name, facts.agents[row.index])
            latest[group] = max(latest.get(group, -1), row.span.end_ns)
    return latest


def _finding(facts: MissionFacts, failures: list[Failure]) -> Finding:
    first = min(failures, key=lambda failure: (failure.moment_ns or 0, failure.row))
    span = facts.span_of(first.row)
    assert span is not None, "only spans report failures"
    reason = reason_of(span)
    times = "" if len(failures) == 1 else f" {counted(len(failures), 'time')}, first"
    when = f" at {clock(first.moment_ns, facts.now_ns)}" if first.moment_ns is not None else ""
    title = sentence(f"{name_span(span)} failed{times}{when}{': ' if reason else ''}{reason}")
    title += " It never went well afterwards"
    title += "." if facts.outcome.mission_status in ("failed", "gone") else "; the mission went on without it."
    refs = [ref for failure in sorted(failures, key=lambda each: each.row) for ref in facts.refs_of(failure.row)]
    origin = find_origin(facts, first.row)
    detail = describe_origin(facts, origin) if origin is not None else ""
    refs.extend(facts.refs_of(origin.row) if origin is not None else ())
    return make_finding(NAME, "warning", title, refs, opened_ns=first.moment_ns, detail=detail)
