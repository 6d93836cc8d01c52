"""Who keeps whom quiet: silences that people make, and firings that make others not worth telling."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from alerts.columns import read_matchers, read_texts
from alerts.firings import write_quiet
from alerts.matchers import matches
from alerts.models import Firing, Inhibition, Silence
from alerts.records import OPEN_STATES, Matcher


class _Open(NamedTuple):
    pk: int
    is_firing: bool
    labels: dict[str, str]


class _Rule(NamedTuple):
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]


def all_labels(labels: Mapping[str, str], *, rule: str, severity: str, kind: str) -> dict[str, str]:
    """What matchers and groups see of a firing: its labels, and those that every firing has."""
    return {**labels, "rule": rule, "severity": severity, "kind": kind}


def refresh_quiet(project_id: int, now_ns: int) -> bool:
    """Write which open firings are quiet now, and why. Inside a transaction; True when something changed."""
    rows = Firing.objects.filter(project_id=project_id, state__in=OPEN_STATES).order_by("id")
    found = [_Open(pk, state == "firing", _labels(*rest)) for pk, state, *rest in rows.values_list(*_COLUMNS)]
    if not found:
        return False
    silences = _active_silences(project_id, now_ns)
    inhibiting = _find_inhibiting(project_id, found)
    quiet = {each.pk: (_find_silence(silences, each.labels), inhibiting.get(each.pk)) for each in found}
    return write_quiet(project_id, quiet)


_COLUMNS = ("id", "state", "labels", "rule_name", "severity", "kind")


def _labels(labels: str, rule_name: str, severity: str, kind: str) -> dict[str, str]:
    own = msgspec.json.decode(labels, type=dict[str, str])
    return all_labels(own, rule=rule_name, severity=severity, kind=kind)


def _active_silences(project_id: int, now_ns: int) -> list[tuple[int, tuple[Matcher, ...]]]:
    query = Silence.objects.filter(project_id=project_id, starts_ns__lte=now_ns, ends_ns__gt=now_ns).order_by(
        "-ends_ns"
    )
    return [(pk, read_matchers(text)) for pk, text in query.values_list("id", "matchers")]


def _find_silence(silences: Sequence[tuple[int, tuple[Matcher, ...]]], labels: Mapping[str, str]) -> int | None:
    return next((pk for pk, matchers in silences if matches(matchers, labels)), None)


def _find_inhibiting(project_id: int, found: Sequence[_Open]) -> dict[int, int]:
    """By firing: the one that inhibits it. None inhibits itself, nor what could inhibit it as well."""
    inhibiting: dict[int, int] = {}
    for row in Inhibition.objects.filter(project_id=project_id).order_by("id"):
        rule = _Rule(read_matchers(row.source), read_matchers(row.target), read_texts(row.equal))
        sources: dict[tuple[str, ...], int] = {}
        for each in found:
            if each.is_firing and matches(rule.source, each.labels):
                sources.setdefault(_values(rule, each), each.pk)
        for each in found:
            source = sources.get(_values(rule, each))
            if source is not None and matches(rule.target, each.labels) and not matches(rule.source, each.labels):
                inhibiting.setdefault(each.pk, source)
    return inhibiting


def _values(rule: _Rule, each: _Open) -> tuple[str, ...]:
    return tuple(each.labels.get(label, "") for label in rule.equal)
