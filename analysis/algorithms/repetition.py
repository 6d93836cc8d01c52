"""Runs of repetition in a sequence: the same thing, or the same short cycle of things, again and again."""

from collections.abc import Hashable, Sequence

import msgspec

MAX_PERIOD = 6


class Run(msgspec.Struct, frozen=True):
    """items[start:end] is one cycle of `period` items, repeated."""

    start: int
    end: int
    period: int

    @property
    def count(self) -> int:
        """How many whole cycles there are."""
        return (self.end - self.start) // self.period


def find_runs(items: Sequence[Hashable], at_least: int, max_period: int = MAX_PERIOD) -> tuple[Run, ...]:
    """The longest runs with at least `at_least` cycles, in order, none overlapping; shorter cycles first."""
    found: list[Run] = []
    taken = bytearray(len(items))
    for period in range(1, max_period + 1):
        matched = 0
        for at in range(period, len(items) + 1):
            if at < len(items) and items[at] == items[at - period] and not taken[at] and not taken[at - period]:
                matched += 1
                continue
            if matched and matched + period >= at_least * period:
                run = Run(at - matched - period, at, period)
                found.append(run)
                taken[run.start : run.end] = b"\1" * (run.end - run.start)
            matched = 0
    return tuple(sorted(found, key=lambda run: run.start))
