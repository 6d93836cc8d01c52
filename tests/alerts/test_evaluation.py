"""Windows are evaluated once; firings go from pending to firing to resolved."""

import pytest

from alerts.actions import change_rule, delete_rule
from alerts.models import Evaluation, Firing, Rule
from alerts.rule_selectors import find_rule
from alerts.selectors import FiringFilter, list_firings, list_open_firings
from tests.alerts.making import METRIC, at, evaluate_each, make_rule, states
from tests.metrics.making import write_minutes

pytestmark = pytest.mark.django_db
SLOW = [12.0] * 100


def write(project, minutes, **labels):
    write_minutes(project.pk, METRIC["metric"], minutes, **labels)


def test_a_number_above_the_threshold_fires_and_resolves(project):
    write(project, {0: SLOW, 30: [1.0]})
    make_rule(project)
    evaluate_each(at(1))
    [row] = list_open_firings(project.pk)
    assert (row.state, row.severity, row.labels) == ("firing", "warning", {})
    assert row.title.startswith("p99 of missionscope.llm.duration is 12")
    assert "above 10 s, in 5 minutes" in row.title
    assert float(row.value) == pytest.approx(12, rel=0.011)
    evaluate_each(at(5))
    assert states(project) == ["firing"]
    evaluate_each(at(6))
    assert states(project) == ["resolved"]
    [row] = list_firings(project.pk, FiringFilter()).rows
    assert (row.fired_ns, row.ended_ns, row.ended_why) == (at(1), at(6), "over")


def test_a_minute_is_looked_at_once_it_had_time_to_arrive(project):
    write(project, {3: SLOW})
    make_rule(project)
    evaluate_each(at(4, 0), at(4, 14))
    assert states(project) == []
    evaluate_each(at(4, 15))
    assert states(project) == ["firing"]


def test_it_must_hold_for_as_long_as_the_rule_says(project):
    write(project, {0: SLOW})
    make_rule(project, for_s=120)
    evaluate_each(at(1))
    assert states(project) == ["pending"]
    evaluate_each(at(2, 59), at(3, 14))
    assert states(project) == ["pending"]
    evaluate_each(at(3, 15))
    assert states(project) == ["firing"]


def test_what_holds_too_shortly_fires_never_and_leaves_no_trace_in_the_history(project):
    write(project, {0: SLOW})
    make_rule(project, for_s=600)
    evaluate_each(at(1), at(4), at(6))
    assert states(project) == ["inactive"]
    assert list_firings(project.pk, FiringFilter()).rows == []


def test_each_group_fires_by_itself(project):
    write(project, {0: SLOW}, model="large")
    write(project, {0: [1.0]}, model="small")
    write(project, {0: SLOW, 3: SLOW}, model="huge")
    make_rule(project, group_by=["model"])
    evaluate_each(at(1))
    assert {row.labels["model"] for row in list_open_firings(project.pk)} == {"large", "huge"}
    evaluate_each(at(7))
    assert {row.labels["model"] for row in list_open_firings(project.pk)} == {"huge"}


def test_a_window_is_evaluated_once(project):
    write(project, {0: SLOW})
    rule_pk = make_rule(project)
    evaluate_each(at(1), at(1), at(1, 20), at(1, 29), at(0, 45))
    assert Evaluation.objects.filter(rule_id=rule_pk).count() == 1
    evaluate_each(at(1, 30))
    assert Evaluation.objects.filter(rule_id=rule_pk).count() == 2


def test_two_evaluators_of_one_window_make_one_firing(project, monkeypatch):
    write(project, {0: SLOW})
    make_rule(project)
    from alerts import evaluation

    real = evaluation._measure

    def measure_twice(rule, window_end_ns, trusted_since_ns):
        measured = real(rule, window_end_ns, trusted_since_ns)
        monkeypatch.setattr(evaluation, "_measure", real)
        evaluation.evaluate_at(window_end_ns)  # another process, while this one measures
        return measured

    monkeypatch.setattr(evaluation, "_measure", measure_twice)
    evaluate_each(at(1))
    assert states(project) == ["firing"]
    assert Evaluation.objects.count() == 1


def test_a_window_that_comes_after_a_later_one_is_left_out(project, monkeypatch):
    write(project, {0: SLOW})
    make_rule(project)
    from alerts import evaluation

    real = evaluation._measure

    def be_overtaken(rule, window_end_ns, trusted_since_ns):
        measured = real(rule, window_end_ns, trusted_since_ns)
        monkeypatch.setattr(evaluation, "_measure", real)
        evaluation.evaluate_at(at(20))  # another process was quicker, and the number is in order again
        return measured

    monkeypatch.setattr(evaluation, "_measure", be_overtaken)
    evaluate_each(at(1))
    assert (states(project), Rule.objects.get().evaluated_ns) == ([], at(20))


def test_what_was_measured_of_a_rule_that_has_changed_since_is_thrown_away(project, monkeypatch):
    write(project, {0: SLOW})
    rule_pk = make_rule(project)
    from alerts import evaluation

    real = evaluation._measure

    def change_meanwhile(rule, *rest):
        measured = real(rule, *rest)
        change_rule(project.pk, rule_pk, {"condition": METRIC | {"threshold": 100}})
        return measured

    monkeypatch.setattr(evaluation, "_measure", change_meanwhile)
    evaluate_each(at(1))
    assert states(project) == []
    monkeypatch.setattr(evaluation, "_measure", real)
    evaluate_each(at(1))
    assert (states(project), Evaluation.objects.count()) == ([], 1)


def test_a_rule_that_cannot_be_measured_says_so_and_holds_up_no_other(project, monkeypatch):
    write(project, {0: SLOW})
    broken, sound = make_rule(project, name="a"), make_rule(project, name="b")
    evaluate_each(at(1))
    assert states(project) == ["firing", "firing"]
    Rule.objects.filter(id=broken).update(condition='{"metric": ""}')
    evaluate_each(at(20))
    assert "condition.metric" in find_rule(project.pk, broken).trouble
    assert find_rule(project.pk, sound).trouble == ""
    assert states(project) == ["firing", "resolved"], "what is not known ends nothing"


def test_a_rule_that_is_off_or_removed_ends_what_it_has_open(project):
    write(project, {0: SLOW})
    off, gone = make_rule(project, name="a"), make_rule(project, name="b")
    evaluate_each(at(1))
    change_rule(project.pk, off, {"is_enabled": False})
    delete_rule(project.pk, gone)
    assert states(project) == ["resolved", "resolved"]
    assert set(Firing.objects.values_list("ended_why", flat=True)) == {"rule_disabled", "rule_deleted"}
    evaluate_each(at(1, 45))
    assert states(project) == ["resolved", "resolved"]


def test_a_name_or_note_changes_without_ending_anything(project):
    write(project, {0: SLOW})
    rule_pk = make_rule(project)
    evaluate_each(at(1))
    change_rule(project.pk, rule_pk, {"name": "other", "note": "call somebody"})
    assert states(project) == ["firing"]


def test_no_other_project_is_looked_at(project, charlie):
    elsewhere = charlie.memberships.get().project
    write(project, {0: SLOW})
    make_rule(elsewhere)
    evaluate_each(at(1))
    assert states(elsewhere) == []
    assert list_open_firings(elsewhere.pk) == []
