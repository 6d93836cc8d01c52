"""Who is told what, and when: groups, intervals, silences, inhibition; a storm is one message."""

import json

import msgspec
import pytest

from alerts.actions import create_inhibition, create_silence, delete_rule, end_silence
from alerts.messages import Message, make_test
from alerts.models import Channel, Clock, Firing, MessageFiring, NoticeGroup, OutboxMessage
from alerts.notification import MOST_WAITING, put_message
from alerts.retention import retain
from alerts.selectors import get_standing, list_messages, list_open_firings
from alerts.timekeeping import keep_time, read_clocks
from tests.alerts.making import METRIC, SECOND_NS, at, evaluate_each, make_channel, make_rule, messages, states
from tests.metrics.making import write_minutes

pytestmark = pytest.mark.django_db
SLOW = [12.0] * 10


def write(project, minutes, **labels):
    write_minutes(project.pk, METRIC["metric"], minutes, **labels)


def told():
    """Of each message: (firing, resolved)."""
    found = [msgspec.json.decode(row.content, type=Message) for row in messages()]
    return [(message.firing_count, message.resolved_count) for message in found]


def deliver_all():
    OutboxMessage.objects.update(state="sent", ended_ns=1)


@pytest.fixture
def clock(monkeypatch):
    """The clock of alerts stands at the begin of the tests' time; gives a way to move it."""

    def move(moment):
        reading = read_clocks()
        Clock.objects.update_or_create(
            id=1,
            defaults={
                "boot_id": reading.boot_id,
                "steady_ns": reading.steady_ns,
                "now_ns": moment,
                "apart_since_ns": reading.steady_ns,
                "trusted_since_ns": 0,
            },
        )

    move(at(0))
    return move


def test_a_firing_is_told_once_with_its_change(project):
    channel = make_channel(project)
    write(project, {0: SLOW})
    make_rule(project, channels=[channel.id], note="Look at the model.")
    evaluate_each(at(1), at(1, 30), at(1, 45))
    [row] = messages()
    message = msgspec.json.decode(row.content, type=Message)
    assert message.subject == (
        "[MissionScope] Apollo: warning: p99 of missionscope.llm.duration is 12 s, above 10 s, in 5 minutes. (1 firing)"
    )
    assert message.alerts[0].note == "Look at the model."
    assert (row.state, row.due_ns) == ("waiting", at(1))
    [found] = list_messages(project.pk, firing_pk=Firing.objects.get().pk)
    assert found.key == row.key
    assert list_messages(project.pk, firing_pk=10**6) == []


def test_messages_about_one_firing_are_found_among_many_that_hold_its_digits(project):
    channel = make_channel(project)
    write(project, {0: SLOW})
    make_rule(project, channels=[channel.id])
    evaluate_each(at(1))
    firing_pk = Firing.objects.get().pk
    for number in range(3):
        put_message(channel, make_test(f"key {number}", f"project {firing_pk}", "hook", 1, url=""), 1)
    assert [row.firing_pks for row in list_messages(project.pk, firing_pk=firing_pk, limit=1)] == [(firing_pk,)]


def test_a_message_that_is_forgotten_leaves_no_link(project, settings):
    channel = make_channel(project)
    write(project, {0: SLOW})
    make_rule(project, channels=[channel.id])
    evaluate_each(at(1))
    assert MessageFiring.objects.count() == 1
    OutboxMessage.objects.update(state="sent", ended_ns=1)
    retain()
    assert (OutboxMessage.objects.count(), MessageFiring.objects.count()) == (0, 0)


def test_the_first_of_a_group_waits_for_others(project):
    channel = make_channel(project, group_wait_s=60)
    write(project, {0: SLOW}, model="a")
    write(project, {1: SLOW}, model="b")
    make_rule(project, channels=[channel.id], group_by=["model"])
    evaluate_each(at(1), at(1, 45))
    assert told() == []
    evaluate_each(at(2), at(2, 15))
    assert told() == [(2, 0)]


def test_what_is_over_before_it_was_told_is_not_told(project):
    channel = make_channel(project, group_wait_s=600)
    write(project, {0: SLOW})
    make_rule(project, channels=[channel.id])
    evaluate_each(at(1), at(7), at(20))
    assert (told(), NoticeGroup.objects.count()) == ([], 0)


def test_news_of_a_group_waits_for_its_interval(project):
    channel = make_channel(project, group_interval_s=300)
    write(project, {0: SLOW, 5: SLOW, 10: SLOW}, model="a")
    write(project, {1: SLOW}, model="b")
    make_rule(project, channels=[channel.id], group_by=["model"])
    evaluate_each(at(1), at(2), at(5))
    assert told() == [(1, 0)]
    evaluate_each(at(6))
    assert told() == [(1, 0), (2, 0)]


def test_an_end_is_told_and_then_nothing(project):
    channel = make_channel(project)
    write(project, {0: SLOW})
    make_rule(project, channels=[channel.id])
    evaluate_each(at(1), at(6), at(7), at(600))
    assert told() == [(1, 0), (0, 1)]
    assert "(1 resolved)" in msgspec.json.decode(messages()[1].content, type=Message).subject
    assert NoticeGroup.objects.count() == 0


def test_a_channel_may_want_no_ends(project):
    channel = make_channel(project, send_resolved=False)
    write(project, {0: SLOW})
    make_rule(project, channels=[channel.id])
    evaluate_each(at(1), at(6), at(7), at(600))
    assert (told(), NoticeGroup.objects.count()) == ([(1, 0)], 0)


def test_what_goes_on_is_repeated(project):
    channel = make_channel(project, repeat_interval_s=3600)
    write(project, dict.fromkeys(range(130), SLOW))
    make_rule(project, channels=[channel.id])
    evaluate_each(at(1), at(30), at(60))
    assert told() == [(1, 0)]
    evaluate_each(at(61), at(62), at(121))
    assert told() == [(1, 0)] * 3


def test_a_rule_may_say_itself_how_often_it_is_told_again(project):
    channel = make_channel(project, repeat_interval_s=7200)
    write(project, dict.fromkeys(range(130), SLOW))
    make_rule(project, name="often", channels=[channel.id], repeat_interval_s=1800)
    make_rule(project, name="as the channel says", channels=[channel.id])
    evaluate_each(at(1))
    assert told() == [(2, 0)]
    deliver_all()
    evaluate_each(at(20), at(31), at(62), at(93))
    assert told()[1:] == [(1, 0)] * 3
    deliver_all()
    evaluate_each(at(122))
    assert told()[4:] == [(1, 0)]
    evaluate_each(at(124))
    assert told()[5:] == [(1, 0)]


def test_a_group_of_several_rules_is_told_again_when_the_first_of_them_wants_it(project):
    channel = make_channel(project, repeat_interval_s=7200, group_by="[]")
    write(project, dict.fromkeys(range(40), SLOW))
    make_rule(project, name="often", channels=[channel.id], repeat_interval_s=1800)
    make_rule(project, name="as the channel says", channels=[channel.id])
    evaluate_each(at(1), at(20), at(31))
    assert told() == [(2, 0)] * 2


def test_the_removal_of_a_rule_tells_the_end(project):
    channel = make_channel(project)
    write(project, {0: SLOW})
    rule_pk = make_rule(project, channels=[channel.id])
    evaluate_each(at(1))
    delete_rule(project.pk, rule_pk)
    evaluate_each(at(10))
    assert told() == [(1, 0), (0, 1)]


def test_a_storm_of_a_thousand_is_one_message(project):
    channel = make_channel(project)
    for number in range(1_000):
        write_minutes(project.pk, METRIC["metric"], {0: [12.0]}, model=f"m{number}")
    make_rule(project, channels=[channel.id], group_by=["model"])
    evaluate_each(at(1), at(1, 30))
    assert (states(project), told()) == (["firing"] * 1_000, [(1_000, 0)])
    [row] = messages()
    assert len(row.content) < 64_000
    assert len(msgspec.json.decode(row.content, type=Message).alerts) == 100
    evaluate_each(at(6), at(7))
    assert told() == [(1_000, 0), (0, 1_000)]


def test_a_storm_of_many_rules_is_one_message(project):
    channel = make_channel(project)
    write(project, {0: SLOW})
    for number in range(60):
        make_rule(project, name=f"rule {number}", channels=[channel.id])
    evaluate_each(at(1))
    assert told() == [(60, 0)]
    assert "60 rules (60 firing)" in msgspec.json.decode(messages()[0].content, type=Message).subject


def test_each_channel_is_told_by_itself_and_only_what_is_for_it(project):
    first, second = make_channel(project, name="a"), make_channel(project, name="b")
    make_channel(project, name="nobody's")
    make_channel(project, name="off", is_enabled=False)
    write(project, {0: SLOW})
    make_rule(project, channels=[first.id, second.id])
    make_rule(project, name="for one", channels=[second.id])
    evaluate_each(at(1))
    assert sorted((row.channel_name, count) for row, (count, _) in zip(messages(), told(), strict=True)) == [
        ("a", 1),
        ("b", 2),
    ]


def test_a_target_that_is_away_has_few_messages_waiting_and_misses_nothing(project):
    channel = make_channel(project, group_interval_s=60)
    for number in range(30):
        write(project, {number: SLOW}, model=f"m{number}")
    make_rule(project, channels=[channel.id], group_by=["model"])
    for number in range(1, 90):
        evaluate_each(at(number))
    assert len(messages()) == MOST_WAITING
    assert states(project) == ["resolved"] * 30
    deliver_all()
    evaluate_each(at(90), at(92), at(94))
    known, ended = set(), set()
    for row in messages():
        for alert in msgspec.json.decode(row.content, type=Message).alerts:
            (ended if alert.state == "resolved" else known).add(alert.id)
    everything = {str(pk) for pk in Firing.objects.values_list("id", flat=True)}
    assert (len(known), ended) == (MOST_WAITING, everything), "also what began and ended while nobody could be told"
    assert len(messages()) == MOST_WAITING + 1


def test_what_began_and_ended_between_two_messages_is_told(project):
    channel = make_channel(project, group_interval_s=1200)
    write(project, {0: SLOW}, model="a")
    write(project, {3: SLOW}, model="b")
    make_rule(project, channels=[channel.id], group_by=["model"])
    evaluate_each(at(1), at(4), at(9), at(19))
    assert told() == [(1, 0)]
    evaluate_each(at(21), at(60))
    assert told() == [(1, 0), (0, 2)]


def test_a_silence_keeps_quiet_at_once_and_its_end_does_not_repeat(project, clock):
    channel = make_channel(project, group_wait_s=60)
    write(project, dict.fromkeys(range(200), SLOW))
    make_rule(project, channels=[channel.id])
    evaluate_each(at(1))
    clock(at(1, 30))
    silence = {"matchers": [{"label": "rule", "op": "like", "value": "metric*"}], "lasts_s": 1800, "comment": "deploy"}
    pk = create_silence(project.pk, silence)
    [row] = list_open_firings(project.pk)
    assert row.silence_pk == pk
    assert (get_standing(project.pk).quiet, get_standing(project.pk).firing["warning"]) == (1, 0)
    evaluate_each(at(3), at(20))
    assert told() == []
    clock(at(21))
    end_silence(project.pk, pk)
    evaluate_each(at(22), at(24))
    assert told() == [(1, 0)]
    clock(at(25))
    create_silence(project.pk, silence)
    evaluate_each(at(26))
    assert told() == [(1, 0)], "that it is quiet is no news"
    evaluate_each(at(60))
    assert told() == [(1, 0)], "nor that it is not any more"


def test_what_ends_while_it_is_silenced_is_not_told(project, clock):
    channel = make_channel(project)
    write(project, {0: SLOW})
    make_rule(project, channels=[channel.id])
    evaluate_each(at(1))
    clock(at(2))
    create_silence(
        project.pk,
        {"matchers": [{"label": "severity", "op": "=", "value": "warning"}], "lasts_s": 7200, "comment": "x"},
    )
    evaluate_each(at(5), at(10), at(300))
    assert (told(), states(project)) == ([(1, 0)], ["resolved"])


def test_a_silence_of_others_keeps_nobody_quiet(project, charlie, clock):
    elsewhere = charlie.memberships.get().project
    channel = make_channel(project)
    write(project, {0: SLOW})
    make_rule(project, channels=[channel.id])
    for where, value in ((elsewhere, "warning"), (project, "critical")):
        matchers = [{"label": "severity", "op": "=", "value": value}]
        create_silence(where.pk, {"matchers": matchers, "lasts_s": 7200, "comment": "x"})
    evaluate_each(at(1))
    assert told() == [(1, 0)]


def test_a_silence_begins_when_it_says(project, clock):
    channel = make_channel(project)
    write(project, {0: SLOW, 3: SLOW})
    matchers = [{"label": "kind", "op": "=", "value": "metric"}]
    times = {"starts_ns": str(at(5)), "ends_ns": str(at(60))}
    create_silence(project.pk, {"matchers": matchers, "comment": "later", **times})
    make_rule(project, channels=[channel.id])
    evaluate_each(at(1))
    assert told() == [(1, 0)]


def test_a_grave_alert_keeps_smaller_ones_of_its_kind_quiet(project, clock):
    channel = make_channel(project)
    write(project, {0: SLOW}, model="a")
    write(project, {0: SLOW, 5: SLOW}, model="b")
    inhibition = {
        "name": "grave first",
        "source": [{"label": "severity", "op": "=", "value": "critical"}],
        "target": [{"label": "severity", "op": "!=", "value": "critical"}],
        "equal": ["model"],
    }
    create_inhibition(project.pk, inhibition)
    grave = METRIC | {"filters": {"model": "a"}}
    make_rule(project, name="grave", severity="critical", condition=grave, group_by=["model"], channels=[channel.id])
    make_rule(project, name="small", group_by=["model"], channels=[channel.id])
    evaluate_each(at(1))
    rows = {(row.rule_name, row.labels["model"]): row for row in list_open_firings(project.pk)}
    assert rows["small", "a"].inhibited_by == rows["grave", "a"].pk
    assert rows["small", "b"].inhibited_by is None
    assert rows["grave", "a"].inhibited_by is None
    assert told() == [(2, 0)]


def test_a_deleted_group_of_labels_stays_out_of_others(project):
    first = make_channel(project, name="by model", group_by=json.dumps(["model"]))
    write(project, {0: SLOW}, model="a")
    write(project, {2: SLOW}, model="b")
    make_rule(project, channels=[first.id], group_by=["model"])
    evaluate_each(at(1), at(3))
    assert told() == [(1, 0), (1, 0)], "another group does not wait for the interval of the first"


def test_texts_of_people_and_machines_are_redacted_and_in_one_line(project, clock):
    channel = make_channel(project)
    hostile = "a\r\nBcc: eve@example.org\n<b>@everyone 4111 1111 1111 1111"
    write(project, {0: SLOW}, model=hostile)
    make_rule(
        project, channels=[channel.id], group_by=["model"], note="Call ann@example.org, token=sk-live-51H8x9s0aB2c"
    )
    evaluate_each(at(1))
    [row] = messages()
    for secret in ("eve@example.org", "ann@example.org", "4111 1111 1111 1111"):
        assert secret not in row.content
    message = msgspec.json.decode(row.content, type=Message)
    assert not any("\n" in text or "\r" in text for text in (message.subject, message.alerts[0].title))


def test_nobody_is_told_when_there_is_no_channel(project):
    write(project, {0: SLOW})
    make_rule(project)
    evaluate_each(at(1))
    assert (told(), states(project), Channel.objects.count()) == ([], ["firing"], 0)


def test_the_clock_of_alerts_is_kept_in_the_database(clock):
    before = Clock.objects.get().now_ns
    assert keep_time().now_ns >= before
    assert keep_time().now_ns - before < 60 * SECOND_NS, "it follows the steady clock, not the machine's"
