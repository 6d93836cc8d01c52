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
STALL = "stall"


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
    """The verdict from ranked findings. A stalled mission says so first, and then what led there."""
    told = [finding for finding in findings if finding.severity != "info"]
    stall = next((finding for finding in told if finding.detector == STALL), None)
    cause = next((finding for finding in told if finding is not stall and finding.severity == "error"), None)
    if stall is not None and cause is not None:
        words = f"{stall.title} Before that: {cause.title}"
        return _verdict(words, stall, cause, findings, (cause, stall))
    chosen = stall or next(iter(told), None)
    if chosen is None:
        return Verdict("", NO_SEVERITY, None, None, (), tuple(findings))
    return _verdict(chosen.title, chosen, chosen, findings, (chosen,))


def _verdict(
    words: str, heading: Finding, root: Finding, findings: Sequence[Finding], told: Sequence[Finding]
) -> Verdict:
    evidence = tuple(dict.fromkeys(ref for finding in told for ref in finding.refs))
    also = tuple(finding for finding in findings if finding not in told)
    root_ref = root.refs[0] if root.refs else None
    return Verdict(words, heading.severity, heading.opened_ns, root_ref, evidence, also)
