"""The job that evaluates rules: each window of each rule exactly once, whoever runs it.

Windows end every GRID_S seconds of the clock of `alerts.clock`. What a rule measures is read first, outside of any
transaction; then one short transaction takes the window and writes what it changes. Two processes may measure the same
window: one of them finds it taken.
"""

import logging
from functools import partial
from typing import Any

import msgspec
from django.db import connection, transaction

from alerts.columns import read_texts
from alerts.conditions import read_condition
from alerts.firings import find_told, write_changes
from alerts.measures.asking import Asked, Measured, Watched
from alerts.measures.evidence import add_missions
from alerts.measures.registry import measure
from alerts.models import Firing, Rule
from alerts.notification import list_projects_to_tell, tell_channels
from alerts.records import OPEN_STATES
from alerts.states import Open, Sample, advance, label_key
from alerts.telling import tell_project
from alerts.timekeeping import keep_time
from core.bulk import Table, insert_missing
from core.conflicts import retry_conflicts
from core.errors import MissionScopeError
from core.nanotime import NS_PER_SECOND
from core.pressure import giving_way

GRID_S = 15
MOST_FIRINGS = 2_000
"""Groups of one rule in one window; beyond it those that come first."""
EVALUATIONS = Table(
    "alerts_evaluation", ("rule_id", "window_end_ns", "true_count", "trouble"), ("int8", "int8", "int4", "text")
)

log = logging.getLogger(__name__)


def evaluate() -> None:
    """Evaluate what is due, and tell who is to be told."""
    kept = keep_time()
    evaluate_at(kept.now_ns, trusted_since_ns=kept.trusted_since_ns)


def evaluate_at(now_ns: int, *, trusted_since_ns: int = 0) -> None:
    """The same at a time of the caller's; `trusted_since_ns`: since when what is missing is really missing."""
    window_end_ns = now_ns - now_ns % (GRID_S * NS_PER_SECOND)
    due = Rule.objects.filter(is_enabled=True, evaluated_ns__lt=window_end_ns).order_by("project_id", "id")
    for rule in list(due):
        with giving_way():
            _evaluate_rule(rule, window_end_ns, trusted_since_ns)
    for project_id in list_projects_to_tell():
        retry_conflicts(partial(tell_channels, project_id, now_ns))


def _evaluate_rule(rule: Rule, window_end_ns: int, trusted_since_ns: int) -> None:
    try:
        measured, trouble = _measure(rule, window_end_ns, trusted_since_ns), ""
    except MissionScopeError as error:
        measured, trouble = None, _tell(error)
    except Exception as error:  # the outermost loop: one rule must not keep the others from being evaluated
        log.error("a rule was not evaluated: %s", type(error).__name__, exc_info=error)
        measured, trouble = None, f"It could not be measured: {type(error).__name__}."
    if retry_conflicts(lambda: _write(rule, window_end_ns, measured, trouble)):
        tell_project(rule.project_id)


def _tell(error: MissionScopeError) -> str:
    fields = "; ".join(f"{each.field} {each.message}" for each in error.errors)
    return f"{error.detail} {fields}".strip()


def _measure(rule: Rule, window_end_ns: int, trusted_since_ns: int) -> Measured:
    rows = Firing.objects.filter(rule_id=rule.id, state__in=OPEN_STATES)
    watched = tuple(
        Watched(msgspec.json.decode(labels, type=dict[str, str]), since_ns, mission_id)
        for labels, since_ns, mission_id in rows.values_list("labels", "since_ns", "mission_id")
    )
    asked = Asked(
        project_id=rule.project_id,
        condition=read_condition(rule.kind, msgspec.json.decode(rule.condition)),
        group_by=read_texts(rule.group_by),
        end_ns=window_end_ns,
        seen=rule.seen_seq,
        watched=watched,
        trusted_since_ns=trusted_since_ns,
    )
    return add_missions(rule.kind, asked, measure(rule.kind, asked))


def _write(measured_rule: Rule, window_end_ns: int, measured: Measured | None, trouble: str) -> bool:
    """Take the window and write what it changes; False when nobody sees a difference."""
    with transaction.atomic():
        rule = Rule.objects.select_for_update().filter(id=measured_rule.id).first()
        if rule is None or rule.version != measured_rule.version or rule.evaluated_ns >= window_end_ns:
            return False
        samples = [] if measured is None else _untold(rule, measured.samples)[:MOST_FIRINGS]
        if not _take(rule, window_end_ns, len(samples), trouble):
            return False
        changed: dict[str, Any] = {"evaluated_ns": window_end_ns, "trouble": trouble}
        if measured is not None:
            changed["seen_seq"] = max(rule.seen_seq, measured.seen)
        Rule.objects.filter(id=rule.id).update(**changed)
        if measured is None:  # what is not known changes nothing
            return False
        rows = Firing.objects.filter(rule_id=rule.id, state__in=OPEN_STATES)
        now = {
            bytes(key): Open(pk, state, since_ns)
            for key, pk, state, since_ns in rows.values_list("key", "id", "state", "since_ns")
        }
        changes = advance(now, samples, window_end_ns, rule.for_s)
        return write_changes(rule, changes, window_end_ns)


def _take(rule: Rule, window_end_ns: int, true_count: int, trouble: str) -> bool:
    """False when the window was evaluated before."""
    with connection.cursor() as cursor:
        row = (rule.id, window_end_ns, true_count, trouble)
        return bool(insert_missing(cursor, connection.vendor, EVALUATIONS, [row], "rule_id, window_end_ns"))


def _untold(rule: Rule, samples: list[Sample]) -> list[Sample]:
    """Without what is told once and was told."""
    once = {label_key(sample.labels) for sample in samples if sample.is_once}
    if not once:
        return samples
    is_open = Firing.objects.filter(rule_id=rule.id, key__in=once, state__in=OPEN_STATES)
    told = find_told(rule.id, once) - {bytes(key) for key in is_open.values_list("key", flat=True)}
    return [sample for sample in samples if label_key(sample.labels) not in told]
