"""Rules about metrics: a number and its threshold, a spike of errors, money in a window, nothing at all.

Windows end with the last whole minute that had SETTLED_S to arrive: the same minutes are looked at again every
15 seconds until the next one is over, so what came late counts.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from alerts.conditions import Budget, ErrorRateSpike, MetricCondition, NoData
from alerts.measures.asking import Asked, Measured
from alerts.measures.words import COMPARISONS, show_labels, show_number, show_time
from alerts.records import Evidence
from alerts.states import Sample
from core.nanotime import NS_PER_SECOND
from metrics.levels import floor_ns
from metrics.records import MetricQuery
from metrics.selectors import query_totals

SETTLED_S = 15
MOST_GROUPS = 1_000
COST, TOKENS = "missionscope.llm.cost", "missionscope.llm.tokens"
COUNTED_TOKENS = (("direction", "input"), ("direction", "output"))
"""The other directions are parts of these."""
COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": lambda value, threshold: value > threshold,
    ">=": lambda value, threshold: value >= threshold,
    "<": lambda value, threshold: value < threshold,
    "<=": lambda value, threshold: value <= threshold,
}
Groups = dict[tuple[str, ...], float]


class Range(NamedTuple):
    """The minutes that a window consists of."""

    since_ns: int
    until_ns: int

    @property
    def before(self) -> "Range":
        """As long, and right before."""
        return Range(2 * self.since_ns - self.until_ns, self.since_ns)


def read_range(end_ns: int, window_s: int) -> Range:
    """The whole minutes of a window that ends then."""
    until_ns = floor_ns(end_ns - SETTLED_S * NS_PER_SECOND, 60)
    return Range(until_ns - window_s * NS_PER_SECOND, until_ns)


def spent(condition: Budget) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Metric and filters of what a budget counts."""
    filters = tuple(condition.filters.items())
    if condition.measure == "cost_usd":
        return COST, filters
    is_chosen = "direction" in condition.filters
    return TOKENS, filters if is_chosen else (*filters, *COUNTED_TOKENS)


class _Read(NamedTuple):
    groups: Groups
    unit: str


def _read(asked: Asked, span: Range, metric: str, aggregation: str, filters: tuple[tuple[str, str], ...]) -> _Read:
    """Group to value; groups of which nothing is known are left out."""
    question = MetricQuery(
        name=metric,
        aggregation=aggregation,
        since_ns=span.since_ns,
        until_ns=span.until_ns,
        group_by=asked.group_by,
        filters=filters,
        limit=MOST_GROUPS,
    )
    answer = query_totals(asked.project_id, question, now_ns=max(asked.end_ns, span.until_ns))
    found: Groups = {}
    for series in answer.series:
        value = series.points[0][1]
        if value is not None and set(series.labels) == set(asked.group_by):
            found[tuple(series.labels[name] for name in asked.group_by)] = value
    return _Read(found, answer.series[0].unit if answer.series else "")


def measure_metric(asked: Asked) -> Measured:
    """Groups whose number is beyond the threshold."""
    condition: MetricCondition = asked.condition
    span, filters = read_range(asked.end_ns, condition.window_s), tuple(condition.filters.items())
    groups, unit = _read(asked, span, condition.metric, condition.aggregation, filters)
    counts: Groups = {}
    if condition.least_count:
        counts = _read(asked, span, condition.metric, "count", filters).groups
    is_beyond = COMPARE[condition.comparison]
    samples: list[Sample] = []
    for group, value in groups.items():
        if is_beyond(value, condition.threshold) and counts.get(group, 0) >= condition.least_count:
            samples.append(_metric_sample(asked, condition, group, value, unit, span))
    return Measured(samples)


def _metric_sample(
    asked: Asked, condition: MetricCondition, group: tuple[str, ...], value: float, unit: str, span: Range
) -> Sample:
    labels = dict(zip(asked.group_by, group, strict=True))
    shown, limit = (show_number(each, unit, condition.aggregation) for each in (value, condition.threshold))
    title = (
        f"{condition.aggregation} of {condition.metric}{show_labels(labels)} is {shown}, "
        f"{COMPARISONS[condition.comparison]} {limit}, in {show_time(condition.window_s)}."
    )
    return Sample(labels, repr(value), repr(condition.threshold), title, _evidence(condition.metric, span))


def measure_spike(asked: Asked) -> Measured:
    """Groups in which much more fails than in the window before."""
    condition: ErrorRateSpike = asked.condition
    span, filters = read_range(asked.end_ns, condition.window_s), tuple(condition.filters.items())
    rates = _read(asked, span, condition.metric, "error_rate", filters).groups
    if not any(rate >= condition.least_rate for rate in rates.values()):
        return Measured([])
    counts = _read(asked, span, condition.metric, "count", filters).groups
    before = _read(asked, span.before, condition.metric, "error_rate", filters).groups
    samples: list[Sample] = []
    for group, rate in rates.items():
        errors, old = round(rate * counts.get(group, 0)), before.get(group)
        if is_spike(condition, rate, errors, old):
            labels = dict(zip(asked.group_by, group, strict=True))
            was = "nothing is known of" if old is None else f"{show_number(old, '', 'error_rate')} in"
            title = (
                f"{show_number(rate, '', 'error_rate')} of {condition.metric}{show_labels(labels)} failed in "
                f"{show_time(condition.window_s)} ({errors} errors); {was} the {show_time(condition.window_s)} before."
            )
            limit = repr(max(condition.least_rate, condition.factor * (old or 0.0)))
            samples.append(Sample(labels, repr(rate), limit, title, _evidence(condition.metric, span)))
    return Measured(samples)


def is_spike(condition: ErrorRateSpike, rate: float, errors: int, before: float | None) -> bool:
    """Is the share of errors large, and large beside the window before? One without errors before is a spike."""
    is_large = rate >= condition.least_rate and errors >= condition.least_errors
    return is_large and rate > 0 and rate >= condition.factor * (before or 0.0)


def measure_spending(asked: Asked) -> Measured:
    """Groups that have spent more than the budget in the window."""
    condition: Budget = asked.condition
    span = read_range(asked.end_ns, condition.window_s)
    metric, filters = spent(condition)
    limit = Decimal(condition.threshold)
    samples: list[Sample] = []
    for group, value in _read(asked, span, metric, "sum", filters).groups.items():
        if Decimal(repr(value)) > limit:
            labels = dict(zip(asked.group_by, group, strict=True))
            title = (
                f"{show_spent(condition, value)} spent{show_labels(labels)} in {show_time(condition.window_s)}, "
                f"above {show_spent(condition, float(limit))}."
            )
            samples.append(Sample(labels, repr(value), condition.threshold, title, _evidence(metric, span)))
    return Measured(samples)


def show_spent(condition: Budget, value: float) -> str:
    """`$12.40`, `1,200,000 tokens`."""
    return show_number(value, "USD") if condition.measure == "cost_usd" else f"{value:,.0f} tokens"


def measure_no_data(asked: Asked) -> Measured:
    """Groups that were measured before, and in the window are not. While the clock is not trusted, none."""
    condition: NoData = asked.condition
    span = read_range(asked.end_ns, condition.window_s)
    missing = {tuple(each.labels.get(name, "") for name in asked.group_by) for each in asked.watched}
    if asked.trusted_since_ns <= span.since_ns:
        earlier = Range(span.until_ns - condition.expected_s * NS_PER_SECOND, span.since_ns)
        missing |= _seen(asked, earlier, condition)
    if missing:
        missing -= _seen(asked, span, condition)
    samples: list[Sample] = []
    for group in sorted(missing):
        labels = dict(zip(asked.group_by, group, strict=True))
        title = f"Nothing of {condition.metric}{show_labels(labels)} for {show_time(condition.window_s)}."
        samples.append(Sample(labels, "0", "1", title, _evidence(condition.metric, span)))
    return Measured(samples)


def _seen(asked: Asked, span: Range, condition: NoData) -> set[tuple[str, ...]]:
    """Groups of which something was measured."""
    counts = _read(asked, span, condition.metric, "count", tuple(condition.filters.items())).groups
    return {group for group, count in counts.items() if count}


def _evidence(metric: str, span: Range) -> Evidence:
    return Evidence(metric=metric, since_ns=str(span.since_ns), until_ns=str(span.until_ns))
