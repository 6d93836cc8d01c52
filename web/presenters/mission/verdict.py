"""The verdict box: what happened, since when, with links to the evidence."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from plans.building.rows import PLAN_TRACE, agent_row_key
from traces.records import MissionRow
from web.presenters.formats import format_ago, format_duration
from web.presenters.mission.keys import span_key

MOST_LINKS = 4
MOST_ALSO = 4
TONES = {"error": "failed", "warning": "waiting"}
STALL = "stall"
INCOMPLETE = "incomplete_data"
ROWS = frozenset({"span", "step", "agent"})
"""References to rows of the mission's tree."""


class EvidenceLink(NamedTuple):
    """A way from a sentence to a record."""

    label: str
    href: str
    span: str
    """Span key; empty when the record is not a span."""
    pane: str


class Verdict(NamedTuple):
    """What `_verdict.html` shows."""

    tone: str
    """The status whose colour it has."""
    since: str
    sentence: str
    evidence: list[EvidenceLink]
    more_evidence: int
    """Spans beside these."""
    also: list[EvidenceLink]
    more_also: int
    """Findings beside these."""
    completeness: str
    completeness_title: str
    status_word: str
    """What the badge says instead of the plain status, e.g. `stalled 14 m`; empty for the status."""
    is_running: bool
    """A place is kept for what it is doing right now."""
    root: str
    """Key of the span where a failure began; empty for a mission that did not fail, and where no span is known."""


def ref_link(ref: Mapping[str, Any], label: str = "") -> EvidenceLink:
    """The link to a finding's reference ({type, id}). Steps and agents of the plan are rows as spans are."""
    kind, name = str(ref.get("type", "")), str(ref.get("id", ""))
    key = _row_key(kind, name)
    if key:
        return EvidenceLink(label or kind, f"?{urlencode({'span': key})}", key, "")
    pane = {"llm_call": "conversation", "tool_call": "tools", "log": "logs", "ghost": "graph"}.get(kind, "")
    word = {"llm_call": "model call", "tool_call": "tool run", "log": "log line", "ghost": "what is missing"}.get(
        kind, kind
    )
    return EvidenceLink(label or word, f"?{urlencode({'pane': pane or 'timeline'})}", "", pane)


def row_links(refs: Iterable[Mapping[str, Any]], most: int) -> list[EvidenceLink]:
    """Numbered links to the first rows among references: `span 1`, `step 2`."""
    rows = list(filter(is_row, refs))[:most]
    return [ref_link(ref, f"{ref['type']} {at}") for at, ref in enumerate(rows, 1)]


def is_row(ref: Mapping[str, Any]) -> bool:
    """Whether it is a row of the mission's tree, which can be selected."""
    return ref.get("type") in ROWS


def _row_key(kind: str, name: str) -> str:
    """The key of the row a reference names; empty for what is no row."""
    if kind == "step":
        return span_key(PLAN_TRACE, name)
    if kind == "agent":
        return span_key(*agent_row_key(name))
    if kind != "span":
        return ""
    parts = name.split("/")
    return span_key(parts[0], parts[1] if len(parts) > 1 else "", 1 if parts[2:3] == ["1"] else 0)


def present_verdict(mission: MissionRow, analysis: Mapping[str, Any], now_ns: int) -> Verdict | None:
    """The box for what the last recompute found; None for a mission that ended and has nothing to say."""
    told = analysis.get("verdict")
    verdict: Mapping[str, Any] = told if isinstance(told, dict) and told.get("sentence") else {}
    is_running = mission.status in ("active", "waiting")
    if not verdict and not is_running:
        return None
    since_ns = verdict.get("since_ns")
    cited = list(filter(is_row, verdict.get("evidence") or []))
    also = [finding for finding in verdict.get("also") or [] if finding.get("detector") != INCOMPLETE]
    findings = [finding for finding in analysis.get("findings") or [] if isinstance(finding, dict)]
    incomplete = next((finding for finding in findings if finding.get("detector") == INCOMPLETE), None)
    return Verdict(
        tone=TONES.get(str(verdict.get("severity")), mission.status),
        since=f"{format_ago(int(since_ns), now_ns).capitalize()}." if since_ns is not None else "",
        sentence=str(verdict.get("sentence", "")) or _calm_words(mission),
        evidence=row_links(cited, MOST_LINKS),
        more_evidence=max(0, len(cited) - MOST_LINKS),
        also=[_finding_link(finding) for finding in also[:MOST_ALSO]],
        more_also=max(0, len(also) - MOST_ALSO),
        completeness=str(incomplete.get("title", "")) if incomplete else "",
        completeness_title=str(incomplete.get("detail", "")) if incomplete else "",
        status_word=_status_word(mission, findings, now_ns),
        is_running=is_running,
        root=_root(verdict) if mission.status == "failed" else "",
    )


def _calm_words(mission: MissionRow) -> str:
    return "Nothing has gone wrong so far." if mission.span_count else "No span has arrived yet."


def _root(verdict: Mapping[str, Any]) -> str:
    refs = [verdict.get("root_ref") or {}, *(verdict.get("evidence") or [])]
    return next((ref_link(ref).span for ref in refs if is_row(ref)), "")


def _finding_link(finding: Mapping[str, Any]) -> EvidenceLink:
    refs = list(filter(is_row, finding.get("refs") or []))
    title = str(finding.get("title", "")).rstrip(".")
    if not refs:
        return EvidenceLink(title, f"?{urlencode({'pane': 'findings'})}", "", "findings")
    return ref_link(refs[0], title)


def tells_stall(findings: Iterable[Mapping[str, Any]]) -> bool:
    """Do they say that the mission stands still?"""
    return any(finding.get("detector") == STALL for finding in findings)


def _status_word(mission: MissionRow, findings: Iterable[Mapping[str, Any]], now_ns: int) -> str:
    """`stalled 14 m` while it stands still, instead of the plain status."""
    if mission.status not in ("active", "waiting") or not tells_stall(findings):
        return ""
    if mission.last_activity_ns is None:
        return "stalled"
    return f"stalled {format_duration(max(0, now_ns - mission.last_activity_ns))}"
