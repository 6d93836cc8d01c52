"""Each kind of rule and what replays it: one line for a kind."""

from collections.abc import Callable

from alerts.conditions import Budget
from alerts.measures.asking import Asked, Replay
from alerts.replays.lines import Period
from alerts.replays.missions import (
    replay_critical,
    replay_findings,
    replay_mission_budget,
    replay_pending,
    replay_stalled,
    replay_timeouts,
)
from alerts.replays.series import replay_metric, replay_no_data, replay_spending, replay_spike


def _replay_budget(asked: Asked, period: Period) -> Replay:
    condition: Budget = asked.condition
    return replay_mission_budget(asked, period) if condition.per == "mission" else replay_spending(asked, period)


REPLAYS: dict[str, Callable[[Asked, Period], Replay]] = {
    "metric": replay_metric,
    "error_rate_spike": replay_spike,
    "critical_failure": replay_critical,
    "human_pending": replay_pending,
    "human_timeout": replay_timeouts,
    "stalled_mission": replay_stalled,
    "budget": _replay_budget,
    "finding": replay_findings,
    "no_data": replay_no_data,
}
