"""Levels in minutes in which nothing was measured of them: held for a while, or known to be 0."""

import pytest

from metrics.recent import list_recent
from metrics.records import MetricQuery
from metrics.selectors import query, query_totals
from tests.metrics.making import minute, write_minutes

pytestmark = pytest.mark.django_db
NOW_NS = minute(3000)
ACTIVE = "missionscope.missions.active"


def ask(project_id: int, name: str, aggregation: str, since: int, until: int, *, now_ns: int = NOW_NS, **fields):
    asked = {"since_ns": minute(since), "until_ns": minute(until), "step_s": 60, **fields}
    answer = query(project_id, MetricQuery(name=name, aggregation=aggregation, **asked), now_ns=now_ns)
    return [[value for _, value in each.points] for each in answer.series]


def push(project_id: int, minutes: dict[int, list[float]], **labels: str) -> None:
    write_minutes(project_id, "sockets", minutes, kind="gauge", unit="1", origin="otlp", **labels)


@pytest.mark.parametrize("aggregation", ["avg", "min", "max", "last", "sum"])
def test_a_pushed_level_stays_for_five_minutes(project, aggregation):
    push(project.pk, {0: [4.0], 2: [6.0]})
    assert ask(project.pk, "sockets", aggregation, 0, 9) == [[4.0, 4.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0, None]]


def test_it_is_held_into_the_range_and_not_beyond_now(project):
    push(project.pk, {0: [4.0]})
    assert ask(project.pk, "sockets", "avg", 3, 9, now_ns=minute(5) + 1) == [[4.0, 4.0, 4.0, None, None, None]]


def test_what_is_counted_is_not_held(project):
    push(project.pk, {0: [4.0]})
    assert ask(project.pk, "sockets", "count", 0, 3) == [[1.0, None, None]]


def test_levels_that_are_pushed_at_different_minutes_add_up(project):
    push(project.pk, {0: [10.0], 3: [10.0]}, host="a")
    push(project.pk, {0: [1.0], 1: [2.0], 2: [3.0], 3: [4.0]}, host="b")
    assert ask(project.pk, "sockets", "sum", 0, 4) == [[11.0, 12.0, 13.0, 14.0]]
    assert ask(project.pk, "sockets", "max", 0, 4) == [[10.0] * 4]
    assert sorted(ask(project.pk, "sockets", "last", 0, 4, group_by=("host",))) == [
        [1.0, 2.0, 3.0, 4.0], [10.0, 10.0, 10.0, 10.0],
    ]  # fmt: skip


def test_the_newest_value_of_several_is_the_one_measured_last_not_one_that_is_held(project):
    push(project.pk, {0: [10.0]}, host="a")
    push(project.pk, {1: [1.0]}, host="b")
    assert ask(project.pk, "sockets", "last", 0, 3) == [[10.0, 1.0, 1.0]]


def test_a_derived_level_is_0_where_nothing_ran_since_there_are_missions(project):
    write_minutes(project.pk, ACTIVE, {2: [3.0], 5: [1.0]}, kind="gauge")
    assert ask(project.pk, ACTIVE, "max", 0, 8) == [[None, None, 3.0, 0.0, 0.0, 1.0, 0.0, 0.0]]
    assert ask(project.pk, ACTIVE, "max", 1000, 1003) == [[0.0, 0.0, 0.0]]


def test_a_minute_that_is_not_computed_yet_is_not_0(project):
    write_minutes(project.pk, ACTIVE, {0: [3.0]}, kind="gauge")
    now_ns = minute(2) + 50 * 10**9
    assert ask(project.pk, ACTIVE, "max", 0, 3, now_ns=now_ns) == [[3.0, 0.0, None]]


@pytest.mark.parametrize("step", [600, 7200])
def test_idle_minutes_count_in_the_average_of_longer_buckets(project, step):
    write_minutes(project.pk, ACTIVE, {0: [6.0], 1: [6.0], 120: [1.0]}, kind="gauge")
    expected = 12 / (step // 60)
    shown = ask(project.pk, ACTIVE, "avg", 0, 120, step_s=step)
    assert shown[0][0] == pytest.approx(expected)
    assert ask(project.pk, ACTIVE, "min", 0, 120, step_s=step)[0][0] == 0.0
    assert ask(project.pk, ACTIVE, "max", 0, 120, step_s=step)[0][0] == 6.0


def test_the_total_of_an_idle_range_is_0(project):
    write_minutes(project.pk, ACTIVE, {0: [6.0]}, kind="gauge")
    asked = MetricQuery(ACTIVE, "max", minute(60), minute(120))
    assert query_totals(project.pk, asked, now_ns=NOW_NS).series[0].points[0][1] == 0.0


def test_prometheus_is_told_0_when_nothing_runs_any_more(project):
    write_minutes(project.pk, ACTIVE, {0: [6.0]}, kind="gauge", service="")
    told = [
        [value.per_s for value in list_recent([project.pk], minute(number) + 50 * 10**9) if value.metric.name == ACTIVE]
        for number in (1, 2)
    ]
    assert told == [[6.0], [0.0]]
