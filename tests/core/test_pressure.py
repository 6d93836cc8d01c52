"""Background work gives way to what waits, in proportion, and goes on when nothing waits any more."""

from types import SimpleNamespace

import pytest

from core import pressure


class Clock:
    """The time that `core.pressure` alone reads, and how long it has rested."""

    def __init__(self) -> None:
        self.now_s, self.slept_s = 1_000.0, 0.0

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(pressure, "time", SimpleNamespace(monotonic=lambda: made.now_s, sleep=made.sleep))
    monkeypatch.setattr(pressure, "_noted_s", -1.0)
    monkeypatch.setattr(pressure, "_most_bytes", 0)
    return made


def rest_after(clock: Clock, took_s: float) -> float:
    with pressure.giving_way():
        clock.now_s += took_s
        if pressure._most_bytes:
            pressure.note_waiting(pressure._most_bytes)
    return clock.slept_s


@pytest.mark.parametrize(("waiting", "rest_s"), [(0, 0.0), (10_000, 0.0), (2_400_000, 0.2 / 3), (20_000_000, 1.8)])
def test_the_more_waits_the_longer_background_work_rests(clock: Clock, waiting: int, rest_s: float) -> None:
    pressure.note_waiting(waiting)
    assert rest_after(clock, 0.2) == pytest.approx(rest_s)


def test_a_rest_is_bounded(clock: Clock) -> None:
    pressure.note_waiting(20_000_000)
    assert rest_after(clock, 60.0) == pressure.LONGEST_REST_S


def test_what_waited_a_while_ago_is_forgotten(clock: Clock) -> None:
    pressure.note_waiting(20_000_000)
    clock.now_s += 0.4
    pressure.note_waiting(2_400_000)  # a smaller one a moment later does not hide that much waited
    assert pressure.get_share() == pressure.SHARE_OF_MUCH
    clock.now_s += 0.3
    assert not pressure.is_busy()
    pressure.note_waiting(2_400_000)
    assert pressure.get_share() == pressure.SHARE_OF_SOME
