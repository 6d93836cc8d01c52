"""What the measurements of minutes come to. Pure, and the same for any order of measurements."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from metrics.derive.catalogue import BY_NAME, GAUGE, HISTOGRAM, Metric
from metrics.derive.rows import Measured
from metrics.incoming import encode_labels
from metrics.levels import MINUTE_S, floor_ns
from metrics.records import OTHER
from metrics.sketches.codec import encode_sketch
from metrics.sketches.sketch import sketch_values

MOST_SETS = 100
"""Sets of labels of a metric in a minute: those with most measurements, then by name. The rest is one set, OTHER."""


class Key(NamedTuple):
    """A series of a derived metric."""

    metric: str
    service_name: str
    labels: tuple[str, ...]

    def get_labels(self) -> Mapping[str, str]:
        """By name, without those that are empty: a series has none of them then."""
        names = BY_NAME[self.metric].labels
        return {name: value for name, value in zip(names, self.labels, strict=True) if value}

    def encode_labels(self) -> str:
        """The same as a series keeps them."""
        return encode_labels(self.get_labels())


class Value(msgspec.Struct, frozen=True):
    """What a minute of a series comes to: the fields of a rollup."""

    count: int
    sum: float
    min: float
    max: float
    last: float | None
    error_count: int | None
    sketch: bytes


class _Sum:
    __slots__ = ("count", "error_count", "values")

    def __init__(self) -> None:
        self.values: list[float] = []
        self.count = 0
        self.error_count = 0

    def take(self, other: "_Sum") -> None:
        self.values += other.values
        self.count += other.count
        self.error_count += other.error_count

    def finish(self, metric: Metric) -> Value:
        # Exactly rounded: the order of addition makes no difference.
        total, low, high = math.fsum(self.values), min(self.values), max(self.values)
        is_histogram = metric.kind == HISTOGRAM
        return Value(
            self.count,
            total,
            low,
            high,
            max(self.values) if metric.kind == GAUGE else None,
            self.error_count if is_histogram else None,
            encode_sketch(sketch_values(self.values)) if is_histogram else b"",
        )


class Tally:
    """Collects measurements by minute and series."""

    def __init__(self) -> None:
        self._sums: dict[int, dict[str, dict[Key, _Sum]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(_Sum)))

    def add(self, measured: Iterable[Measured]) -> None:
        """Count these in."""
        for each in measured:
            minute_ns = floor_ns(each.time_ns, MINUTE_S)
            into = self._sums[minute_ns][each.metric][Key(each.metric, each.service_name, each.labels)]
            into.values.append(each.value)
            into.count += each.count
            into.error_count += each.has_failed

    def finish(self) -> Iterator[tuple[int, dict[Key, Value]]]:
        """Each minute with its series."""
        for minute_ns, by_metric in sorted(self._sums.items()):
            values: dict[Key, Value] = {}
            for name, sums in by_metric.items():
                metric = BY_NAME[name]
                values |= {key: each.finish(metric) for key, each in fold_rare(sums, metric).items()}
            yield minute_ns, values


def fold_rare(sums: Mapping[Key, _Sum], metric: Metric) -> Mapping[Key, _Sum]:
    """The series with most measurements, and the rest as one."""
    if len(sums) <= MOST_SETS:
        return sums
    ordered = sorted(sums, key=lambda key: (-sums[key].count, key))
    kept = {key: sums[key] for key in ordered[:MOST_SETS]}
    rest = kept.setdefault(name_other(metric), _Sum())
    for key in ordered[MOST_SETS:]:
        rest.take(sums[key])
    return kept


def name_other(metric: Metric) -> Key:
    """The series of what is beyond the limit."""
    return Key(metric.name, OTHER, (OTHER,) * len(metric.labels))
