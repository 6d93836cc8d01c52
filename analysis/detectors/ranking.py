"""Which finding explains which, and the order in which they are told."""

from collections.abc import Mapping, Sequence

import msgspec

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import SEVERITIES, Finding, Ref, agent_ref, key_ref, llm_ref, step_ref, tool_ref
from plans.building.rows import PLAN_TRACE, agent_row_key

MAX_FINDINGS_EACH = 50
"""Findings kept of one detector, the earliest first."""
STOPPERS = (
    "likely_cause", "verb_explosion", "human_input_timeout", "dependency_cycle", "dangling_dependency",
    "dependency_on_replaced", "output_name_mismatch", "missing_required_input", "model_unavailable", "rate_limit",
    "reflect_loop", "replan_abort", "delegated_to_dead_agent", "agent_vanished", "paused_by_disconnect",
    "human_input_pending", "retry_storm", "error_text_in_result", "silent_failure", "first_failure",
)  # fmt: skip
"""What stops a mission: explains that nothing happens any more, that nothing was produced."""
CAUSES: Mapping[str, tuple[str, ...]] = {
    "stall": STOPPERS,
    "never_completed": STOPPERS,
    "step_removed_without_end": ("reflect_loop", "replan_abort", "agent_vanished"),
    "duplicate_plan": ("verb_explosion",),
}
"""What an error of one of these explains, whatever records the two cite; the first that is there counts."""
SUMMARIES = frozenset(
    {
        "never_completed", "stall", "never_ended", "verb_explosion", "plan_shrunk", "duplicate_plan",
        "duplicate_step_id", "object_object_input",
        "undeclared_placeholder", "repeated_execution", "orphan_call", "secret_seen",
        "unknown_status", "step_removed_without_end",
    }
)  # fmt: skip
"""Each speaks of many records at once: that it shares one with another finding explains neither."""
_NO_TIME = 1 << 80
_Rank = tuple[int, int, int, str]


def rank_findings(facts: MissionFacts, found: Sequence[tuple[str, list[Finding]]]) -> list[Finding]:
    """All findings of all detectors, by name in their order: gravest first, causes before what they explain."""
    places = {name: place for place, (name, _) in enumerate(found)}

    def rank(finding: Finding) -> _Rank:
        opened_ns = _NO_TIME if finding.opened_ns is None else finding.opened_ns
        return SEVERITIES.index(finding.severity), opened_ns, places[finding.detector], finding.id

    kept = [finding for _, findings in found for finding in sorted(findings, key=rank)[:MAX_FINDINGS_EACH]]
    # Two with one identity say the same of the same: the graver stays.
    distinct = {finding.id: finding for finding in sorted(kept, key=rank, reverse=True)}
    cited = _cite_plan(facts, sorted(distinct.values(), key=rank))
    explained = sorted(_explained(cited), key=lambda each: (not each.is_root, *rank(each)))
    return _cite_spans(facts, explained)


def _cite_plan(facts: MissionFacts, findings: list[Finding]) -> list[Finding]:
    """Rows that stand for steps and agents are cited as what they are."""
    if facts.plan.is_empty:
        return findings
    known = {key_ref(PLAN_TRACE, step.key): step_ref(step) for step in facts.plan.steps}
    known |= {key_ref(*agent_row_key(agent.id)): agent_ref(agent) for agent in facts.plan.agents}
    return [_with_refs(finding, [known.get(ref, ref) for ref in finding.refs]) for finding in findings]


def _cite_spans(facts: MissionFacts, findings: list[Finding]) -> list[Finding]:
    """A finding that cites calls alone also cites their spans: those are what a page can show."""
    spans: dict[Ref, Ref] = {}
    for call in facts.llm_calls:
        spans[llm_ref(call)] = key_ref(call.trace_id, call.span_id, call.side)
    for run in facts.tool_calls:
        spans[tool_ref(run)] = key_ref(run.trace_id, run.span_id, run.side)
    cited: list[Finding] = []
    for finding in findings:
        has_row = any(ref.type in ("span", "step", "agent") for ref in finding.refs)
        more = [] if has_row else [spans[ref] for ref in finding.refs if ref in spans]
        cited.append(_with_refs(finding, [*finding.refs, *more]))
    return cited


def _with_refs(finding: Finding, refs: Sequence[Ref]) -> Finding:
    told = tuple(dict.fromkeys(refs))
    return finding if told == finding.refs else msgspec.structs.replace(finding, refs=told)


def _explained(ranked: Sequence[Finding]) -> list[Finding]:
    """Each finding, marked with the one that speaks of its main record and ranks before it, or that stopped it."""
    explained: list[Finding] = []
    by_ref: dict[Ref, Finding] = {}
    stoppers: dict[str, Finding] = {}
    for finding in ranked:
        if finding.is_root and finding.severity == "error":
            stoppers.setdefault(finding.detector, finding)
    for finding in ranked:
        is_summary = finding.detector in SUMMARIES
        cause = by_ref.get(finding.refs[0]) if finding.refs and finding.is_root and not is_summary else None
        if finding.is_root:
            causes = (stoppers[name] for name in CAUSES.get(finding.detector, ()) if name in stoppers)
            cause = cause or next(causes, None)
        if cause is not None:
            finding = msgspec.structs.replace(finding, is_root=False, caused_by=cause.id)
        explained.append(finding)
        for ref in finding.refs if finding.is_root and not is_summary else ():
            by_ref.setdefault(ref, finding)
    return explained
