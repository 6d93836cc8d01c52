"""A scenario: who tells which story, and when it happened."""

from collections.abc import Callable
from typing import NamedTuple

from demo.dialects import Dialect, GenAi
from demo.story import Story
from demo.trace_builder import SECOND_NS


class Scenario(NamedTuple):
    """A sample mission. `tell` tells it against the story's clock."""

    slug: str
    name: str
    goal: str
    tell: Callable[[Story], None]
    minutes_ago: float
    """How long before now it began."""
    dialect: Dialect = GenAi()
    is_live: bool = False
    """True: it is worth watching while its records arrive one by one."""

    def told(self, *, seed: int, now_ns: int) -> Story:
        """The finished story, begun `minutes_ago` before `now_ns`."""
        return self.told_from(seed=seed, start_ns=now_ns - round(self.minutes_ago * 60 * SECOND_NS))

    def told_from(self, *, seed: int, start_ns: int) -> Story:
        """The finished story, begun at `start_ns`. The same seed and start give the same records."""
        story = Story(
            slug=self.slug, name=self.name, goal=self.goal, seed=seed, start_ns=start_ns, dialect=self.dialect
        )
        self.tell(story)
        return story
