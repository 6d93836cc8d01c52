"""The Django application of the composition root: its commands, and who hears the wake-ups of jobs."""

from django.apps import AppConfig
from django.conf import settings

from core import jobs
from missionscope.wakeups import BackgroundWaker, Waker


class MissionscopeConfig(AppConfig):
    """Connects the jobs to Celery when there is a Redis; without one, the server starts a runner of its own."""

    name = "missionscope"
    label = "missionscope"

    def ready(self) -> None:
        if settings.REDIS_URL:
            jobs.set_waker(BackgroundWaker(_make_waker))


def _make_waker() -> Waker:
    # Celery is imported at the first wake-up: most commands never need it.
    from missionscope.celery import Waker as CeleryWaker

    return CeleryWaker()
