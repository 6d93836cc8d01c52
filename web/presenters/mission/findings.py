"""Findings of the last recompute as the page lists them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from web.presenters.formats import format_time
from web.presenters.mission.verdict import EvidenceLink, is_row, row_links

TONES = {"error": "failed", "warning": "waiting", "info": "active"}
MOST_LINKS = 6


class FindingView(NamedTuple):
    """What `_findings.html` shows."""

    id: str
    tone: str
    severity: str
    detector: str
    title: str
    detail: str
    opened_ns: int | None
    opened: str
    is_root: bool
    key: str
    """Row key of its first reference to a row; empty without one."""
    links: list[EvidenceLink]
    more_links: int


def present_findings(analysis: Mapping[str, Any]) -> list[FindingView]:
    """The findings in the order the recompute left them: gravest first."""
    findings = analysis.get("findings")
    return [_finding(finding) for finding in findings] if isinstance(findings, list) else []


def _finding(finding: Mapping[str, Any]) -> FindingView:
    refs = finding.get("refs") or []
    links = row_links(refs, MOST_LINKS)
    opened = finding.get("opened_ns")
    opened_ns = None if opened is None else int(opened)
    severity = str(finding.get("severity", "info"))
    return FindingView(
        id=str(finding.get("id", "")),
        tone=TONES.get(severity, "active"),
        severity=severity,
        detector=str(finding.get("detector", "")).replace("_", " "),
        title=str(finding.get("title", "")),
        detail=str(finding.get("detail", "")),
        opened_ns=opened_ns,
        opened=format_time(opened_ns),
        is_root=bool(finding.get("is_root", True)),
        key=links[0].span if links else "",
        links=links,
        more_links=max(0, sum(map(is_row, refs)) - MOST_LINKS),
    )
