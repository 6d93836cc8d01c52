"""All detectors, in the order in which a finding explains another about the same records."""

from collections.abc import Callable, Iterator

import msgspec

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import SEVERITIES, Finding, key_ref, llm_ref, tool_ref
from analysis.detectors import (
    compacted_context,
    cost_outlier,
    empty_output,
    first_failure,
    incomplete_data,
    likely_cause,
    logged_error,
    loop,
    never_ended,
    rate_limit,
    recovered_failure,
    refused_output,
    retry_storm,
    slow_call,
    stall,
    swallowed_error,
    truncated_output,
    unanswered_tool_call,
    waiting,
)

Detector = Callable[[MissionFacts], Iterator[Finding]]

DETECTORS: tuple[tuple[str, Detector], ...] = (
    (likely_cause.NAME, likely_cause.detect),
    (rate_limit.NAME, rate_limit.detect),
    (loop.NAME, loop.detect),
    (retry_storm.NAME, retry_storm.detect),
    (first_failure.NAME, first_failure.detect),
    (stall.NAME, stall.detect),
    (waiting.NAME, waiting.detect),
    (swallowed_error.NAME, swallowed_error.detect),
    (logged_error.NAME, logged_error.detect),
    (unanswered_tool_call.NAME, unanswered_tool_call.detect),
    (truncated_output.NAME, truncated_output.detect),
    (refused_output.NAME, refused_output.detect),
    (empty_output.NAME, empty_output.detect),
    (never_ended.NAME, never_ended.detect),
    (incomplete_data.NAME, incomplete_data.detect),
    (slow_call.NAME, slow_call.detect),
    (cost_outlier.NAME, cost_outlier.detect),
    (compacted_context.NAME, compacted_context.detect),
    (recovered_failure.NAME, recovered_failure.detect),
)
MAX_FINDINGS_EACH = 50
"""Findings kept of one detector, the earliest first."""
STOPPERS = (likely_cause.NAME, first_failure.NAME, rate_limit.NAME, retry_storm.NAME)
_PLACES = {name: place for place, (name, _) in enumerate(DETECTORS)}
_NO_TIME = 1 << 80


def run_detectors(facts: MissionFacts) -> list[Finding]:
    """All findings: gravest first, causes before what they explain, then by time."""
    found: list[Finding] = []
    for _, detect in DETECTORS:
        found.extend(sorted(detect(facts), key=_rank)[:MAX_FINDINGS_EACH])
    explained = sorted(_explained(sorted(found, key=_rank)), key=lambda each: (not each.is_root, *_rank(each)))
    return [_cite_spans(facts, each) for each in explained]


def _cite_spans(facts: MissionFacts, finding: Finding) -> Finding:
    """A finding that cites calls alone also cites their spans: those are what a page can show."""
    if not finding.refs or any(ref.type == "span" for ref in finding.refs):
        return finding
    calls = {llm_ref(call): call for call in facts.llm_calls} | {tool_ref(call): call for call in facts.tool_calls}
    cited = [calls[ref] for ref in finding.refs if ref in calls]
    spans = [key_ref(call.trace_id, call.span_id, call.side) for call in cited]
    return msgspec.structs.replace(finding, refs=(*finding.refs, *dict.fromkeys(spans)))


def _rank(finding: Finding) -> tuple[int, int, int, str]:
    opened_ns = _NO_TIME if finding.opened_ns is None else finding.opened_ns
    return SEVERITIES.index(finding.severity), opened_ns, _PLACES[finding.detector], finding.id


def _explained(ranked: list[Finding]) -> list[Finding]:
    """Each finding, marked with the one before it that speaks of its main record, or that stopped the mission."""
    explained: list[Finding] = []
    by_ref: dict[tuple[str, str], Finding] = {}
    for finding in ranked:
        cause = by_ref.get((finding.refs[0].type, finding.refs[0].id)) if finding.refs and finding.is_root else None
        if finding.detector == stall.NAME:
            cause = cause or next((each for each in explained if each.is_root and _stopped_it(each)), None)
        if cause is not None:
            finding = msgspec.structs.replace(finding, is_root=False, caused_by=cause.id)
        explained.append(finding)
        for ref in finding.refs if finding.is_root else ():
            by_ref.setdefault((ref.type, ref.id), finding)
    return explained


def _stopped_it(finding: Finding) -> bool:
    return finding.severity == "error" and finding.detector in STOPPERS
