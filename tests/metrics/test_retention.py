"""What is let go, and what of it stays."""

import pytest

from core.nanotime import now_ns
from metrics.levels import DAY_NS, floor_ns
from metrics.models import Point, Rollup, Series
from metrics.retention import delete_old, retain
from tests.metrics.pushing import metric, point, push, push_metric, request, roll

pytestmark = pytest.mark.django_db
NOW_NS = now_ns()
HOUR_NS = 3_600 * 10**9
OLD_NS = floor_ns(NOW_NS, 86_400) - 20 * DAY_NS + 3600 * 10**9


def counts() -> dict[int, list[int]]:
    """Of the rollups of each level."""
    found: dict[int, list[int]] = {}
    for level_s, count in Rollup.objects.order_by("level_s", "bucket_ns").values_list("level_s", "count"):
        found.setdefault(level_s, []).append(count)
    return found


def gauge(*times: int) -> dict:
    return metric("gauge", *[point(time_ns, asDouble=1.0) for time_ns in times])


def test_points_go_first_then_minutes_then_all(project):
    push_metric(project.pk, gauge(OLD_NS, OLD_NS + 1, NOW_NS))
    delete_old(NOW_NS)
    assert Point.objects.count() == 1
    assert counts()[60] == [2, 1]
    delete_old(NOW_NS + 20 * DAY_NS)
    assert counts()[60] == [1]
    assert counts()[600] == [2, 1]
    delete_old(NOW_NS + 402 * DAY_NS)
    assert (counts(), Series.objects.count()) == ({}, 1)
    delete_old(NOW_NS + 500 * DAY_NS)
    assert Series.objects.count() == 0


def test_a_point_that_comes_after_its_minute_was_let_go_does_not_undo_it(project):
    push_metric(project.pk, gauge(OLD_NS, OLD_NS + 1))
    delete_old(NOW_NS)
    push_metric(project.pk, gauge(OLD_NS + 2))
    assert {level: sum(numbers) for level, numbers in counts().items()} == {60: 2, 600: 2, 7200: 2, 86400: 2}


def test_longer_buckets_keep_what_their_minutes_told(project):
    push_metric(project.pk, gauge(OLD_NS, OLD_NS + 1))
    delete_old(NOW_NS + 20 * DAY_NS)
    push_metric(project.pk, gauge(OLD_NS + 70 * 10**9))
    assert counts() == {60: [1], 600: [2], 7200: [2], 86400: [2]}


def test_what_is_not_yet_rolled_up_stays(project):
    push(project.pk, request(gauge(OLD_NS)))
    delete_old(NOW_NS)
    roll()
    assert counts() == {60: [1], 600: [1], 7200: [1], 86400: [1]}
    delete_old(NOW_NS)
    assert not Point.objects.exists()


@pytest.mark.parametrize(("ahead_ns", "kept"), [(0, 1), (HOUR_NS, 1), (3 * HOUR_NS, 0)])
def test_a_clock_that_is_an_hour_ahead_deletes_nothing_early(project, monkeypatch, settings, ahead_ns, kept):
    """At the last moment of the last day of the point."""
    kept_until_ns = floor_ns(OLD_NS, 86_400) + (settings.MISSIONSCOPE_METRIC_POINTS_DAYS + 1) * DAY_NS - 1
    push_metric(project.pk, gauge(OLD_NS))
    monkeypatch.setattr("core.nanotime.time.time_ns", lambda: kept_until_ns + ahead_ns)
    retain()
    assert Point.objects.count() == kept
