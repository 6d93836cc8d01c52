"""What the pages of firings show, read for one question."""

from typing import Any

from accounts.records import ProjectAccess
from alerts.channel_selectors import list_channels
from alerts.presets import match_presets
from alerts.quiet_selectors import find_silence
from alerts.records import FiringRow
from alerts.rule_selectors import find_rule, list_rules
from alerts.selectors import FiringFilter, find_firing, list_firings, list_messages, list_open_firings
from alerts.standing import count_loud
from web.presenters.alerts.firings import (
    SHOWN,
    behind_path,
    choose,
    group_by_rule,
    map_told,
    present_choices,
    present_firing,
)
from web.presenters.alerts.history import HistoryQuery, present_menus
from web.presenters.alerts.messages import present_message
from web.presenters.alerts.presets import PresetList, present_presets
from web.presenters.alerts.words import describe_condition

MOST_OPEN = 1_000
RECENT_MESSAGES = 200
"""Looked through for who was told of what a list shows; a firing's own page looks through all."""
PAGE_ROWS = 50
EARLIER_ROWS = 10


def read_open(project: ProjectAccess, shown: str) -> dict[str, Any]:
    """Context of alerts/_firing.html."""
    shown = shown if shown in SHOWN else ""
    cursor = count_loud(project.project_pk).cursor
    rows = list_open_firings(project.project_pk, limit=MOST_OPEN)
    groups = group_by_rule(choose(rows, shown), map_told(list_messages(project.project_pk, limit=RECENT_MESSAGES)))
    has_rules = bool(rows) or bool(list_rules(project.project_pk))
    state = "rows" if groups else "filtered" if rows else "calm" if has_rules else "empty"
    return {
        "shown": shown,
        "choices": present_choices(rows, shown),
        "groups": groups,
        "cursor": cursor,
        "state": state,
        "presets": read_presets(project) if state == "empty" else None,
        "can_change": project.allows("member"),
    }


def read_presets(project: ProjectAccess) -> PresetList:
    """The usual rules, and which of them the project has."""
    has = match_presets(list_rules(project.project_pk))
    return present_presets(has, list_channels(project.project_pk))


def read_history_rows(
    project: ProjectAccess, query: HistoryQuery, *, before_pk: int | None, now_ns: int
) -> dict[str, Any]:
    """Context of alerts/_history_rows.html."""
    page = list_firings(project.project_pk, query.chosen(now_ns), before_pk=before_pk, limit=PAGE_ROWS)
    return {
        "items": [present_firing(row, {}) for row in page.rows],
        "next_path": "" if page.next_before is None else query.path(before=page.next_before),
    }


def read_history_page(project: ProjectAccess, query: HistoryQuery, **where: Any) -> dict[str, Any]:
    """Context of alerts/_history.html."""
    rows = read_history_rows(project, query, **where)
    state = "rows" if rows["items"] else "filtered" if query.is_filtered else "empty"
    return {**rows, "query": query, "state": state}


def read_menus(project: ProjectAccess, query: HistoryQuery) -> dict[str, Any]:
    """The menus above the history."""
    return {"menus": present_menus(query, list_rules(project.project_pk))}


def read_firing(project: ProjectAccess, row: FiringRow, now_ns: int) -> dict[str, Any]:
    """Context of alerts/one.html."""
    project_pk = project.project_pk
    rule = find_rule(project_pk, row.rule_pk)
    earlier = list_firings(
        project_pk, FiringFilter(("resolved",), rule_pk=row.rule_pk), before_pk=row.pk, limit=EARLIER_ROWS
    )
    told = list_messages(project_pk, firing_pk=row.pk, limit=RECENT_MESSAGES)
    return {
        "item": present_firing(row, {}, most_links=100),
        "behind_path": behind_path(row, rule),
        "rule": rule,
        "condition": "" if rule is None else describe_condition(rule.kind, rule.condition, rule.group_by),
        "deliveries": [present_message(message) for message in told],
        "earlier": [present_firing(each, {}) for each in earlier.rows],
        "silence": None if row.silence_pk is None else find_silence(project_pk, row.silence_pk, now_ns),
        "inhibiting": None if row.inhibited_by is None else find_firing(project_pk, row.inhibited_by),
        "can_change": project.allows("member"),
    }
