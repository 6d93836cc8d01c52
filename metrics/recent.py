"""What derived metrics came to in the last minutes: for programs that keep their own history, as Prometheus does."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db import connection

from core.nanotime import NS_PER_SECOND
from metrics.derive.catalogue import AGENT, GAUGE, HISTOGRAM, METRICS, Metric
from metrics.incoming import DERIVED
from metrics.levels import MINUTE_NS, MINUTE_S, floor_ns
from metrics.records import OTHER
from metrics.sketches.codec import merge_encoded

WINDOW_MINUTES = 5
SETTLED_S = 45
"""A minute is whole some time after its end: then it has been computed with what came last."""
MOST_SETS = 30
"""Sets of labels of a metric in a project, those with most measurements; the rest is one set, `other`."""
QUANTILES = (0.5, 0.9, 0.99)
SERVICE = "service"
GROUPS = {AGENT.name: (SERVICE, "agent")}
"""Labels that are told apart, where it is not all but the agent."""


class RecentValue(msgspec.Struct, frozen=True):
    """A derived metric in the last five whole minutes, for one set of labels."""

    project_id: int
    metric: Metric
    labels: dict[str, str]
    per_s: float
    """Measurements each second; of an amount what it grew by; of a gauge what it was in the newest minute."""
    error_share: float | None
    quantiles: dict[float, float]
    """Of a distribution."""


class _Sum:
    def __init__(self) -> None:
        self.count = 0
        self.amount = 0.0
        self.errors = 0
        self.last: tuple[int, float] = (0, 0.0)
        self.sketches: list[bytes] = []

    def add(self, other: "_Sum") -> None:
        self.count += other.count
        self.amount += other.amount
        self.errors += other.errors
        self.last = max(self.last, other.last)
        self.sketches += other.sketches


Labels = tuple[str, ...]
Sums = dict[tuple[int, str], dict[Labels, _Sum]]


def list_recent(project_ids: Sequence[int], now_ns: int) -> list[RecentValue]:
    """The derived metrics of these projects, in order."""
    until_ns = floor_ns(now_ns - SETTLED_S * NS_PER_SECOND, MINUTE_S)
    sums: Sums = defaultdict(lambda: defaultdict(_Sum))
    with connection.cursor() as cursor:
        for project_id in project_ids:
            _read(cursor, project_id, until_ns - WINDOW_MINUTES * MINUTE_NS, until_ns, sums)
    found = []
    for project_id in project_ids:
        for metric in METRICS:
            folded = _fold(sums.get((project_id, metric.name), {}), len(get_groups(metric)))
            if metric.kind == GAUGE:
                found += [_level(project_id, metric, labels, each, until_ns) for labels, each in folded]
            else:
                found += [_value(project_id, metric, labels, each) for labels, each in folded]
    return found


def get_groups(metric: Metric) -> tuple[str, ...]:
    """The labels by which a metric is told apart."""
    return GROUPS.get(metric.name, (SERVICE, *(label for label in metric.labels if label != "agent")))


def _read(cursor: Any, project_id: int, since_ns: int, until_ns: int, sums: Sums) -> None:
    names = {metric.name: get_groups(metric) for metric in METRICS}
    marks = ", ".join(["%s"] * len(names))
    cursor.execute(
        "SELECT s.name, s.service_name, s.attributes, r.bucket_ns, r.count, r.sum, r.last, r.error_count, r.sketch"
        " FROM metrics_series s JOIN metrics_rollup r ON r.series_id = s.id"
        f" WHERE s.project_id = %s AND s.name IN ({marks}) AND s.origin = %s AND s.last_ns >= %s"
        " AND r.level_s = %s AND r.bucket_ns >= %s AND r.bucket_ns < %s",
        [project_id, *names, DERIVED, since_ns, MINUTE_S, since_ns, until_ns],
    )
    for name, service, attributes, bucket_ns, count, total, last, errors, sketch in cursor.fetchall():
        own = {**msgspec.json.decode(attributes, type=dict[str, str]), SERVICE: service}
        into = sums[project_id, name][tuple(own.get(label, "") for label in names[name])]
        into.count += count
        into.amount += total or 0.0
        into.errors += errors or 0
        into.last = max(into.last, (bucket_ns, last or 0.0))
        into.sketches.append(bytes(sketch))


def _fold(sums: dict[Labels, _Sum], width: int) -> Iterable[tuple[Labels, _Sum]]:
    ordered = sorted(sums, key=lambda labels: (-sums[labels].count, labels))
    kept = {labels: sums[labels] for labels in ordered[:MOST_SETS]}
    for labels in ordered[MOST_SETS:]:
        kept.setdefault((OTHER,) * width, _Sum()).add(sums[labels])
    return sorted(kept.items())


def _level(project_id: int, metric: Metric, labels: Labels, found: _Sum, until_ns: int) -> RecentValue:
    """What a gauge was in the newest minute: 0 where it has no row."""
    named = dict(zip(get_groups(metric), labels, strict=True))
    bucket_ns, value = found.last
    return RecentValue(project_id, metric, named, value if bucket_ns == until_ns - MINUTE_NS else 0.0, None, {})


def _value(project_id: int, metric: Metric, labels: Labels, found: _Sum) -> RecentValue:
    named = dict(zip(get_groups(metric), labels, strict=True))
    seconds = WINDOW_MINUTES * MINUTE_S
    if metric.kind != HISTOGRAM:
        return RecentValue(project_id, metric, named, found.amount / seconds, None, {})
    sketch = merge_encoded(found.sketches)
    quantiles = {q: value for q in QUANTILES if (value := sketch.find_quantile(q)) is not None}
    return RecentValue(project_id, metric, named, found.count / seconds, found.errors / found.count, quantiles)
