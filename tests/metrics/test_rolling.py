"""What pushed points come to."""

import itertools

import pytest

from metrics.models import Point, Rollup, RollupWork
from metrics.selectors import list_metrics
from tests.metrics.making import BEGIN_NS
from tests.metrics.pushing import ask, at, metric, point, push, push_metric, request, roll, values

pytestmark = pytest.mark.django_db
START = BEGIN_NS - 5 * 10**9


def test_a_gauge_tells_its_values(project):
    push_metric(
        project.pk, metric("gauge", point(at(0, 1), asDouble=1.0), point(at(0, 2), asInt="3"), point(at(1), asInt="7"))
    )
    assert values(project.pk, "avg", 2) == [2.0, 7.0]
    assert values(project.pk, "max", 2) == [3.0, 7.0]
    assert values(project.pk, "last", 2) == [3.0, 7.0]


def test_a_delta_sum_adds_up(project):
    push_metric(project.pk, metric("sum", point(at(0, 1), asInt="4"), point(at(0, 9), asInt="2"), temporality=1))
    assert values(project.pk, "sum", 1) == [6.0]


def test_a_cumulative_sum_tells_by_how_much_it_grew(project):
    points = [point(at(0, 10), start_ns=START, asInt="5"), point(at(0, 40), start_ns=START, asInt="8")]
    push_metric(project.pk, metric("sum", *points, point(at(2, 10), start_ns=START, asInt="20")))
    assert values(project.pk, "sum") == [8.0, None, 12.0]
    assert values(project.pk, "rate") == [8 / 60, None, 12 / 60]
    assert values(project.pk, "last") == [8.0, None, 20.0]


def test_what_was_counted_long_before_the_first_point_is_in_no_minute(project):
    long_ago = START - 3600 * 10**9
    push_metric(
        project.pk,
        metric("sum", point(at(0), start_ns=long_ago, asInt="1000"), point(at(1), start_ns=long_ago, asInt="1003")),
    )
    assert values(project.pk, "sum", 2) == [None, 3.0]


@pytest.mark.parametrize("start_ns", [at(0, 30), 0], ids=["a later start", "a smaller value"])
def test_a_series_that_began_again_counts_from_zero(project, start_ns):
    first = 0 if start_ns == 0 else START
    before, after = point(at(0), start_ns=first, asInt="100"), point(at(1), start_ns=start_ns, asInt="7")
    push_metric(project.pk, metric("sum", before, after))
    assert values(project.pk, "sum", 2)[1] == 7.0


def test_a_sum_that_may_fall_is_a_level(project):
    push_metric(project.pk, metric("sum", point(at(0), asInt="5"), point(at(1), asInt="2"), monotonic=False))
    assert values(project.pk, "avg", 2) == [5.0, 2.0]
    assert values(project.pk, "rate", 2) == [None, None]


HISTOGRAM = {"explicitBounds": [1, 2, 5, 10], "sum": 50.0}


def histogram(time_ns, counts, **fields):
    told = {**HISTOGRAM, "count": str(sum(counts)), "bucketCounts": [str(count) for count in counts]}
    return point(time_ns, **{**told, **fields})


def test_quantiles_of_explicit_histograms_lie_in_their_bucket(project):
    push_metric(project.pk, metric("histogram", histogram(at(0), [0, 50, 30, 20, 0]), temporality=1))
    assert values(project.pk, "count", 1) == [100.0]
    assert values(project.pk, "avg", 1) == [0.5]
    assert 1 <= values(project.pk, "p50", 1)[0] <= 2.02
    assert 5 <= values(project.pk, "p90", 1)[0] <= 10.1


def test_a_cumulative_histogram_tells_what_came(project):
    first, second = (
        histogram(at(0), [10, 0, 0, 0, 0], start_ns=START),
        histogram(at(1), [10, 0, 0, 4, 0], start_ns=START, sum=80.0),
    )
    push_metric(project.pk, metric("histogram", first, second))
    assert values(project.pk, "count", 2) == [10.0, 4.0]
    assert values(project.pk, "sum", 2) == [50.0, 30.0]
    assert 5 <= values(project.pk, "p50", 2)[1] <= 10.1


def exponential(time_ns, scale, counts, **fields):
    told = {"scale": scale, "count": str(sum(counts)), "sum": 1.0, "zeroCount": "0"}
    return point(time_ns, **{**told, "positive": {"offset": 0, "bucketCounts": [str(n) for n in counts]}, **fields})


def test_exponential_histograms_whose_scale_falls_are_compared_at_the_lower_one(project):
    fine = exponential(at(0), 1, [1, 1, 1, 1], start_ns=START)
    coarse = exponential(at(1), 0, [2, 2 + 8], start_ns=START)
    push_metric(project.pk, metric("exponentialHistogram", fine, coarse))
    assert values(project.pk, "count", 2) == [4.0, 8.0]
    assert 2 <= values(project.pk, "p50", 2)[1] <= 4.04


def test_a_summary_tells_count_and_sum_but_no_quantile_of_ours(project):
    quantiles = {"quantileValues": [{"quantile": 0.5, "value": 3.0}]}
    first = point(at(0), start_ns=START, count="2", sum=6.0, **quantiles)
    second = point(at(1), start_ns=START, count="5", sum=16.0, **quantiles)
    push_metric(project.pk, metric("summary", first, second))
    assert values(project.pk, "count", 2) == [2.0, 3.0]
    assert values(project.pk, "sum", 2) == [6.0, 10.0]
    assert values(project.pk, "p50", 2) == [None, None]


def dump():
    return sorted(
        (*row[:10], bytes(row[10]))
        for row in Rollup.objects.order_by("series_id").values_list(
            "series_id",
            "level_s",
            "bucket_ns",
            "project_id",
            "count",
            "sum",
            "min",
            "max",
            "last",
            "error_count",
            "sketch",
        )
    )


def test_order_splitting_and_repetition_make_no_difference(project):
    points = [histogram(at(n, 5), [n, n, 1, 2 * n, 0], start_ns=START, sum=float(n)) for n in range(5)]
    pieces = [request(metric("histogram", one)) for one in points]
    push(project.pk, *pieces)
    roll()
    expected = dump()
    for order in ([4, 3, 2, 1, 0], [2, 0, 4, 1, 3, 0]):
        Point.objects.all().delete()
        Rollup.objects.all().delete()
        for place in order:
            push(project.pk, pieces[place])
            roll()
        push(project.pk, request(metric("histogram", *points)))
        roll()
        assert dump() == expected
    assert not RollupWork.objects.exists()


def test_of_two_points_of_one_time_the_one_that_tells_more_stays(project):
    for several in itertools.permutations([1.0, 9.0, 5.0]):
        Point.objects.all().delete()
        for value in several:
            push(project.pk, request(metric("gauge", point(at(0), asDouble=value))))
        assert Point.objects.get().value == 9.0
    push(project.pk, request(metric("gauge", *[point(at(1), asDouble=value) for value in (1.0, 9.0, 5.0)])))
    assert Point.objects.get(time_ns=at(1)).value == 9.0


def test_a_late_point_changes_the_growth_of_the_next(project):
    push_metric(
        project.pk, metric("sum", point(at(0), start_ns=START, asInt="1"), point(at(2), start_ns=START, asInt="9"))
    )
    assert values(project.pk, "sum") == [1.0, None, 8.0]
    push_metric(project.pk, metric("sum", point(at(1), start_ns=START, asInt="4")))
    assert values(project.pk, "sum") == [1.0, 3.0, 5.0]


def test_sources_are_told_apart(project):
    for host in ("a", "b"):
        push(project.pk, request(metric("sum", point(at(0), start_ns=START, asInt="10")), **{"host.name": host}))
    roll()
    assert values(project.pk, "sum", 1) == [20.0]
    assert {one.labels["host.name"] for one in ask(project.pk, "sum", 1, group_by=("host.name",))} == {"a", "b"}
    assert list_metrics(project.pk)[0].series_count == 2


def test_points_without_a_value_are_kept_and_count_nothing(project):
    push_metric(
        project.pk,
        metric("gauge", point(at(0), asDouble="NaN"), point(at(0, 1), flags=1), point(at(0, 2), asDouble=4.0)),
    )
    assert Point.objects.count() == 3
    assert values(project.pk, "count", 1) == [1.0]
