"""The verdict: one sentence on what became of a mission and why, with its evidence."""

from collections.abc import Sequence

import msgspec

from analysis.algorithms.facts import MissionFacts, build_facts
from analysis.algorithms.findings import Finding, Ref
from analysis.algorithms.tree import MissionTree
from analysis.detectors.registry import run_detectors
from llmlog.records import LlmCallRow, ToolCallRow
from traces.records import LogRow, SpanRow

NO_SEVERITY = "none"
LATE = frozenset({"first_failure", "rate_limit", "retry_storm"})
"""What a likely cause is told with: the failure that it led to."""
HOLD_UPS = frozenset({"dangling_dependency", "dependency_cycle", "dependency_on_replaced", "output_name_mismatch"})
"""Findings about steps that wait for what cannot come."""
STALL, LIKELY_CAUSE, LOOP, FAILURE, NOTHING = "stall", "likely_cause", "loop", "first_failure", "never_completed"


class Verdict(msgspec.Struct, frozen=True):
    """What to read first about a mission."""

    sentence: str
    """Empty for a clean mission."""
    severity: str
    """error, warning or none."""
    since_ns: int | None
    """When it began."""
    root_ref: Ref | None
    """The record where it began."""
    evidence: tuple[Ref, ...]
    also: tuple[Finding, ...]
    """All other findings, causes first."""


def compute_verdict(
    tree: MissionTree,
    spans: Sequence[SpanRow],
    llm_calls: Sequence[LlmCallRow],
    tool_calls: Sequence[ToolCallRow],
    logs_errors: Sequence[LogRow],
    now_ns: int,
) -> Verdict:
    """The verdict of a mission as it stands at `now_ns`."""
    facts = build_facts(spans, llm_calls, tool_calls, logs_errors, now_ns, tree=tree)
    return compose_verdict(facts, run_detectors(facts))


def compose_verdict(facts: MissionFacts, findings: Sequence[Finding]) -> Verdict:
    """The verdict from ranked findings: what is gravest, and what led there.

    That nothing was produced comes first, and then why. A mission that stands still says so, and then what failed
    before; one that was left says what failed, and then that it was left. What failed late is followed by its likely
    cause, a loop by the failure that ended it.
    """
    told = [finding for finding in findings if finding.severity != "info"]
    stall = next((finding for finding in told if finding.detector == STALL), None)
    nothing = next((each for each in told if each.detector == NOTHING and each.severity == "error"), None)
    if nothing is not None:
        return _of_nothing(facts, nothing, stall, findings)
    is_standing = stall is not None and facts.outcome.mission_status != "gone"
    causes = [finding for finding in told if finding is not stall and finding.severity == "error"]
    # What holds steps up is what a stall tells of itself: its records are cited, its words are not said again.
    held = tuple(each for each in causes if is_standing and each.detector in HOLD_UPS)
    cause = next((each for each in causes if each not in held), None)
    if stall is not None and cause is not None:
        words, members = _chain(cause, told)
        if not is_standing:
            return _verdict(f"{words} {stall.title}", cause, cause, findings, (*members, stall))
        return _verdict(f"{stall.title} Before that: {words}", stall, cause, findings, (*held, *members, stall))
    chosen = stall or next(iter(told), None)
    if chosen is None:
        return Verdict("", NO_SEVERITY, None, None, (), tuple(findings))
    words, members = _chain(chosen, told)
    return _verdict(words, chosen, held[0] if held else chosen, findings, (*held, *members))


def _of_nothing(facts: MissionFacts, nothing: Finding, stall: Finding | None, findings: Sequence[Finding]) -> Verdict:
    """That nothing was produced, why, and that it stands still where it is not over."""
    cause = next((each for each in findings if each.id == nothing.caused_by), nothing)
    told = [nothing] if cause is nothing else [nothing, cause]
    if stall is not None and facts.outcome.mission_status != "gone":
        told.append(stall)
    words = " ".join(finding.title for finding in told)
    return _verdict(words, nothing, cause, findings, [cause, *told])


def _chain(cause: Finding, told: Sequence[Finding]) -> tuple[str, tuple[Finding, ...]]:
    """The words for a finding and what it goes with, and these findings, where it began first."""
    if cause.detector == LIKELY_CAUSE:
        later = next((each for each in told if each.caused_by == cause.id and each.detector in LATE), None)
        return (f"{later.title} {cause.title}", (cause, later)) if later is not None else (cause.title, (cause,))
    if cause.detector == LOOP and cause.severity == "error":
        later = next(
            (each for each in told if each.is_root and each.detector == FAILURE and each.severity == "error"), None
        )
        if later is not None and _begins(later) >= _begins(cause):
            return f"{cause.title} Then: {later.title}", (cause, later)
    return cause.title, (cause,)


def _begins(finding: Finding) -> int:
    return -1 if finding.opened_ns is None else finding.opened_ns


def _verdict(
    words: str, heading: Finding, root: Finding, findings: Sequence[Finding], told: Sequence[Finding]
) -> Verdict:
    evidence = tuple(dict.fromkeys(ref for finding in told for ref in finding.refs))
    also = tuple(finding for finding in findings if finding not in told)
    root_ref = root.refs[0] if root.refs else None
    return Verdict(words, heading.severity, heading.opened_ns, root_ref, evidence, also)
