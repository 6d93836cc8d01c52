"""Writes what becomes of firings. Call inside a transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.db import connection

from alerts.models import Firing, Rule
from alerts.records import OPEN_STATES
from alerts.states import Changes, Sample, is_ripe

OVER, CHANGED, DISABLED, DELETED = "over", "rule_changed", "rule_disabled", "rule_deleted"


def allocate_numbers(project_id: int, count: int) -> int:
    """The last of so many numbers for changes of firings: whoever gets them holds up others until its commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO alerts_sequence (project_id, last) VALUES (%s, %s)"
            " ON CONFLICT (project_id) DO UPDATE SET last = alerts_sequence.last + excluded.last RETURNING last",
            [project_id, count],
        )
        return int(cursor.fetchone()[0])


def write_changes(rule: Rule, changes: Changes, window_end_ns: int) -> bool:
    """What a window does to the firings of a rule; False when it changes nothing that anybody sees."""
    project_id = rule.project_id
    open_rows = {bytes(row.key): row for row in Firing.objects.filter(rule_id=rule.id, state__in=OPEN_STATES)}
    changed = [open_rows[key] for key in (*changes.fired, *changes.ended) if key in open_rows]
    kept = [open_rows[key] for key in changes.kept if key in open_rows]
    before = {row.id: _told(row) for row in kept}
    number = allocate_numbers(project_id, 1) if changed or changes.begun else 0
    for key, sample in {**changes.fired, **changes.kept}.items():
        if key in open_rows:
            _describe(open_rows[key], sample, window_end_ns)
    for key in changes.fired:
        if key in open_rows:
            open_rows[key].state, open_rows[key].fired_ns = "firing", window_end_ns
    for key in changes.ended:
        if key in open_rows:
            _end(open_rows[key], window_end_ns, OVER)
    for row in changed:
        row.change_seq = number
    other = [row for row in kept if _told(row) != before[row.id]]
    Firing.objects.bulk_update([*changed, *other], _FIELDS, batch_size=200)
    _see([row.id for row in kept if _told(row) == before[row.id]], window_end_ns)
    begun = [_begin(rule, key, sample, window_end_ns, number) for key, sample in changes.begun.items()]
    Firing.objects.bulk_create(begun, batch_size=200)
    return bool(number)


_FIELDS = (
    "state", "value", "threshold", "title", "evidence", "seen_ns", "fired_ns", "ended_ns", "ended_why", "change_seq",
)  # fmt: skip


def _told(row: Firing) -> tuple[Any, ...]:
    return row.value, row.threshold, row.title, row.evidence


def _see(pks: list[int], window_end_ns: int) -> None:
    """Those that hold as they did. In a storm they are many, and a statement with words for each takes long."""
    for at in range(0, len(pks), 500):
        Firing.objects.filter(id__in=pks[at : at + 500]).update(seen_ns=window_end_ns)


def end_firings(project_id: int, rule_pk: int, time_ns: int, why: str) -> bool:
    """End everything a rule has open; True when there was something."""
    rows = list(Firing.objects.filter(project_id=project_id, rule_id=rule_pk, state__in=OPEN_STATES))
    if rows:
        number = allocate_numbers(project_id, 1)
        for row in rows:
            _end(row, max(time_ns, row.seen_ns), why)
            row.change_seq = number
        Firing.objects.bulk_update(rows, _FIELDS, batch_size=200)
    return bool(rows)


def find_told(rule_pk: int, keys: Iterable[bytes]) -> set[bytes]:
    """Those of the groups that fired before."""
    found = Firing.objects.filter(rule_id=rule_pk, key__in=list(keys), state="resolved")
    return {bytes(key) for key in found.values_list("key", flat=True)}


def write_quiet(project_id: int, quiet: Mapping[int, tuple[int | None, int | None]]) -> bool:
    """By firing: the silence and the other firing that keep it quiet; False when all are as they were."""
    rows = Firing.objects.filter(project_id=project_id, id__in=quiet.keys())
    changed = [row for row in rows if (row.silence_id, row.inhibited_by) != quiet[row.id]]
    if changed:
        number = allocate_numbers(project_id, 1)
        for row in changed:
            row.silence_id, row.inhibited_by = quiet[row.id]
            row.change_seq = number
        Firing.objects.bulk_update(changed, ("silence_id", "inhibited_by", "change_seq"), batch_size=200)
    return bool(changed)


def _begin(rule: Rule, key: bytes, sample: Sample, window_end_ns: int, number: int) -> Firing:
    is_firing = is_ripe(sample, window_end_ns, window_end_ns, rule.for_s)
    row = Firing(
        project_id=rule.project_id,
        rule_id=rule.id,
        rule_name=rule.name,
        kind=rule.kind,
        key=key,
        labels=msgspec.json.encode(sample.labels).decode(),
        state="firing" if is_firing else "pending",
        severity=rule.severity,
        evidence="",
        mission_id=sample.mission_pk,
        since_ns=window_end_ns,
        fired_ns=window_end_ns if is_firing else None,
        ended_ns=None,
        ended_why="",
        silence_id=None,
        inhibited_by=None,
        change_seq=number,
    )
    _describe(row, sample, window_end_ns)
    return row


def _describe(row: Firing, sample: Sample, window_end_ns: int) -> None:
    row.value, row.threshold, row.title = sample.value, sample.threshold, sample.title
    named = sample.evidence.missions or sample.evidence.spans or sample.evidence.errors
    if named or not row.evidence:  # what is behind a number is looked for once, when it begins
        row.evidence = msgspec.json.encode(sample.evidence).decode()
    row.seen_ns = window_end_ns


def _end(row: Firing, time_ns: int, why: str) -> None:
    row.state = "resolved" if row.state == "firing" else "inactive"
    row.ended_ns, row.ended_why = time_ns, why
