"""Rules about missions: findings of detectors, questions to people, money and tokens, standing still.

What changed is read from the project's list of missions in the order of commits: nothing depends on clocks. Missions
of which something is open are read again each time.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from alerts.conditions import Budget, FindingCondition, HumanPending, StalledMission
from alerts.measures.asking import Asked, Measured
from alerts.measures.series import show_spent
from alerts.measures.words import show_time
from alerts.records import Evidence, MissionRef
from alerts.states import MOST_REFS, Sample, of_mission
from analysis.algorithms.findings import SEVERITIES
from analysis.detectors.human_input_pending import NAME as PENDING
from analysis.detectors.human_input_timeout import NAME as TIMEOUT
from analysis.detectors.stall import NAME as STALL
from analysis.detectors.waiting import NAME as WAITING
from core.nanotime import NS_PER_SECOND
from traces.missions import list_analyses, list_changed_missions, list_newest_missions, list_still_missions
from traces.records import MissionRow
from traces.selectors import find_spans

MOST_READ = 500
"""Changed missions that one window looks at; the next one goes on where it ended."""
OPEN = ("active", "waiting")


def read_missions(asked: Asked) -> tuple[list[MissionRow], int]:
    """What changed since the rule last looked, and what it has open; and how far it has looked now."""
    changed = list_changed_missions(asked.project_id, asked.seen, MOST_READ)
    seen = changed[-1].list_seq if changed else asked.seen
    known = {row.pk for row in changed}
    open_pks = {each.mission_pk for each in asked.watched if each.mission_pk is not None} - known
    watched = list_newest_missions(asked.project_id, open_pks, None, len(open_pks)) if open_pks else []
    return [*changed, *watched], seen


def measure_findings(asked: Asked) -> Measured:
    """Findings of the detectors that a rule is about."""
    condition: FindingCondition = asked.condition
    missions, seen = read_missions(asked)
    samples: list[Sample] = []
    for row, findings in _read_findings(missions):
        samples += [finding_sample(row, each) for each in findings if is_meant(condition, each) and is_open(each)]
    return Measured(samples, seen)


def is_meant(condition: FindingCondition, finding: Mapping[str, Any]) -> bool:
    """Is a rule about this finding?"""
    if condition.detectors and finding["detector"] not in condition.detectors:
        return False
    if condition.roots_only and not finding["is_root"]:
        return False
    return SEVERITIES.index(finding["severity"]) <= SEVERITIES.index(condition.least_severity)


def is_open(finding: Mapping[str, Any]) -> bool:
    """Is it still so? What is a state of the whole has no end either."""
    return finding["closed_ns"] is None


def finding_sample(row: MissionRow, finding: Mapping[str, Any]) -> Sample:
    """A finding as a rule sees it."""
    labels = {"mission": row.id, "detector": finding["detector"], "finding": finding["id"]}
    is_final = row.status not in OPEN
    return Sample(
        labels,
        None,
        "",
        f"{name_mission(row)}: {finding['title']}",
        _evidence(row, finding),
        row.pk,
        is_once=is_final,
        is_final=is_final,
        gravity=-SEVERITIES.index(finding["severity"]),
    )


def measure_timeouts(asked: Asked) -> Measured:
    """Questions that went unanswered."""
    missions, seen = read_missions(asked)
    samples = [
        finding_sample(row, each)
        for row, findings in _read_findings(missions)
        for each in findings
        if each["detector"] == TIMEOUT
    ]
    return Measured(samples, seen)


def measure_pending(asked: Asked) -> Measured:
    """Questions that wait: pending until they have waited for long enough."""
    condition: HumanPending = asked.condition
    missions, seen = read_missions(asked)
    samples: list[Sample] = []
    for row, findings in _read_findings(missions):
        for each in findings:
            if is_open(each) and row.status in OPEN and is_question(asked.project_id, row, each):
                samples.append(_pending_sample(asked, condition, row, each))
    return Measured(samples, seen)


def is_question(project_id: int, row: MissionRow, finding: Mapping[str, Any]) -> bool:
    """Is a person waited for: by a question of the plan, or by a span of kind HUMAN that has not ended?"""
    if finding["detector"] == PENDING:
        return True
    if finding["detector"] != WAITING:
        return False
    keys = [(*ref["id"].split("/"), "0")[:3] for ref in finding["refs"][:1] if ref["type"] == "span"]
    wanted = [(trace_id, span_id, int(side)) for trace_id, span_id, side in keys]
    return any(span.span_kind == "HUMAN" for span in find_spans(project_id, row.pk, row.id, wanted))


def _pending_sample(asked: Asked, condition: HumanPending, row: MissionRow, finding: Mapping[str, Any]) -> Sample:
    opened_ns = int(finding["opened_ns"]) if finding["opened_ns"] is not None else asked.end_ns
    # A sender's clock that is ahead, or was not told, does not keep a question from being told.
    known = [each.since_ns for each in asked.watched if each.labels.get("finding") == finding["id"]]
    opened_ns = min([opened_ns, asked.end_ns, *known])
    waited_s = (asked.end_ns - opened_ns) // NS_PER_SECOND
    return finding_sample(row, finding)._replace(
        value=str(waited_s),
        threshold=str(condition.after_s),
        ripe_ns=opened_ns + condition.after_s * NS_PER_SECOND,
        is_once=False,
        is_final=False,
        gravity=float(waited_s),
    )


def measure_mission_budget(asked: Asked) -> Measured:
    """Missions that have spent more than their budget."""
    condition: Budget = asked.condition
    missions, seen = read_missions(asked)
    samples: list[Sample] = []
    for row in missions:
        value = read_spent(condition, row)
        if value is not None and value > Decimal(condition.threshold):
            samples.append(budget_sample(condition, row, value))
    return Measured(samples, seen)


def read_spent(condition: Budget, row: MissionRow) -> Decimal | None:
    """What a mission has spent; None when nobody knows."""
    if condition.measure == "cost_usd":
        return None if row.cost_usd is None else Decimal(row.cost_usd)
    if row.input_tokens is None and row.output_tokens is None:
        return None
    return Decimal((row.input_tokens or 0) + (row.output_tokens or 0))


def budget_sample(condition: Budget, row: MissionRow, value: Decimal) -> Sample:
    """A mission that is over its budget."""
    limit = show_spent(condition, float(condition.threshold))
    title = f"{name_mission(row)} has spent {show_spent(condition, float(value))}, above {limit}."
    evidence = of_mission(row.id, row.name, detail=row.verdict)
    is_final = row.status not in OPEN
    return Sample(
        {"mission": row.id},
        format(value, "f"),
        condition.threshold,
        title,
        evidence,
        row.pk,
        is_once=is_final,
        is_final=is_final,
    )


def measure_stalled(asked: Asked) -> Measured:
    """Missions that are not over, and of which nothing was heard for long enough."""
    condition: StalledMission = asked.condition
    before_ns = asked.end_ns - condition.after_s * NS_PER_SECOND
    rows = list_still_missions(asked.project_id, ("active",), before_ns, limit=MOST_READ)
    waiting = list_still_missions(asked.project_id, ("waiting",), before_ns, limit=MOST_READ)
    rows += waiting if condition.include_waiting else list_stalled(waiting)
    return Measured([stalled_sample(condition, row, asked.end_ns) for row in rows])


def list_stalled(rows: Iterable[MissionRow]) -> list[MissionRow]:
    """Those of which the analysis says that they wait for what will not come."""
    return [row for row, findings in _read_findings(rows) if any(map(_is_stall, findings))]


def _is_stall(finding: Mapping[str, Any]) -> bool:
    return bool(finding["detector"] == STALL) and is_open(finding)


def stalled_sample(condition: StalledMission, row: MissionRow, now_ns: int) -> Sample:
    """A mission that stands still."""
    still_s = (now_ns - (row.last_activity_ns or now_ns)) // NS_PER_SECOND
    waits = "waits" if row.status == "waiting" else "is not over"
    title = f"{name_mission(row)} {waits}, and nothing has happened for {show_time(still_s)}."
    evidence = of_mission(row.id, row.name, detail=row.verdict)
    return Sample({"mission": row.id}, str(still_s), str(condition.after_s), title, evidence, row.pk, gravity=still_s)


def name_mission(row: MissionRow) -> str:
    """`Mission “Plan the trip”`."""
    return f"Mission “{(row.name or row.id)[:120]}”"


def _read_findings(missions: Iterable[MissionRow]) -> list[tuple[MissionRow, list[dict[str, Any]]]]:
    rows = list(missions)
    analyses = list_analyses([row.pk for row in rows])
    return [(row, analyses.get(row.pk, {}).get("findings", [])) for row in rows]


def _evidence(row: MissionRow, finding: Mapping[str, Any]) -> Evidence:
    spans = tuple(ref["id"] for ref in finding["refs"] if ref["type"] == "span")
    detail = finding["detail"] or finding["title"]
    return Evidence(missions=(MissionRef(row.id, row.name),), spans=spans[:MOST_REFS], detail=detail)
