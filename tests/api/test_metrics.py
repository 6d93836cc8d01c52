"""Metrics over REST."""

import pytest
from django.test import Client

from metrics.rolling import roll_up
from tests.metrics.making import minute, write_minutes
from tests.metrics.pushing import at, metric, point, push, request

pytestmark = pytest.mark.django_db
TRACE = "5b8efff798038103d269b633813fc60c"


@pytest.fixture
def ask(api_key, settings):
    settings.MISSIONSCOPE_METRIC_MINUTES_DAYS = 400
    client = Client(headers={"authorization": f"Bearer {api_key.key}"})

    def get(path, status=200, **parameters):
        response = client.get(f"/api/v1/metrics/{path}", parameters)
        assert response.status_code == status, response.content
        return response.json()

    return get


def test_series_over_time(project, ask):
    write_minutes(project.pk, "latency", {0: [1.0, 3.0], 1: [8.0]}, model="a")
    write_minutes(project.pk, "latency", {0: [5.0]}, model="b")
    answer = ask("", name="latency", since_ns=minute(0), until_ns=minute(2), step_s=60, group_by="model,service")
    assert (answer["aggregation"], answer["step_s"], answer["other_count"], answer["next"]) == ("avg", 60, 0, None)
    assert answer["results"][0] == {
        "name": "latency",
        "labels": {"model": "a", "service": "brain"},
        "unit": "s",
        "points": [[str(minute(0)), 2.0], [str(minute(1)), 8.0]],
    }
    assert answer["results"][1]["points"] == [[str(minute(0)), 5.0], [str(minute(1)), None]]
    filtered = ask(
        "", name="latency", since_ns=minute(0), until_ns=minute(1), aggregation="count", filter=["model=b", "model=x"]
    )
    assert [one["points"][0][1] for one in filtered["results"]] == [1.0]


def test_of_a_counter_one_sees_first_how_fast_it_grows(project, ask):
    write_minutes(project.pk, "tokens", {0: [60.0]}, kind="sum")
    answer = ask("", name="tokens", since_ns=minute(0), until_ns=minute(1), step_s=60)
    assert (answer["aggregation"], answer["results"][0]["points"][0][1]) == ("rate", 1.0)


def test_the_catalogue(project, ask):
    write_minutes(project.pk, "latency", {0: [1.0]}, model="a")
    (info,) = ask("catalogue/")["results"]
    assert (info["name"], info["labels"], info["origins"]) == ("latency", ["model"], ["derived"])
    assert info["first_ns"] == str(minute(0))


def test_the_traces_behind_pushed_values(project, ask):
    exemplar = {"timeUnixNano": str(at(0, 1)), "asDouble": 2.5, "traceId": TRACE, "spanId": "eee19b7ec3c1b174"}
    push(project.pk, request(metric("gauge", point(at(0, 2), asDouble=2.0, exemplars=[exemplar]))))
    roll_up()
    (found,) = ask("exemplars/", name="m", since_ns=at(0), until_ns=at(1))["results"]
    assert found == {"time_ns": str(at(0, 1)), "value": 2.5, "trace_id": TRACE, "span_id": "eee19b7ec3c1b174"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("aggregation", "median"), ("since_ns", "x"), ("step_s", "x"), ("filter", "model"), ("origin", "x"),
     ("limit", "0"), ("until_ns", "x")],
)  # fmt: skip
def test_it_says_which_parameter_is_wrong(ask, field, value):
    error = ask("", 400, name="latency", **{field: value})
    assert error["errors"][0]["field"] == field


@pytest.mark.parametrize("step_s", [86_400 * 3, 86_400 * 40 + 7, 2**62])
def test_buckets_may_be_as_long_as_asked_up_to_a_year(ask, step_s):
    answer = ask("", name="latency", since_ns=at(0), until_ns=at(5), step_s=step_s)
    assert min(step_s, 366 * 86_400) <= answer["step_s"] < min(step_s, 366 * 86_400) + 86_400


def test_a_range_that_ends_before_it_begins_is_empty(ask):
    assert ask("", name="latency", since_ns=at(5), until_ns=at(4))["results"] == []
    assert ask("exemplars/", name="latency", since_ns=at(5), until_ns=at(4))["results"] == []
