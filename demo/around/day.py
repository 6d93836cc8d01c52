"""The six hours that the services tell of: their times, how busy they were, and what went wrong."""

import dataclasses
import math
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from demo.records import SERVER, Service, Span
from demo.story import Story
from demo.trace_builder import SECOND_NS

MINUTE_NS = 60 * SECOND_NS
MINUTES = 360
STRAIN_AT, STRAIN_FOR = 80, 14
"""Minutes ago: when the brain's connections to its database were used up, and how long before and after it showed."""
RESTART_AT = 194
"""Minutes ago: when a new version of the assistant's API began."""

USER = "u-3310"
"""Whose conversation is one of the missions."""
KEY_ERROR = ("KeyError", "'currency'")
"""Type and message of what a plugin of the brain fails with."""

BROWSER = Service("mcsreact", "5.2.0", language="webjs")
API = Service("assistant-api", "3.8.1", language="nodejs", host="assistant-1")
BRAIN = Service("brain", "2.4.0", language="python", host="brain-1")
WORKER = Service("refund-worker", "2.5.1", host="refunds-1")
BROKER = Service("rabbitmq", "3.13.7", language="erlang", host="queue-1")


@dataclasses.dataclass(slots=True)
class Day:
    """The last six hours before `now_ns`, with the missions that happened in them by their slugs."""

    now_ns: int
    stories: Mapping[str, Story]
    random: random.Random

    def at(self, minutes_ago: float) -> int:
        """The moment so many minutes ago."""
        return self.now_ns - round(minutes_ago * MINUTE_NS)

    def served(self, service: Service) -> Sequence[Span]:
        """Requests that missions made of a service and that have ended, in order of their ends."""
        found = (span for story in self.stories.values() for span in story.spans)
        ended = [span for span in found if span.kind == SERVER and span.service == service and span.end_ns]
        return sorted(ended, key=lambda span: span.end_ns or 0)


def begin(stories: Mapping[str, Story], *, seed: int, now_ns: int) -> Day:
    """The day of these missions. The same seed, moment and missions give the same day."""
    return Day(now_ns, stories, random.Random(f"around/{seed}"))  # noqa: S311 (repeatable, guards nothing)


def strain(minutes_ago: float) -> float:
    """How bad it was: 0 as always, 1 at the worst."""
    return max(0.0, 1 - abs(minutes_ago - STRAIN_AT) / STRAIN_FOR)


def traffic(minutes_ago: float) -> float:
    """How busy it was: about 1, in slow waves."""
    return 1 + 0.35 * math.sin(minutes_ago / 47) + 0.15 * math.sin(minutes_ago / 11)


def write_time(time_ns: int) -> str:
    """A moment as ISO 8601 to the microsecond."""
    moment = datetime.fromtimestamp(time_ns // SECOND_NS, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ns // 1_000 % 1_000_000:06d}Z"
