"""What is wrong with a form is said as people would, of every field at once."""

import pytest

from alerts.conditions import (
    Budget,
    CriticalFailure,
    ErrorRateSpike,
    FindingCondition,
    MetricCondition,
    StalledMission,
)
from alerts.forms import RuleForm, SilenceForm
from alerts.reading import read_form
from core.errors import InvalidInput

METRIC = {"metric": "m", "aggregation": "p99", "threshold": 1}
RULE = {"name": "n", "kind": "metric", "condition": {}}
LONG = "x" * 300


def wrong(form, given, path=""):
    """What the form says: by field."""
    with pytest.raises(InvalidInput) as refused:
        read_form(form, given, path)
    return dict(refused.value.errors)


@pytest.mark.parametrize(
    ("form", "given", "field", "words"),
    [
        (ErrorRateSpike, {"factor": 1_001}, "factor", "must be at most 1,000"),
        (ErrorRateSpike, {"factor": 0.5}, "factor", "must be at least 1"),
        (ErrorRateSpike, {"least_errors": 10**10}, "least_errors", "must be at most 1,000,000,000"),
        (MetricCondition, METRIC | {"threshold": 1e30}, "threshold", "must be at most 1e+18"),
        (MetricCondition, METRIC | {"threshold": 10**400}, "threshold", "is too large a number"),
        (MetricCondition, METRIC | {"threshold": "1"}, "threshold", "must be a number, not text"),
        (MetricCondition, METRIC | {"metric": ""}, "metric", "must not be empty"),
        (MetricCondition, METRIC | {"metric": LONG}, "metric", "must have at most 255 characters"),
        (MetricCondition, METRIC | {"filters": {"": "x"}}, "filters", "each name must not be empty"),
        (MetricCondition, METRIC | {"filters": {"a": LONG}}, "filters", "each value must have at most 200 characters"),
        (MetricCondition, METRIC | {"more": 1}, "more", "is not known here"),
        (MetricCondition, {"metric": "m", "threshold": 1}, "aggregation", "is missing"),
        (MetricCondition, METRIC | {"window_s": 7}, "window_s",
         "must be one of 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400"),
        (CriticalFailure, {"signs": []}, "signs", "must have at least one"),
        (CriticalFailure, {"signs": ["x"]}, "signs[0]", "must be one of critical_log, new_error, regressed_error"),
        (StalledMission, {"after_s": 1.5}, "after_s", "must be a whole number"),
        (StalledMission, {"include_waiting": "yes"}, "include_waiting", "must be true or false, not text"),
        (Budget, {"measure": "tokens", "threshold": "1,000"}, "threshold",
         "must be a number such as 12.50, of at most 12 digits before and after the point"),
        (FindingCondition, {"detectors": [LONG]}, "detectors[0]", "must have at most 200 characters"),
        (RuleForm, RULE | {"repeat_interval_s": "a"}, "repeat_interval_s", "must be a whole number, not text"),
        (RuleForm, RULE | {"channels": [*range(1, 30)]}, "channels", "must have at most 20 items"),
        (SilenceForm, {"matchers": [{"label": "a", "op": "="}], "comment": "c"}, "matchers[0].value", "is missing"),
        (RuleForm, [1], "", "must be an object, not a list"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_as_people_would(form, given, field, words):
    assert wrong(form, given) == {field: words}


def test_every_field_that_is_wrong_is_named_at_once():
    assert wrong(MetricCondition, {"metric": "", "threshold": True}, "condition") == {
        "condition.metric": "must not be empty",
        "condition.aggregation": "is missing",
        "condition.threshold": "must be a number, not true or false",
    }


def test_names_that_nobody_knows_are_cut_and_at_most_twenty_are_told():
    told = wrong(StalledMission, {f"{at}{LONG}": 1 for at in range(100)}, "condition")
    assert len(told) == 20
    assert max(map(len, told)) <= 200
