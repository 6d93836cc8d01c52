"""What the log says of jobs while Redis is away: one line when it goes, one when it is back.

Celery's beat would write a traceback for every job at each of its intervals, its consumer a line at each try.
"""

import logging
from typing import Any

import redis
from celery.signals import after_task_publish
from kombu.exceptions import OperationalError

from core.outages import Outage, OutageFilter

jobs_outage = Outage(
    logging.getLogger("missionscope.jobs"),
    away="Redis is away: jobs are neither sent nor heard",
    back="Redis is back: jobs are sent and heard",
)
_OF_CELERY = ("celery.beat", "celery.worker.consumer.consumer")
_AWAY = (redis.ConnectionError, redis.TimeoutError, OperationalError, OSError)

for _name in _OF_CELERY:
    logging.getLogger(_name).addFilter(OutageFilter(jobs_outage, *_AWAY))


def note_sent(**_: Any) -> None:
    """Redis has taken a job."""
    jobs_outage.end()


after_task_publish.connect(note_sent)
