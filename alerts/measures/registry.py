"""Each kind of rule and what measures it: one line for a kind."""

from collections.abc import Callable

from alerts.conditions import Budget
from alerts.measures.asking import Asked, Measured
from alerts.measures.failures import measure_critical
from alerts.measures.missions import (
    measure_findings,
    measure_mission_budget,
    measure_pending,
    measure_stalled,
    measure_timeouts,
)
from alerts.measures.series import measure_metric, measure_no_data, measure_spending, measure_spike
from alerts.states import fold


def _measure_budget(asked: Asked) -> Measured:
    condition: Budget = asked.condition
    return measure_mission_budget(asked) if condition.per == "mission" else measure_spending(asked)


MEASURES: dict[str, Callable[[Asked], Measured]] = {
    "metric": measure_metric,
    "error_rate_spike": measure_spike,
    "critical_failure": measure_critical,
    "human_pending": measure_pending,
    "human_timeout": measure_timeouts,
    "stalled_mission": measure_stalled,
    "budget": _measure_budget,
    "finding": measure_findings,
    "no_data": measure_no_data,
}


def measure(kind: str, asked: Asked) -> Measured:
    """The groups, by the labels of the rule, for which its condition holds."""
    found = MEASURES[kind](asked)
    return found._replace(samples=fold(found.samples, asked.group_by))
