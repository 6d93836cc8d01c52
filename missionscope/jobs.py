"""The in-process runner: one thread that runs the registered jobs when there is no Redis."""

import threading
import time
from dataclasses import dataclass, field

import structlog
from django.db import close_old_connections

from core.jobs import Job, list_jobs
from core.logs import logged_ids
from core.spans import MOST_LINKS, Origin, get_origin, span_for

FIRST_TICK_S = 0.5
LONGEST_PAUSE_AFTER_FAILURE_S = 60.0

logger = structlog.get_logger("missionscope.jobs")


@dataclass
class JobState:
    """What the runner knows of one job. Only its thread writes, except for `is_woken`."""

    job: Job
    due_s: float
    """Monotonic time of the next run when nobody wakes it."""
    earliest_s: float = 0.0
    """No run before this, woken or not."""
    is_woken: bool = False
    origins: list[Origin] = field(default_factory=list)
    """Who woke it since it last began."""
    run_count: int = 0
    failure_count: int = 0
    failures_in_a_row: int = 0
    last_error: str = ""
    """Type of the last failure's exception; empty after a success."""
    last_run_s: float | None = None
    """How long the last run took."""
    total_s: float = 0.0
    """How long all runs took."""
    succeeded_s: float | None = None
    """Unix time at which one last ended well."""

    def next_s(self) -> float:
        """When it may run next."""
        return self.earliest_s if self.is_woken else max(self.due_s, self.earliest_s)


@dataclass
class Runner:
    """Runs every job at its interval and soon after each wake-up; many wake-ups before a run are one."""

    states: dict[str, JobState] = field(default_factory=dict)
    _condition: threading.Condition = field(default_factory=threading.Condition)
    _is_stopping: bool = False
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, with the jobs registered by now."""
        first_s = time.monotonic() + FIRST_TICK_S
        self.states = {job.name: JobState(job, due_s=first_s) for job in list_jobs()}
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="missionscope-jobs", daemon=True)
        self._thread.start()

    def wake(self, name: str) -> None:
        """Run the job soon; a name that is not registered is nobody's."""
        state = self.states.get(name)
        if state is None:
            return
        with self._condition:
            state.is_woken = True
            if len(state.origins) <= MOST_LINKS:
                state.origins.append(get_origin())
            self._condition.notify()

    def stop(self, timeout_s: float = 10.0) -> bool:
        """Let the running job finish and end; False when it did not within the time."""
        with self._condition:
            self._is_stopping = True
            self._condition.notify()
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (state := self._wait_for_work()) is not None:
            self._run_job(state)

    def _wait_for_work(self) -> JobState | None:
        """The next job, when its time has come, its wake-up taken; None when it is time to end."""
        with self._condition:
            while not self._is_stopping:
                state = min(self.states.values(), key=JobState.next_s, default=None)
                pause_s = None if state is None else state.next_s() - time.monotonic()
                if state is not None and pause_s is not None and pause_s <= 0:
                    state.is_woken = False
                    return state
                self._condition.wait(pause_s)
        return None

    def _run_job(self, state: JobState) -> None:
        started_s = time.monotonic()
        with self._condition:
            origins, state.origins = state.origins, []
        with logged_ids(job=state.job.name):
            self._try_job(state, origins)
        state.run_count += 1
        state.last_run_s = time.monotonic() - started_s
        state.total_s += state.last_run_s
        state.due_s = started_s + state.job.every_s
        state.earliest_s = started_s + max(state.job.rest_s, pause_after_failures_s(state.failures_in_a_row))

    def _try_job(self, state: JobState, origins: list[Origin]) -> None:
        try:
            with span_for(f"job {state.job.name}", origins, job=state.job.name):
                state.job.function()
        except Exception as error:  # the outermost loop: one failing job must not end the others
            state.failure_count += 1
            state.failures_in_a_row += 1
            state.last_error = type(error).__name__
            logger.exception("job failed", failures_in_a_row=state.failures_in_a_row)
        else:
            state.failures_in_a_row = 0
            state.last_error = ""
            state.succeeded_s = time.time()
        finally:
            close_old_connections()


def pause_after_failures_s(failures_in_a_row: int) -> float:
    """How long a failing job rests: 1 s, 2 s, 4 s ... up to a minute; 0 when it did not fail."""
    if not failures_in_a_row:
        return 0.0
    return min(LONGEST_PAUSE_AFTER_FAILURE_S, float(2 ** min(failures_in_a_row - 1, 10)))


runner = Runner()
"""The runner of this process; started by missionscope.asgi when there is no Redis."""
