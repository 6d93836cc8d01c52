"""Does the worker of this host answer? `python -m missionscope.worker_probe` ends with 0, or with 1 if it does not.

Where Redis is away nobody can ask, and the worker is left alone: it connects again by itself, sooner than one that was
started again and again.
"""

import sys
from socket import gethostname

import redis
from kombu.exceptions import OperationalError

from missionscope.celery import app, client

ANSWER_S = 10.0


def is_alive() -> bool:
    """Ask; true also where it cannot be asked."""
    try:
        client.ping()
        return bool(app.control.inspect(destination=[f"celery@{gethostname()}"], timeout=ANSWER_S).ping())
    except (redis.RedisError, OperationalError, OSError):
        return True


if __name__ == "__main__":
    sys.exit(0 if is_alive() else 1)
