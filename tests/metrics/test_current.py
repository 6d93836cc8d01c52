"""Long ranges tell what minutes tell, before the job has computed their longer buckets."""

import pytest
from django.db import connection

from metrics import current
from metrics.models import Rollup, RollupWork, Series
from metrics.records import MetricQuery
from metrics.rolling import merge_pending, roll_up
from metrics.selectors import query, query_totals
from metrics.work import note_work
from tests.metrics.making import minute
from tests.metrics.pushing import NOW_NS, at, metric, point, push, request

pytestmark = pytest.mark.django_db
LAST = 2879
"""The last minute of the second day."""
HISTOGRAM = {"bucketCounts": ["0", "1", "0"], "explicitBounds": [1.0, 4.0]}


def tell(project, *numbers: float, service: str = "brain") -> None:
    """A delta counter of 1 at each of the minutes, in minutes but in no longer bucket yet."""
    points = [point(at(0, number * 60), asInt="1") for number in numbers]
    push(project.pk, request(metric("sum", *points, temporality=1), service=service))
    roll_up()


def ask(project, step_s: int, aggregation: str = "sum", since: int = 0, until: int = 2880, **fields):
    asked = MetricQuery("m", aggregation, minute(since), minute(until), step_s=step_s, **fields)
    [series] = query(project.pk, asked, now_ns=NOW_NS).series
    return {(time_ns - minute(0)) // (60 * 10**9): value for time_ns, value in series.points if value is not None}


@pytest.mark.parametrize("step", [600, 7200, 86400])
def test_what_minutes_tell_is_in_every_longer_bucket_at_once(project, step):
    tell(project, 0, 1, 130, LAST)
    length = step // 60
    expected = {}
    for number in (0, 1, 130, LAST):
        expected[number // length * length] = expected.get(number // length * length, 0) + 1
    assert ask(project, step) == expected
    merge_pending()
    assert not RollupWork.objects.exists()
    assert ask(project, step) == expected


@pytest.mark.parametrize("step", [600, 7200, 86400])
def test_what_comes_later_is_added_to_what_was_computed(project, step):
    tell(project, 0, LAST)
    merge_pending()
    tell(project, 0.5, LAST + 0.5)
    tell(project, LAST + 0.7, service="other")
    before = ask(project, step), ask(project, step, filters=(("service", "brain"),))
    assert [sum(shown.values()) for shown in before] == [5, 4]
    merge_pending()
    assert (ask(project, step), ask(project, step, filters=(("service", "brain"),))) == before


@pytest.mark.parametrize("step", [7200, 86400])
def test_work_that_is_done_in_part_shows_too(project, step, monkeypatch):
    tell(project, 5, LAST)
    monkeypatch.setattr("metrics.rolling.RUN_S", -1.0)
    merge_pending()
    assert Rollup.objects.filter(level_s=600).exists()
    assert not Rollup.objects.filter(level_s=7200).exists()
    assert sum(ask(project, step).values()) == 2


def test_quantiles_and_totals_of_long_ranges_have_the_last_minutes(project):
    points = [point(at(number), count="1", sum=3.0, **HISTOGRAM) for number in (0, LAST)]
    push(project.pk, request(metric("histogram", *points, temporality=1)))
    roll_up()
    shown = ask(project, 7200, "p50")
    total = query_totals(project.pk, MetricQuery("m", "count", minute(0), minute(2880)), now_ns=NOW_NS)
    assert len(shown) == 2
    assert total.series[0].points[0][1] == 2
    merge_pending()
    assert ask(project, 7200, "p50") == shown


def test_a_bucket_that_came_to_nothing_shows_nothing(project):
    tell(project, 0, 130)
    merge_pending()
    [row] = Rollup.objects.filter(level_s=60, bucket_ns=minute(130))
    with connection.cursor() as cursor:
        note_work(cursor, project.pk, 600, [(row.series_id, minute(130))])
    Rollup.objects.filter(level_s=60, bucket_ns=minute(130)).delete()
    assert ask(project, 7200) == {0: 1}
    merge_pending()
    assert ask(project, 7200) == {0: 1}


def test_where_minutes_were_let_go_what_counted_more_stays(project):
    tell(project, 0, 1, LAST)
    merge_pending()
    Rollup.objects.filter(level_s=60, bucket_ns=minute(0)).delete()
    Series.objects.update(minutes_since_ns=minute(1000))
    tell(project, 1.5)
    assert ask(project, 600)[0] == 2
    merge_pending()
    assert ask(project, 600)[0] == 2


def test_of_very_much_that_is_behind_a_reader_computes_the_newest(project, monkeypatch):
    monkeypatch.setattr(current, "MOST_BUCKETS", 2)
    tell(project, 0, 20, 40, LAST)
    assert ask(project, 600) == {40: 1, LAST // 10 * 10: 1}
    merge_pending()
    assert len(ask(project, 600)) == 4
