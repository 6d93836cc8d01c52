"""Which buckets an answer has, and which level of rollups they are made of. No Django here."""

import msgspec

from core.nanotime import NS_PER_SECOND
from metrics.levels import DAY_NS, DAY_S, LEVELS_S, TEN_MINUTES_S, floor_ns
from metrics.records import MOST_POINTS

STEPS_S = (60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
"""Lengths of buckets; beyond the last any number of days."""
BUCKETS_OF_TOTAL = 60
"""The total of a range is made of at least so many buckets, where there are levels for it: its edges are whole ones."""


class Buckets(msgspec.Struct, frozen=True):
    """The buckets of an answer."""

    since_ns: int
    """Begin of the first."""
    step_s: int
    count: int
    level_s: int
    """Level of the rollups that each is made of."""

    @property
    def until_ns(self) -> int:
        """End of the last."""
        return self.since_ns + self.count * self.step_s * NS_PER_SECOND


def choose_buckets(since_ns: int, until_ns: int, step_s: int, *, now_ns: int, minutes_days: int) -> Buckets:
    """Buckets of at least `step_s`, aligned to it, at most MOST_POINTS of them, that hold the whole range."""
    coarse = since_ns < now_ns - minutes_days * DAY_NS
    for step in _list_steps(until_ns - since_ns, step_s):
        if step < step_s or (coarse and step % TEN_MINUTES_S):
            continue
        begin = floor_ns(since_ns, step)
        count = _count(begin, until_ns, step)
        if count <= MOST_POINTS:
            return Buckets(begin, step, count, _level_of(step))
    raise AssertionError("the longest step always holds the range")


def choose_total(since_ns: int, until_ns: int, *, now_ns: int, minutes_days: int) -> Buckets:
    """One bucket for the range, with edges as exact as its length needs."""
    first = TEN_MINUTES_S if since_ns < now_ns - minutes_days * DAY_NS else LEVELS_S[0]
    fine = [level for level in LEVELS_S if level * BUCKETS_OF_TOTAL * NS_PER_SECOND <= until_ns - since_ns]
    level = max([first, *fine])
    begin = floor_ns(since_ns, level)
    return Buckets(begin, _count(begin, until_ns, level) * level, 1, level)


def _list_steps(length_ns: int, step_s: int) -> list[int]:
    """Beyond the known ones whole days: as many as the range or the wish needs."""
    days = max(2, length_ns // (MOST_POINTS * DAY_NS) + 1, -(-step_s // DAY_S))
    return [*STEPS_S, *(DAY_S * number for number in range(days, days + 3))]


def _count(begin_ns: int, until_ns: int, step_s: int) -> int:
    step_ns = step_s * NS_PER_SECOND
    return max(1, (until_ns - begin_ns + step_ns - 1) // step_ns)


def _level_of(step_s: int) -> int:
    return max(level for level in LEVELS_S if step_s % level == 0)
