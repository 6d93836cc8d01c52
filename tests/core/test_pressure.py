"""Background work gives way to what waits, in proportion, and goes on when nothing waits any more."""

import time
from collections.abc import Iterator

import pytest

from core import pressure


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(pressure, "_noted_s", -1.0)
    monkeypatch.setattr(pressure, "_most_bytes", 0)
    yield now
    now.clear()


def rest_after(clock: list[float], took_s: float, monkeypatch: pytest.MonkeyPatch) -> float:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with pressure.giving_way():
        clock[0] += took_s
        if pressure._most_bytes:
            pressure.note_waiting(pressure._most_bytes)
    return sum(slept)


@pytest.mark.parametrize(("waiting", "rest_s"), [(0, 0.0), (10_000, 0.0), (2_400_000, 0.2), (20_000_000, 1.8)])
def test_the_more_waits_the_longer_background_work_rests(
    clock: list[float], monkeypatch: pytest.MonkeyPatch, waiting: int, rest_s: float
) -> None:
    pressure.note_waiting(waiting)
    assert rest_after(clock, 0.2, monkeypatch) == pytest.approx(rest_s)


def test_a_rest_is_bounded(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    pressure.note_waiting(20_000_000)
    assert rest_after(clock, 60.0, monkeypatch) == pressure.LONGEST_REST_S


def test_what_waited_a_while_ago_is_forgotten(clock: list[float]) -> None:
    pressure.note_waiting(20_000_000)
    clock[0] += 0.4
    pressure.note_waiting(2_400_000)  # a smaller one a moment later does not hide that much waited
    assert pressure.get_share() == pressure.SHARE_OF_MUCH
    clock[0] += 0.3
    assert not pressure.is_busy()
    pressure.note_waiting(2_400_000)
    assert pressure.get_share() == pressure.SHARE_OF_SOME
