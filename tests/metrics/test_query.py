"""What a question to metrics is answered."""

import pytest

from accounts.actions import create_project
from core.errors import InvalidInput
from metrics.records import MOST_POINTS, MetricAnswer, MetricQuery
from metrics.selectors import list_metrics, query, query_totals
from tests.metrics.making import BEGIN_NS, MINUTE_NS, minute, write_minutes

pytestmark = pytest.mark.django_db
NOW_NS = minute(3000)


def ask(project_id: int, aggregation: str, until: int = 3, **fields) -> MetricAnswer:
    """About the first minutes of `latency`."""
    fields = {"name": "latency", "since_ns": BEGIN_NS, "until_ns": minute(until), "step_s": 60, **fields}
    return query(project_id, MetricQuery(aggregation=aggregation, **fields), now_ns=NOW_NS)


def values_of(answer: MetricAnswer, place: int = 0) -> list[float | None]:
    return [value for _, value in answer.series[place].points]


def test_it_gives_each_bucket_with_none_where_nothing_was_measured(project):
    write_minutes(project.pk, "latency", {0: [1.0, 3.0], 2: [5.0]})
    answer = ask(project.pk, "avg")
    assert answer.step_s == 60
    assert answer.series[0].points == [(minute(0), 2.0), (minute(1), None), (minute(2), 5.0)]
    assert answer.series[0].unit == "s"


def test_amounts_add_up_and_rates_are_by_the_second(project):
    write_minutes(project.pk, "latency", {0: [1.0, 3.0], 1: [6.0]})
    assert values_of(ask(project.pk, "sum", 2)) == [4.0, 6.0]
    assert values_of(ask(project.pk, "count", 2)) == [2.0, 1.0]
    assert values_of(ask(project.pk, "rate", 2)) == [2 / 60, 1 / 60]
    assert ask(project.pk, "rate", 2).series[0].unit == "1/s"


def test_the_rate_of_a_counter_is_its_growth(project):
    write_minutes(project.pk, "latency", {0: [30.0, 90.0]}, kind="sum", unit="By")
    answer = ask(project.pk, "rate", 1)
    assert values_of(answer) == [2.0]
    assert answer.series[0].unit == "By/s"


def test_levels_are_averaged_over_time_and_added_over_series(project):
    write_minutes(project.pk, "latency", {0: [10.0], 1: [20.0]}, kind="gauge", host="a")
    write_minutes(project.pk, "latency", {0: [1.0], 1: [3.0]}, kind="gauge", host="b")
    assert values_of(ask(project.pk, "sum", 2)) == [11.0, 23.0]
    assert values_of(ask(project.pk, "sum", 2, step_s=120)) == [17.0]
    assert values_of(ask(project.pk, "avg", 2, step_s=120)) == [8.5]
    assert values_of(ask(project.pk, "rate", 2)) == [None, None]


def test_quantiles_over_series_and_time_are_those_of_all_values(project):
    write_minutes(project.pk, "latency", {0: [float(n) for n in range(1, 51)]}, model="a")
    write_minutes(project.pk, "latency", {1: [float(n) for n in range(51, 101)]}, model="b")
    (median,) = values_of(ask(project.pk, "p50", 2, step_s=120))
    (high,) = values_of(ask(project.pk, "p99", 2, step_s=120))
    assert median == pytest.approx(50, rel=0.02)
    assert high == pytest.approx(99, rel=0.02)


def test_a_quantile_is_never_beyond_what_was_measured(project):
    write_minutes(project.pk, "latency", {0: [0.7]})
    assert values_of(ask(project.pk, "p99", 1)) == [0.7]


def test_groups_are_by_label_and_the_service_is_one(project):
    write_minutes(project.pk, "latency", {0: [1.0]}, service="brain", model="a")
    write_minutes(project.pk, "latency", {0: [2.0]}, service="brain", model="b")
    write_minutes(project.pk, "latency", {0: [4.0]}, service="engineer")
    by_service = ask(project.pk, "sum", 1, group_by=("service",))
    assert {one.labels["service"]: one.points[0][1] for one in by_service.series} == {"brain": 3.0, "engineer": 4.0}
    by_model = ask(project.pk, "sum", 1, group_by=("model", "service.name"))
    assert {tuple(one.labels.values()) for one in by_model.series} == {
        ("a", "brain"),
        ("b", "brain"),
        ("", "engineer"),
    }


def test_filters_keep_series_with_all_of_them_and_any_value_of_a_label(project):
    for model in "abc":
        write_minutes(project.pk, "latency", {0: [1.0]}, model=model)
    assert values_of(ask(project.pk, "count", 1, filters=(("model", "a"), ("model", "b")))) == [2.0]
    assert values_of(ask(project.pk, "count", 1, filters=(("model", "a"), ("service", "brain")))) == [1.0]
    assert ask(project.pk, "count", 1, filters=(("model", "a"), ("service", "x"))).series == []


def test_series_beyond_the_limit_are_folded_into_one(project):
    for number, model in enumerate("abcd", 1):
        write_minutes(project.pk, "latency", {0: [1.0] * number}, model=model)
    answer = ask(project.pk, "count", 1, group_by=("model",), limit=2)
    assert answer.other_count == 2
    assert [one.labels for one in answer.series] == [{"model": "d"}, {"model": "c"}, {"other": "true"}]
    assert values_of(answer, 2) == [3.0]


def test_failures_are_told_by_the_label_of_their_series(project):
    write_minutes(project.pk, "latency", {0: [1.0] * 9}, error="false")
    write_minutes(project.pk, "latency", {0: [1.0]}, error="true")
    assert values_of(ask(project.pk, "error_rate", 1)) == [0.1]


def test_an_error_rate_is_unknown_where_nothing_tells_failures(project):
    write_minutes(project.pk, "latency", {0: [1.0]})
    assert values_of(ask(project.pk, "error_rate", 1)) == [None]


@pytest.mark.parametrize("minutes", [3, 700, 30_000])
def test_the_same_whatever_the_length_of_the_buckets(project, minutes):
    write_minutes(project.pk, "latency", {number: [float(number)] for number in range(0, 2900, 7)})
    answer = ask(project.pk, "count", minutes, step_s=0)
    expected = len([number for number in range(0, 2900, 7) if number < minutes])
    assert len(answer.series[0].points) <= MOST_POINTS
    assert sum(value or 0 for value in values_of(answer)) == expected


def test_a_total_is_one_value_for_the_range(project):
    write_minutes(project.pk, "latency", {number: [float(number)] for number in range(10)}, model="a")
    question = MetricQuery(
        name="latency", aggregation="avg", since_ns=minute(5), until_ns=minute(10), group_by=("model",)
    )
    answer = query_totals(project.pk, question, now_ns=NOW_NS)
    assert answer.series[0].points == [(minute(5), 7.0)]
    assert answer.step_s == 300


def test_buckets_that_have_no_minutes_any_more_are_of_ten(project, settings):
    settings.MISSIONSCOPE_METRIC_MINUTES_DAYS = 1
    write_minutes(project.pk, "latency", {3: [1.0], 8: [2.0]})
    assert ask(project.pk, "count", 10).series[0].points == [(minute(0), 2.0)]


def test_another_project_sees_nothing(project, charlie):
    other_project = create_project("other", "Other", owner=charlie)
    write_minutes(project.pk, "latency", {0: [1.0]})
    assert ask(other_project.pk, "count").series == []
    assert list_metrics(other_project.pk) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("aggregation", "median"), ("until_ns", BEGIN_NS), ("limit", 0), ("group_by", ("a",) * 11)],
)
def test_it_says_what_cannot_be_asked(project, field, value):
    with pytest.raises(InvalidInput) as caught:
        ask(project.pk, **{"aggregation": "sum", field: value})
    assert len(caught.value.errors) == 1


def test_the_catalogue_lists_metrics_with_what_can_be_asked_of_them(project):
    write_minutes(project.pk, "latency", {0: [1.0]}, service="brain", model="a", error="false")
    write_minutes(project.pk, "latency", {5: [1.0]}, service="engineer", tool="x")
    write_minutes(project.pk, "agents", {0: [1.0]}, kind="gauge", unit="{agent}")
    agents, latency = list_metrics(project.pk)
    assert (agents.name, agents.kinds, agents.units) == ("agents", ("gauge",), ("{agent}",))
    assert "p99" not in agents.aggregations
    assert latency.labels == ("error", "model", "tool")
    assert latency.services == ("brain", "engineer")
    assert latency.series_count == 2
    assert {"p99", "error_rate", "rate"} <= set(latency.aggregations)
    assert (latency.first_ns, latency.last_ns) == (BEGIN_NS, BEGIN_NS + 5 * MINUTE_NS)
