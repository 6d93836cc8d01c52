"""Rules about missions and errors, by when things happened."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from alerts.conditions import Budget, CriticalFailure, HumanPending, StalledMission
from alerts.measures.asking import Asked, Interval, Line, Replay
from alerts.measures.failures import CRITICAL, LOG_RECORDS, MOST_NEW, error_sample
from alerts.measures.missions import (
    budget_sample,
    finding_sample,
    is_meant,
    is_question,
    list_stalled,
    read_spent,
    stalled_sample,
)
from alerts.replays.lines import Lines, Period, find_intervals, read_lines
from analysis.detectors import human_input_timeout
from core.nanotime import NS_PER_SECOND
from faults.news import list_groups_seen_first, list_returned_groups
from traces.missions import MissionFilter, list_analyses, list_missions
from traces.records import MissionRow

MOST_MISSIONS = 1_000
"""Of the latest at work."""
Findings = list[tuple[MissionRow, Mapping[str, Any]]]


def replay_mission_budget(asked: Asked, period: Period) -> Replay:
    """Missions that have spent more than their budget, told by their last activity."""
    condition: Budget = asked.condition
    intervals: list[Interval] = []
    for row in _missions(asked, period):
        value = read_spent(condition, row)
        if value is not None and value > Decimal(condition.threshold):
            sample = budget_sample(condition, row, value)
            intervals.append(Interval(sample.labels, sample.title, _last_ns(row, period), row.end_ns, sample.evidence))
    return Replay(0, float(condition.threshold), [], intervals)


def replay_findings(asked: Asked, period: Period) -> Replay:
    """Findings that were open in the time."""
    return _of_findings(_findings(asked, period, lambda _, each: is_meant(asked.condition, each)), period)


def replay_pending(asked: Asked, period: Period) -> Replay:
    """Questions that wait now, for long enough: what was answered is no longer known as a finding."""
    condition: HumanPending = asked.condition
    found = _findings(asked, period, lambda row, each: is_question(asked.project_id, row, each))
    return _of_findings(found, period, after_s=condition.after_s)


def replay_timeouts(asked: Asked, period: Period) -> Replay:
    """Questions that went unanswered."""
    return _of_findings(_findings(asked, period, lambda _, each: each["detector"] == human_input_timeout.NAME), period)


def replay_stalled(asked: Asked, period: Period) -> Replay:
    """Missions that stand still now, or did when they were given up."""
    condition: StalledMission = asked.condition
    rows = _missions(asked, period)
    waiting = [row for row in rows if row.status == "waiting"]
    meant = [row for row in rows if row.status in ("active", "gone")]
    meant += waiting if condition.include_waiting else list_stalled(waiting)
    intervals: list[Interval] = []
    for row in meant:
        since_ns = (row.last_activity_ns or period.until_ns) + condition.after_s * NS_PER_SECOND
        if since_ns < period.until_ns:
            sample = stalled_sample(condition, row, period.until_ns)
            intervals.append(Interval(sample.labels, sample.title, since_ns, None, sample.evidence))
    return Replay(0, float(condition.after_s), [], intervals)


def replay_critical(asked: Asked, period: Period) -> Replay:
    """Windows with CRITICAL log records, and errors that were new or came back."""
    condition: CriticalFailure = asked.condition
    logs = Lines([], 0, "")
    if "critical_log" in condition.signs:
        chosen = (("service", condition.service),) if condition.service else ()
        by_service = asked._replace(group_by=("service",))
        logs = read_lines(by_service, period, LOG_RECORDS, "sum", (*chosen, *CRITICAL), condition.window_s)

    def judge(line: Line, place: int) -> str | None:
        value = line.points[place][1]
        return f"{line.labels['service']} wrote {value:,.0f} CRITICAL log records." if value else None

    return Replay(logs.step_s, 1, logs.lines, [*find_intervals(logs, judge, LOG_RECORDS), *_errors(asked, period)])


def _errors(asked: Asked, period: Period) -> list[Interval]:
    condition: CriticalFailure = asked.condition
    new = list_groups_seen_first(asked.project_id, *period, limit=MOST_NEW)
    returned = list_returned_groups(asked.project_id, *period, limit=MOST_NEW)
    told = [("new_error", group, group.first_seen_ns) for group in new]
    told += [("regressed_error", group, group.regressed_ns or 0) for group in returned]
    found: list[Interval] = []
    for sign, group, since_ns in told:
        if sign in condition.signs and condition.service in ("", group.service_name):
            sample = error_sample(asked.project_id, sign, group)
            until_ns = since_ns + condition.window_s * NS_PER_SECOND
            found.append(Interval(sample.labels, sample.title, since_ns, until_ns, sample.evidence))
    return found


def _missions(asked: Asked, period: Period) -> list[MissionRow]:
    chosen = MissionFilter(since_ns=period.since_ns, until_ns=period.until_ns)
    return list_missions(asked.project_id, chosen, limit=MOST_MISSIONS).rows


def _findings(asked: Asked, period: Period, is_wanted: Callable[[MissionRow, Mapping[str, Any]], bool]) -> Findings:
    rows = _missions(asked, period)
    analyses = list_analyses([row.pk for row in rows])
    return [
        (row, each) for row in rows for each in analyses.get(row.pk, {}).get("findings", []) if is_wanted(row, each)
    ]


def _of_findings(found: Findings, period: Period, *, after_s: int = 0) -> Replay:
    intervals: list[Interval] = []
    for row, finding in found:
        opened_ns = _last_ns(row, period) if finding["opened_ns"] is None else int(finding["opened_ns"])
        since_ns = opened_ns + after_s * NS_PER_SECOND
        until_ns = row.end_ns if finding["closed_ns"] is None else int(finding["closed_ns"])
        if since_ns < period.until_ns and (until_ns is None or until_ns > since_ns or not after_s):
            sample = finding_sample(row, finding)
            intervals.append(Interval(sample.labels, sample.title, since_ns, until_ns, sample.evidence))
    return Replay(0, float(after_s) if after_s else None, [], intervals)


def _last_ns(row: MissionRow, period: Period) -> int:
    return min(row.last_activity_ns or period.until_ns, period.until_ns)
