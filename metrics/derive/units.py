"""The units of the job's work: marks put together. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from core.nanotime import NS_PER_SECOND
from metrics.derive.marks import MISSIONS_UNIT_S, RECORDS_UNIT_S
from metrics.levels import DAY_NS, LONG_DAYS, MINUTE_NS, TEN_MINUTES_S, floor_ns


class Mark(NamedTuple):
    """A row of `metrics_work`."""

    pk: int
    project_id: int
    is_of_missions: bool
    first_ns: int
    last_ns: int


class Unit(NamedTuple):
    """Minutes of one project to be computed in one transaction."""

    project_id: int
    is_of_missions: bool
    mark_pks: tuple[int, ...]
    minutes: tuple[int, ...]
    """In order; none when nothing of them is kept."""

    def is_filling(self, now_ns: int) -> bool:
        """Its last minute is not over: more comes."""
        return bool(self.minutes) and self.minutes[-1] + MINUTE_NS > now_ns


def plan_units(marks: Iterable[Mark], now_ns: int, minutes_days: int) -> list[Unit]:
    """The units of the marks, the newest first."""
    together: dict[tuple[int, bool, int], list[Mark]] = defaultdict(list)
    for mark in marks:
        unit_s = MISSIONS_UNIT_S if mark.is_of_missions else RECORDS_UNIT_S
        together[mark.project_id, mark.is_of_missions, floor_ns(mark.first_ns, unit_s)].append(mark)
    # Where minutes may have been let go, ten minutes are computed from all their records.
    whole_before_ns = now_ns - max(0, minutes_days - 1) * DAY_NS
    kept_since_ns = now_ns - LONG_DAYS * DAY_NS
    found = []
    for (project_id, is_of_missions, begin_ns), group in together.items():
        minutes = {minute for mark in group for minute in range(mark.first_ns, mark.last_ns + 1, MINUTE_NS)}
        if begin_ns < whole_before_ns:
            minutes = _complete(minutes)
        kept = tuple(sorted(minute for minute in minutes if minute >= kept_since_ns))
        found.append(Unit(project_id, is_of_missions, tuple(mark.pk for mark in group), kept))
    return sorted(found, key=lambda unit: unit.minutes[-1:], reverse=True)


def _complete(minutes: set[int]) -> set[int]:
    """All minutes of the ten minutes that these are in."""
    begins = {floor_ns(minute, TEN_MINUTES_S) for minute in minutes}
    return {minute for begin in begins for minute in range(begin, begin + TEN_MINUTES_S * NS_PER_SECOND, MINUTE_NS)}
