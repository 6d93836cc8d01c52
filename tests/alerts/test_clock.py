"""The clock of alerts goes on through jumps of the machine's clock (F14)."""

import pytest

from alerts.clock import GAP_NS, LASTING_NS, TOLERANCE_NS, Reading, tick
from alerts.models import Evaluation, Rule
from alerts.timekeeping import keep_time
from tests.alerts.making import METRIC, at, make_rule, states
from tests.metrics.making import write_minutes

SECOND, HOUR = 10**9, 3600 * 10**9
BEGIN = 1_790_000_000 * SECOND


def reading(wall_ns, steady_ns, boot="a"):
    return Reading(BEGIN + wall_ns, steady_ns, boot)


def follow(*readings):
    kept = None
    for each in readings:
        kept = tick(kept, each)
    return kept


def test_it_is_the_machine_s_where_nothing_jumps():
    assert follow(reading(0, 50), reading(10 * SECOND, 50 + 10 * SECOND)).now_ns == BEGIN + 10 * SECOND


@pytest.mark.parametrize("off", [-HOUR, HOUR, -60 * SECOND, 24 * HOUR])
def test_a_jump_is_not_followed(off):
    kept = follow(reading(0, 0), reading(15 * SECOND + off, 15 * SECOND), reading(30 * SECOND + off, 30 * SECOND))
    assert kept.now_ns == BEGIN + 30 * SECOND
    assert kept.trusted_since_ns == BEGIN
    back = tick(kept, reading(45 * SECOND, 45 * SECOND))
    assert (back.now_ns, back.apart_since_ns) == (BEGIN + 45 * SECOND, None)


@pytest.mark.parametrize("off", [-HOUR, HOUR])
def test_a_jump_that_lasts_is_believed_and_silence_starts_anew(off):
    kept = follow(reading(0, 0), reading(SECOND + off, SECOND))
    for step in range(2, LASTING_NS // (15 * SECOND) + 2):
        kept = tick(kept, reading(step * 15 * SECOND + off, step * 15 * SECOND))
    assert abs(kept.now_ns - (BEGIN + off + LASTING_NS)) < 60 * SECOND
    assert kept.trusted_since_ns == kept.now_ns


@pytest.mark.parametrize("off", [-TOLERANCE_NS, TOLERANCE_NS])
def test_a_small_correction_never_turns_it_back(off):
    kept = follow(reading(0, 0), reading(SECOND + off, SECOND))
    assert kept.now_ns == max(BEGIN, BEGIN + SECOND + off)
    assert kept.apart_since_ns is None


def test_after_a_new_start_a_later_time_is_believed_and_an_earlier_one_is_not():
    later = follow(reading(0, 900 * SECOND), reading(HOUR, 5 * SECOND, "b"))
    assert (later.now_ns, later.trusted_since_ns) == (BEGIN + HOUR, BEGIN + HOUR)
    earlier = follow(reading(0, 900 * SECOND), reading(-HOUR, 5 * SECOND, "b"), reading(-HOUR, 20 * SECOND, "b"))
    assert earlier.now_ns == BEGIN + 15 * SECOND


def test_when_nobody_looked_silence_starts_anew():
    kept = follow(reading(0, 0), reading(GAP_NS + SECOND, GAP_NS + SECOND))
    assert kept.trusted_since_ns == kept.now_ns


@pytest.mark.django_db
@pytest.mark.parametrize("jump_ns", [-HOUR, HOUR])
def test_no_alert_fires_or_ends_for_a_jump(project, jump_ns):
    """Senders' clocks are right all the time; the server's is an hour off for five minutes."""
    write_minutes(project.pk, METRIC["metric"], {number: [12.0] for number in range(180)})
    silent = {"metric": METRIC["metric"], "window_s": 120}
    make_rule(project, name="no data", kind="no_data", condition=silent)
    make_rule(project, name="slow")
    make_rule(project, name="still", kind="stalled_mission", condition={"after_s": 600})
    from alerts.evaluation import evaluate_at
    from tests.alerts.test_kinds import mission

    for step in range(100):
        true_ns = at(60) + step * 15 * SECOND
        wall_ns = true_ns + (jump_ns if 30 <= step < 50 else 0)
        mission(project, last_activity_ns=true_ns)
        kept = keep_time(Reading(wall_ns, step * 15 * SECOND, "a"))
        evaluate_at(kept.now_ns, trusted_since_ns=kept.trusted_since_ns)
    assert states(project) == ["firing"], "the slow calls alone"
    assert Evaluation.objects.filter(rule_id=Rule.objects.get(name="slow").pk).count() == 100


@pytest.mark.django_db
def test_a_clock_that_was_wrong_and_is_put_back_stops_no_rule(project):
    write_minutes(project.pk, METRIC["metric"], {number: [12.0] for number in range(180)})
    make_rule(project)
    from alerts.evaluation import evaluate_at

    for step in range(80):
        wall_ns = at(60) + step * 15 * SECOND + (HOUR if step < 4 else 0)
        kept = keep_time(Reading(wall_ns, step * 15 * SECOND, "a"))
        evaluate_at(kept.now_ns)
    assert Rule.objects.get().evaluated_ns == at(60) // (15 * SECOND) * 15 * SECOND + 79 * 15 * SECOND
    assert states(project)[-1] == "firing"
