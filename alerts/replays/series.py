"""Rules about metrics, window after window."""

from alerts.conditions import Budget, ErrorRateSpike, MetricCondition, NoData
from alerts.measures.asking import Asked, Line, Replay
from alerts.measures.series import COMPARE, is_spike, spent
from alerts.measures.words import COMPARISONS, show_labels, show_number, show_time
from alerts.replays.lines import Period, find_intervals, read_lines


def replay_metric(asked: Asked, period: Period) -> Replay:
    """Windows whose number is beyond the threshold."""
    condition: MetricCondition = asked.condition
    name, aggregation, window_s = condition.metric, condition.aggregation, condition.window_s
    filters = tuple(condition.filters.items())
    values = read_lines(asked, period, name, aggregation, filters, window_s)
    counts = read_lines(asked, period, name, "count", filters, window_s) if condition.least_count else values
    limit = show_number(condition.threshold, values.unit, aggregation)

    def judge(line: Line, place: int) -> str | None:
        value = line.points[place][1]
        is_known = not condition.least_count or (counts.of(line).points[place][1] or 0) >= condition.least_count
        if value is None or not is_known or not COMPARE[condition.comparison](value, condition.threshold):
            return None
        shown = show_number(value, values.unit, aggregation)
        where = f"{aggregation} of {name}{show_labels(line.labels)}"
        return f"{where} was {shown}, {COMPARISONS[condition.comparison]} {limit}."

    return Replay(values.step_s, condition.threshold, values.lines, find_intervals(values, judge, name))


def replay_spike(asked: Asked, period: Period) -> Replay:
    """Windows in which much more failed than in the one before."""
    condition: ErrorRateSpike = asked.condition
    filters = tuple(condition.filters.items())
    rates = read_lines(asked, period, condition.metric, "error_rate", filters, condition.window_s)
    counts = read_lines(asked, period, condition.metric, "count", filters, condition.window_s)

    def judge(line: Line, place: int) -> str | None:
        rate, before = line.points[place][1], line.points[place - 1][1] if place else None
        errors = round((rate or 0.0) * (counts.of(line).points[place][1] or 0))
        if rate is None or not is_spike(condition, rate, errors, before):
            return None
        return f"{show_number(rate, '', 'error_rate')} failed{show_labels(line.labels)} ({errors} errors)."

    return Replay(rates.step_s, condition.least_rate, rates.lines, find_intervals(rates, judge, condition.metric))


def replay_no_data(asked: Asked, period: Period) -> Replay:
    """Windows in which nothing was measured, after the first in which something was."""
    condition: NoData = asked.condition
    filters = tuple(condition.filters.items())
    counts = read_lines(asked, period, condition.metric, "count", filters, condition.window_s)

    def judge(line: Line, place: int) -> str | None:
        end_ns, value = line.points[place]
        if value or end_ns > period.until_ns or not any(earlier for _, earlier in line.points[:place]):
            return None
        return f"Nothing of {condition.metric}{show_labels(line.labels)} for {show_time(counts.step_s)}."

    return Replay(counts.step_s, 1, counts.lines, find_intervals(counts, judge, condition.metric))


def replay_spending(asked: Asked, period: Period) -> Replay:
    """Windows in which more was spent than the budget."""
    condition: Budget = asked.condition
    metric, filters = spent(condition)
    sums = read_lines(asked, period, metric, "sum", filters, condition.window_s)

    def judge(line: Line, place: int) -> str | None:
        value = line.points[place][1] or 0.0
        if value <= float(condition.threshold):
            return None
        return f"{show_number(value, sums.unit)} spent{show_labels(line.labels)} in {show_time(sums.step_s)}."

    return Replay(sums.step_s, float(condition.threshold), sums.lines, find_intervals(sums, judge, metric))
