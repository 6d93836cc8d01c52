"""When beat sends a job: by a clock that nobody can set."""

import time
from datetime import UTC, datetime

from celery.schedules import schedstate, schedule


def steady_now() -> datetime:
    """The time since the start of the machine, as a moment of 1970: Celery only takes differences."""
    return datetime.fromtimestamp(time.monotonic(), UTC)


class SteadySchedule(schedule):  # type: ignore[misc]
    """Every so many seconds. Celery's own waits for an hour when the machine's clock is set an hour back."""

    def __init__(self, every_s: float) -> None:
        super().__init__(every_s, nowfun=steady_now)

    def __reduce__(self) -> tuple[type["SteadySchedule"], tuple[float]]:
        """Beat may keep it in a file."""
        return SteadySchedule, (self.run_every.total_seconds(),)

    def is_due(self, last_run_at: datetime) -> schedstate:
        """Also when the last run was on another start of the machine, later on that clock."""
        if self.maybe_make_aware(last_run_at) > steady_now():
            return schedstate(is_due=True, next=self.seconds)
        return schedstate(*super().is_due(last_run_at))
