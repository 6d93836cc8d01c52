"""Reads rules and the windows they were evaluated for as frozen records, always of one project."""

from collections import Counter
from typing import Any

import msgspec

from alerts.columns import list_user_names, read_texts
from alerts.models import Evaluation, Firing, Rule
from alerts.records import MOST_ROWS, OPEN_STATES, EvaluationRow, RuleRow


def list_rules(project_id: int) -> list[RuleRow]:
    """The rules of a project, by name."""
    rules = list(Rule.objects.filter(project_id=project_id).order_by("name", "id")[:MOST_ROWS])
    counts = Counter(
        Firing.objects.filter(project_id=project_id, state__in=OPEN_STATES).values_list("rule_id", "state")
    )
    names = list_user_names(rule.created_by for rule in rules)
    return [_rule_row(rule, names, counts) for rule in rules]


def find_rule(project_id: int, pk: int) -> RuleRow | None:
    """One rule."""
    rule = Rule.objects.filter(project_id=project_id, id=pk).first()
    if rule is None:
        return None
    counts = Counter(Firing.objects.filter(rule_id=pk, state__in=OPEN_STATES).values_list("rule_id", "state"))
    return _rule_row(rule, list_user_names([rule.created_by]), counts)


def list_evaluations(project_id: int, rule_pk: int, *, limit: int = 100) -> list[EvaluationRow]:
    """The last windows that a rule was evaluated for, newest first."""
    if not Rule.objects.filter(project_id=project_id, id=rule_pk).exists():
        return []
    query = Evaluation.objects.filter(rule_id=rule_pk).order_by("-window_end_ns")[:limit]
    return [EvaluationRow(row.window_end_ns, row.true_count, row.trouble) for row in query]


def _rule_row(rule: Rule, names: dict[int | None, str], counts: Counter[tuple[int, str]]) -> RuleRow:
    condition: dict[str, Any] = msgspec.json.decode(rule.condition)
    return RuleRow(
        pk=rule.id,
        name=rule.name,
        kind=rule.kind,
        condition=condition,
        group_by=read_texts(rule.group_by),
        severity=rule.severity,
        for_s=rule.for_s,
        channel_pks=tuple(msgspec.json.decode(rule.channels, type=list[int])),
        repeat_interval_s=rule.repeat_interval_s,
        note=rule.note,
        is_enabled=rule.is_enabled,
        version=rule.version,
        evaluated_ns=rule.evaluated_ns or None,
        trouble=rule.trouble,
        created_ns=rule.created_ns,
        created_by=names.get(rule.created_by, ""),
        updated_ns=rule.updated_ns,
        firing_count=counts[rule.id, "firing"],
        pending_count=counts[rule.id, "pending"],
    )
