"""What failed first, and what failed after it because of it."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.failures import Failure, find_last_failure_below
from analysis.algorithms.findings import Finding, make_finding, span_ref
from analysis.algorithms.origins import describe_origin, find_origin
from analysis.algorithms.wording import clock, counted, name_span, reason_of, sentence

NAME = "first_failure"
SHOWN_FOLLOWERS = 10


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each failure nothing recovered from: causes as roots, the first followers behind them."""
    severity = "error" if facts.outcome.mission_status in ("failed", "gone") else "warning"
    decisive = [failure for failure in facts.failures if failure.is_decisive]
    followers = [failure for failure in decisive if failure.follows is not None]
    behind = Counter(failure.follows for failure in followers)
    by_row: dict[int, Finding] = {}
    for failure in [each for each in decisive if each.follows is None]:
        finding = _finding(facts, failure, severity, behind[failure.row])
        by_row[failure.row] = finding
        yield finding
    for failure in followers[:SHOWN_FOLLOWERS]:
        finding = _finding(facts, failure, severity, 0)
        cause = by_row.get(failure.follows if failure.follows is not None else -1)
        yield msgspec.structs.replace(finding, is_root=False, caused_by=cause.id if cause is not None else None)


def _finding(facts: MissionFacts, failure: Failure, severity: str, behind: int) -> Finding:
    span = facts.span_of(failure.row)
    assert span is not None, "a placeholder reports nothing, so it is no failure of its own"
    when = f" at {clock(failure.moment_ns, facts.now_ns)}" if failure.moment_ns is not None else ""
    reason = reason_of(span)
    agent = facts.agents[failure.row]
    by = f" of agent {agent}" if agent and agent not in span.name and span.span_kind in ("TOOL", "LLM") else ""
    title = sentence(f"{name_span(span)}{by} failed{when}{': ' if reason else ''}{reason}")
    if not reason:
        title += _last_below(facts, failure)
    if behind:
        title += f" {counted(behind, 'later failure')} followed."
    above = [name_span(each) for row in failure.above if (each := facts.span_of(row)) is not None]
    origin = find_origin(facts, failure.row)
    details = [describe_origin(facts, origin)] if origin is not None else []
    if above:
        details.append(f"It took down {', '.join(above[:5])}.")
    refs = facts.refs_of(failure.row)
    refs.extend(facts.refs_of(origin.row) if origin is not None else ())
    refs.extend(span_ref(each) for row in failure.above if (each := facts.span_of(row)) is not None)
    return make_finding(NAME, severity, title, refs, opened_ns=failure.moment_ns, detail=" ".join(details))


def _last_below(facts: MissionFacts, failure: Failure) -> str:
    """What a failure that gives no reason leaves unsaid: the last one in it."""
    row = find_last_failure_below(facts.tree, facts.outcome, failure.row)
    span = facts.span_of(row) if row is not None else None
    if span is None:
        return ""
    reason = reason_of(span)
    said = sentence(f"the last failure in it: {name_span(span)}{', ' if reason else ''}{reason}")
    return f" It gives no reason. {said}"
