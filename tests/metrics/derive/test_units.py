"""Marks, and what is computed together because of them."""

import pytest

from metrics.derive.job import count_intervals
from metrics.derive.marks import Interval, find_interval, list_differences, list_runs, split_run
from metrics.derive.units import Mark, plan_units
from metrics.levels import DAY_NS, MINUTE_NS, TEN_MINUTES_S
from tests.metrics.derive.records import BEGIN


def minute(number: int) -> int:
    return BEGIN + number * MINUTE_NS


def between(first: int, last: int) -> Interval:
    return Interval(minute(first), minute(last))


def test_minutes_become_runs_that_end_with_ten_minutes() -> None:
    runs = list_runs([minute(number) for number in (8, 3, 9, 10, 11, 4, 25)], TEN_MINUTES_S)
    assert [((first - BEGIN) // MINUTE_NS, (last - BEGIN) // MINUTE_NS) for first, last in runs] == [
        (3, 4),
        (8, 9),
        (10, 11),
        (25, 25),
    ]


def test_a_run_is_cut_at_the_bounds_of_units() -> None:
    assert split_run(minute(8), minute(21), TEN_MINUTES_S) == [
        (minute(8), minute(9)),
        (minute(10), minute(19)),
        (minute(20), minute(21)),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, between(1, 3)),
        (between(1, 3), None),
        (between(1, 3), between(1, 9)),
        (between(4, 9), between(1, 9)),
        (between(1, 9), between(3, 5)),
        (between(1, 2), between(7, 8)),
        (between(1, 5), between(3, 8)),
        (between(2, 4), between(2, 4)),
    ],
)
def test_the_minutes_of_a_change_are_those_of_one_interval_alone(
    before: Interval | None, after: Interval | None
) -> None:
    def minutes(each: Interval | None) -> set[int]:
        return set() if each is None else set(range(each.first_ns, each.last_ns + 1, MINUTE_NS))

    marked = [
        time_ns for first, last in list_differences(before, after) for time_ns in range(first, last + 1, MINUTE_NS)
    ]
    assert sorted(marked) == sorted(minutes(before) ^ minutes(after))


def test_a_mission_is_active_for_seven_days_at_most() -> None:
    assert find_interval(BEGIN - 400 * DAY_NS, BEGIN, 1) == Interval(BEGIN - 7 * DAY_NS, BEGIN)
    assert find_interval(None, BEGIN + 5, 1) == Interval(BEGIN, BEGIN)
    assert find_interval(BEGIN, BEGIN, 0) is None
    assert find_interval(BEGIN, None, 3) is None


def test_marks_of_the_same_ten_minutes_are_computed_together_the_newest_first() -> None:
    marks = [
        Mark(1, 7, False, minute(1), minute(2)),
        Mark(2, 7, False, minute(2), minute(3)),
        Mark(3, 7, False, minute(15), minute(15)),
        Mark(4, 8, False, minute(1), minute(1)),
    ]
    units = plan_units(marks, minute(16), 30)
    assert [(unit.project_id, unit.mark_pks, unit.minutes) for unit in units] == [
        (7, (3,), (minute(15),)),
        (7, (1, 2), (minute(1), minute(2), minute(3))),
        (8, (4,), (minute(1),)),
    ]
    assert [unit.is_filling(minute(15) + 1) for unit in units] == [True, False, False]


def test_where_minutes_may_be_gone_all_ten_are_computed() -> None:
    [unit] = plan_units([Mark(1, 7, False, minute(3), minute(3))], BEGIN + 31 * DAY_NS, 30)
    assert unit.minutes == tuple(minute(number) for number in range(10))


def test_what_is_older_than_anything_kept_is_only_taken_off_the_list() -> None:
    [unit] = plan_units([Mark(1, 7, True, minute(3), minute(3))], BEGIN + 500 * DAY_NS, 30)
    assert unit.minutes == ()


def test_intervals_are_counted_by_minute() -> None:
    intervals = [between(-5, 1), between(1, 3), between(3, 90)]
    assert count_intervals(intervals, minute(0), minute(4)) == [1, 2, 1, 2, 1]
