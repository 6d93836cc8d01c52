"""What the rollups of several series and times come to in one bucket of an answer. No Django here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from metrics.sketches.many import find_quantiles

QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


@dataclass(slots=True)
class Cell:
    """One bucket of one series, or of several together."""

    count: int = 0
    total: float = 0.0
    """Of amounts: what they add up to."""
    has_total: bool = False
    level: float = 0.0
    """Of levels: the averages over time, added over series."""
    has_level: bool = False
    min: float | None = None
    max: float | None = None
    last: float | None = None
    last_ns: int = -1
    error_count: int = 0
    has_errors: bool = False
    is_counter: bool = False
    sketches: list[bytes] = field(default_factory=list)

    def take_extremes(self, least: float | None, most: float | None) -> None:
        """Widen from the minimum to the maximum."""
        if least is not None and (self.min is None or least < self.min):
            self.min = least
        if most is not None and (self.max is None or most > self.max):
            self.max = most

    def take_last(self, value: float | None, time_ns: int) -> None:
        """The newest value; of two at the same time the larger."""
        if value is None or time_ns < self.last_ns:
            return
        if time_ns > self.last_ns or self.last is None or value > self.last:
            self.last, self.last_ns = value, time_ns

    def take_sum(self, value: float | None) -> None:
        """A further amount."""
        if value is not None:
            self.total += value
            self.has_total = True

    def take_errors(self, count: int | None) -> None:
        """Further failures; None: it is not known."""
        if count is not None:
            self.error_count += count
            self.has_errors = True

    def settle_level(self) -> None:
        """Of one series of levels: what was added up over time becomes their average."""
        if self.has_total and self.count:
            self.level, self.has_level = self.total / self.count, True

    def add(self, other: "Cell") -> None:
        """Another series, or several, in the same bucket."""
        self.count += other.count
        self.total += other.total
        self.level += other.level
        self.has_total = self.has_total or other.has_total
        self.has_level = self.has_level or other.has_level
        self.is_counter = self.is_counter or other.is_counter
        self.take_extremes(other.min, other.max)
        self.take_last(other.last, other.last_ns)
        self.take_errors(other.error_count if other.has_errors else None)
        self.sketches += other.sketches


def compute_values(cells: Sequence[Cell], aggregation: str, lengths_s: Sequence[float]) -> list[float | None]:
    """The values of buckets of these lengths; None where there is nothing to tell."""
    if aggregation in QUANTILES:
        found = find_quantiles([cell.sketches for cell in cells], QUANTILES[aggregation])
        return [_within(cell, value) for cell, value in zip(cells, found, strict=True)]
    return [_compute(cell, aggregation, length_s) for cell, length_s in zip(cells, lengths_s, strict=True)]


def _within(cell: Cell, value: float | None) -> float | None:
    """A quantile is never beyond what was measured."""
    if value is None:
        return None
    value = value if cell.min is None else max(value, cell.min)
    return value if cell.max is None else min(value, cell.max)


def _compute(cell: Cell, aggregation: str, length_s: float) -> float | None:
    match aggregation:
        case "sum":
            return _sum(cell)
        case "rate":
            return _rate(cell, length_s)
        case "count":
            return float(cell.count)
        case "avg":
            return cell.total / cell.count if cell.has_total and cell.count else None
        case "error_rate":
            return cell.error_count / cell.count if cell.has_errors and cell.count else None
        case "min" | "max" | "last":
            value: float | None = getattr(cell, aggregation)
            return value
    raise ValueError(f"no aggregation: {aggregation}")


def weigh(cell: Cell, aggregation: str) -> float:
    """How much a bucket counts when the series with most are chosen."""
    if aggregation in {"sum", "rate"}:
        return abs(_sum(cell) or 0.0)
    return abs(cell.level) if cell.has_level else float(cell.count)


def _sum(cell: Cell) -> float | None:
    if cell.has_level:
        return cell.level
    return cell.total if cell.has_total else None


def _rate(cell: Cell, length_s: float) -> float | None:
    if cell.has_level:
        return None
    return (cell.total if cell.is_counter else cell.count) / length_s
