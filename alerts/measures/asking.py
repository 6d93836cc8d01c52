"""What a measure is asked, and what it gives."""

from typing import Any, NamedTuple

from alerts.records import Evidence
from alerts.states import Sample


class Watched(NamedTuple):
    """A firing that is open: what it is about is looked at whether it changed or not."""

    labels: dict[str, str]
    since_ns: int
    mission_pk: int | None


class Asked(NamedTuple):
    """One window of one rule."""

    project_id: int
    condition: Any
    """Of the kind's form."""
    group_by: tuple[str, ...]
    end_ns: int
    """End of the window."""
    seen: int = 0
    """How far the rule has looked: a number of the list of missions, or the key of an error group."""
    watched: tuple[Watched, ...] = ()
    trusted_since_ns: int = 0
    """Since when something that is missing really is missing: see `alerts.clock`."""


class Measured(NamedTuple):
    """The groups for which the condition holds."""

    samples: list[Sample]
    seen: int = 0
    """How far it has looked now."""


class Interval(NamedTuple):
    """A time in which a rule would have fired."""

    labels: dict[str, str]
    title: str
    since_ns: int
    until_ns: int | None
    """None: until now."""
    evidence: Evidence = Evidence()


class Line(NamedTuple):
    """The numbers of one group."""

    labels: dict[str, str]
    points: list[tuple[int, float | None]]
    """End of a window, and what was measured in it."""


class Replay(NamedTuple):
    """What a rule would have done."""

    step_s: int
    """Length of the windows, one after another; 0 where there are no numbers."""
    threshold: float | None
    lines: list[Line]
    intervals: list[Interval]
