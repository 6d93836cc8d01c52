"""What of a request is kept, and how much of what a sender controls."""

import json

import pytest

from accounts.actions import create_project
from ingest.commit import store_prepared
from metrics.models import Point, Rollup, Series
from metrics.selectors import list_metrics
from tests.metrics.making import BEGIN_NS
from tests.metrics.pushing import ask, at, metric, point, prepared, push, push_metric, request, roll, values

pytestmark = pytest.mark.django_db


def gauges(count: int, *, name: str = "m", second: float = 0) -> dict:
    points = [point(at(0, second), labels={"n": str(number)}, asDouble=float(number)) for number in range(count)]
    return metric("gauge", *points, name=name)


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
def test_the_same_request_twice_is_one(project, encoding):
    for _ in range(2):
        push(project.pk, request(gauges(3)), encoding=encoding)
    assert (Series.objects.count(), Point.objects.count()) == (3, 3)


def test_both_encodings_tell_the_same_series(project):
    push(project.pk, request(gauges(2)), encoding="json")
    push(project.pk, request(gauges(2, second=1)), encoding="protobuf")
    assert (Series.objects.count(), Point.objects.count()) == (2, 4)


def test_series_beyond_the_limit_of_their_metric_share_one_that_is_marked(project, settings):
    settings.MISSIONSCOPE_METRIC_SERIES = 3
    for _ in range(2):
        push(project.pk, request(gauges(10)), request(gauges(2, name="other")))
    roll()
    assert Series.objects.filter(name="m").count() == 4
    shared = Series.objects.get(is_overflow=True)
    assert json.loads(shared.attributes) == {"otel.metric.overflow": "true"}
    assert Point.objects.filter(series_id=shared.pk).count() == 7, "none of them is lost"
    assert values(project.pk, "count", 1) == [10.0]
    assert values(project.pk, "max", 1) == [9.0]
    assert [info.has_overflow for info in list_metrics(project.pk)] == [True, False]


def test_counters_that_share_a_series_are_counted_and_not_added(project, settings):
    settings.MISSIONSCOPE_METRIC_SERIES = 1
    for second, name, value in [(1, "a", "5"), (1, "b", "900"), (2, "c", "3"), (3, "b", "901")]:
        told = point(at(0, second), start_ns=BEGIN_NS, labels={"n": name}, asInt=value)
        push_metric(project.pk, metric("sum", told))
    by_overflow = ask(project.pk, "count", 1, group_by=("otel.metric.overflow",))
    assert {one.labels["otel.metric.overflow"]: one.points[0][1] for one in by_overflow} == {"": 1.0, "true": 3.0}
    assert values(project.pk, "sum", 1) == [5.0]


def test_a_project_has_a_limit_too_and_other_projects_are_not_touched(project, charlie, settings):
    settings.MISSIONSCOPE_METRIC_PROJECT_SERIES = 2
    push_metric(project.pk, gauges(2))
    push_metric(project.pk, gauges(3, name="more"))
    assert ask(project.pk, "count", 1, name="more") == []
    assert values(project.pk, "count", 1, name="missionscope.metric.overflow") == [3.0]
    other = create_project("other", "Other", owner=charlie)
    push_metric(other.pk, gauges(2))
    assert values(other.pk, "count", 1) == [2.0]


def test_secrets_are_replaced_in_names_labels_and_resources(project):
    secret = "sk-proj-" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY" * 2
    told = metric("gauge", point(at(0), labels={"token": secret, "who": "jane.doe@example.org"}, asInt="1"))
    sent = request({**told, "description": f"made with {secret}"}, **{"api.key": secret})
    push_metric(project.pk, sent["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0])
    push(project.pk, sent)
    kept = json.dumps(list(Series.objects.values("name", "description", "attributes", "resource")))
    assert Series.objects.count() == 2
    assert secret not in kept
    assert "jane.doe" not in kept


def test_long_labels_are_cut_and_tell_so_and_keep_their_series_apart(project):
    labels = [{"l": "x" * 5000 + end} for end in "ab"]
    push(project.pk, request(metric("gauge", *[point(at(0), labels=each, asInt="1") for each in labels])))
    kept = [json.loads(text)["l"] for text in Series.objects.values_list("attributes", flat=True)]
    assert len(kept) == 2
    assert all(text.endswith("[cut: 5001 characters in all]") and len(text) < 1100 for text in kept)


def test_labels_of_any_type_are_texts(project):
    values = [
        {"boolValue": True},
        {"intValue": "5"},
        {"doubleValue": 0.5},
        {"arrayValue": {"values": [{"intValue": "1"}]}},
    ]
    labels = [{"key": f"k{number}", "value": value} for number, value in enumerate(values)]
    push(project.pk, request(metric("gauge", {**point(at(0), asInt="1"), "attributes": labels})))
    assert json.loads(Series.objects.get().attributes) == {"k0": "true", "k1": "5", "k2": "0.5", "k3": "[1]"}


def test_what_a_sender_calls_otherwise_is_not_ours(project):
    push_metric(project.pk, metric("gauge", point(at(0), labels={"project_id": "999"}, asInt="1")))
    assert set(Series.objects.values_list("project_id", flat=True)) == {project.pk}
    assert set(Rollup.objects.values_list("project_id", flat=True)) == {project.pk}


def test_statements_do_not_grow_with_the_points(project, django_assert_max_num_queries):
    for count in (5, 200):
        waiting = [prepared(project.pk, request(gauges(count, name=f"m{count}")))]
        with django_assert_max_num_queries(24):
            store_prepared(waiting)
