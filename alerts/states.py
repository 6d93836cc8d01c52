"""How firings go from pending to firing to resolved. Pure: one window of one rule."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alerts.records import Evidence, MissionRef
from core.hashing import digest16
from core.nanotime import NS_PER_SECOND

MOST_REFS = 20
"""Missions, spans and errors that one firing names."""
FINAL_S = 3600
"""So long something fires that has ended and will stay true."""


class Sample(NamedTuple):
    """A group of which the condition holds at the end of a window."""

    labels: dict[str, str]
    value: str | None
    threshold: str
    title: str
    evidence: Evidence = Evidence()
    mission_pk: int | None = None
    is_once: bool = False
    """It is told once, ever: what it rests on stays true when it is over."""
    is_final: bool = False
    """What it is about has ended, and it will stay true: it ends by itself after a while."""
    ripe_ns: int | None = None
    """Before this it is pending; None: only the rule says for how long."""
    gravity: float = 0.0
    """Of several merged into one the gravest gives title and value."""


class Open(NamedTuple):
    """A firing that is not over."""

    pk: int
    state: str
    since_ns: int


class Changes(NamedTuple):
    """What a window does to the firings of a rule."""

    begun: dict[bytes, Sample]
    """New ones: pending, or firing at once where `for_s` is 0."""
    fired: dict[bytes, Sample]
    """Pending ones that have held for long enough."""
    kept: dict[bytes, Sample]
    """Those that still hold."""
    ended: list[bytes]
    """Those that hold no more."""


def label_key(labels: Mapping[str, str]) -> bytes:
    """What tells the groups of a rule apart."""
    parts: list[bytes] = []
    for name in sorted(labels):
        for text in (name, labels[name]):
            raw = text.encode("utf-8", "surrogatepass")
            parts += [len(raw).to_bytes(4, "big"), raw]
    return digest16(*parts)


def advance(now: Mapping[bytes, Open], samples: Sequence[Sample], window_end_ns: int, for_s: int) -> Changes:
    """The changes that a window makes. Of samples with the same labels the first counts."""
    changes = Changes({}, {}, {}, [])
    held = {label_key(sample.labels): sample for sample in reversed(samples)}
    for key, sample in held.items():
        known = now.get(key)
        if known is None:
            changes.begun[key] = sample
        elif known.state == "pending" and is_ripe(sample, known.since_ns, window_end_ns, for_s):
            changes.fired[key] = sample
        elif known.state == "firing" and sample.is_final and window_end_ns - known.since_ns >= FINAL_S * NS_PER_SECOND:
            changes.ended.append(key)
        else:
            changes.kept[key] = sample
    changes.ended.extend(key for key in now if key not in held)
    return changes


def is_ripe(sample: Sample, since_ns: int, window_end_ns: int, for_s: int) -> bool:
    """Has it held for long enough to fire?"""
    is_old = window_end_ns - since_ns >= for_s * NS_PER_SECOND
    return is_old and (sample.ripe_ns is None or sample.ripe_ns <= window_end_ns)


def fold(samples: Sequence[Sample], group_by: Sequence[str]) -> list[Sample]:
    """The samples by these labels alone: those that then are the same become one."""
    groups: dict[bytes, list[Sample]] = {}
    for sample in samples:
        labels = {name: sample.labels.get(name, "") for name in group_by}
        groups.setdefault(label_key(labels), []).append(sample._replace(labels=labels))
    return [_merge(group) for group in groups.values()]


def _merge(group: list[Sample]) -> Sample:
    gravest = max(group, key=lambda sample: sample.gravity)
    if len(group) == 1:
        return gravest
    return gravest._replace(
        title=f"{gravest.title.removesuffix('.')} (and {len(group) - 1} more).",
        evidence=join_evidence([gravest.evidence, *(sample.evidence for sample in group)]),
        is_once=all(sample.is_once for sample in group),
        is_final=all(sample.is_final for sample in group),
        ripe_ns=None if any(sample.ripe_ns is None for sample in group) else min(s.ripe_ns or 0 for s in group),
    )


def join_evidence(parts: Sequence[Evidence]) -> Evidence:
    """What several rest on together, bounded; the first one's words."""
    missions = {ref.id: ref for part in parts for ref in part.missions}
    errors = {ref.id: ref for part in parts for ref in part.errors}
    spans = dict.fromkeys(span for part in parts for span in part.spans)
    return Evidence(
        missions=tuple(missions.values())[:MOST_REFS],
        spans=tuple(spans)[:MOST_REFS],
        errors=tuple(errors.values())[:MOST_REFS],
        detail=parts[0].detail,
        metric=parts[0].metric,
        since_ns=parts[0].since_ns,
        until_ns=parts[0].until_ns,
    )


def of_mission(mission_id: str, name: str, *, spans: Sequence[str] = (), detail: str = "") -> Evidence:
    """Evidence of one mission."""
    return Evidence(missions=(MissionRef(mission_id, name),), spans=tuple(spans)[:MOST_REFS], detail=detail)
