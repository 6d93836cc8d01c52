"""Each kind of rule fires for what it is about, and leads to the missions and errors behind it."""

import secrets

import msgspec
import pytest

from alerts.models import Firing, Rule
from alerts.preview import preview_rule
from alerts.selectors import list_open_firings
from analysis.recompute import recompute_missions
from faults.models import Event, Group
from metrics.derive.job import derive_marked
from tests.alerts.making import at, evaluate_each, make_rule, states
from tests.api.conftest import make_request, make_span
from tests.ingest.delivery import deliver
from tests.metrics.making import minute, write_minutes
from traces.models import ListSequence, Mission, Span

pytestmark = pytest.mark.django_db
LLM, COST, TOKENS = "missionscope.llm.duration", "missionscope.llm.cost", "missionscope.llm.tokens"
FINDING = {
    "id": "stall-1", "detector": "stall", "severity": "error", "title": "Stalled since 10:00.", "detail": "Nothing.",
    "opened_ns": at(0), "closed_ns": None, "refs": [{"type": "span", "id": "a/b"}], "is_root": True, "caused_by": None,
}  # fmt: skip


def mission(project, key="m1", *, findings=(), **fields):
    """A mission as a recompute leaves it, changed in the list."""
    sequence, _ = ListSequence.objects.get_or_create(project_id=project.pk)
    sequence.last += 1
    sequence.save()
    given = {"status": "active", "span_count": 1, "last_activity_ns": at(0), "name": f"Trip {key}"} | fields
    row, _ = Mission.objects.update_or_create(
        project_id=project.pk,
        key=key,
        key_hash=key.encode().ljust(16),
        defaults={
            "list_seq": sequence.last,
            "analysis": msgspec.json.encode({"findings": list(findings)}).decode(),
            "computed_seq": 0,
            **given,
        },
    )
    return row


def titles(project):
    return [row.title for row in list_open_firings(project.pk)]


def failing(project, minute, ok, failed):
    """Derived series tell failures by a label."""
    if ok:
        write_minutes(project.pk, "missionscope.request.duration", {minute: [0.1] * ok}, error="false")
    if failed:
        write_minutes(project.pk, "missionscope.request.duration", {minute: [0.1] * failed}, error="true")


def test_a_spike_of_errors_is_one_beside_the_window_before(project):
    for number in range(10):
        failing(project, number, 95, 5)
    failing(project, 10, 60, 40)
    make_rule(project, kind="error_rate_spike", condition={"window_s": 300, "factor": 2, "least_rate": 0.05})
    evaluate_each(at(10))
    assert states(project) == [], "five of a hundred is as before"
    evaluate_each(at(11))
    [title] = titles(project)
    assert title.startswith("12 % of missionscope.request.duration failed in 5 minutes (60 errors); 5 % in the")


def test_few_errors_are_no_spike(project):
    failing(project, 0, 0, 4)
    make_rule(project, kind="error_rate_spike", condition={"least_errors": 5})
    evaluate_each(at(1))
    assert states(project) == []


def test_errors_where_nothing_was_before_are_a_spike(project):
    failing(project, 0, 5, 5)
    make_rule(project, kind="error_rate_spike", condition={"least_errors": 5})
    evaluate_each(at(1))
    assert "nothing is known of" in titles(project)[0]


def test_money_of_a_window_is_counted_by_group(project):
    write_minutes(project.pk, COST, {0: [3.0], 2: [4.0]}, kind="sum", unit="USD", model="dear")
    write_minutes(project.pk, COST, {0: [1.0]}, kind="sum", unit="USD", model="cheap")
    budget = {"measure": "cost_usd", "per": "window", "threshold": "5.50", "window_s": 300}
    make_rule(project, kind="budget", condition=budget, group_by=["model"])
    evaluate_each(at(1))
    assert titles(project) == []
    evaluate_each(at(3))
    assert titles(project) == ["$7.00 spent (model=dear) in 5 minutes, above $5.50."]


def test_tokens_of_a_window_count_what_is_part_of_others_once(project):
    for direction, count in (("input", 900), ("cache_read", 800), ("output", 50), ("reasoning", 40)):
        write_minutes(project.pk, TOKENS, {0: [float(count)]}, kind="sum", unit="{token}", direction=direction)
    budget = {"measure": "tokens", "per": "window", "window_s": 300}
    make_rule(project, name="over", kind="budget", condition=budget | {"threshold": "949"})
    make_rule(project, name="under", kind="budget", condition=budget | {"threshold": "950"})
    evaluate_each(at(1))
    assert titles(project) == ["950 tokens spent in 5 minutes, above 949 tokens."]


def test_a_mission_over_its_budget_fires_once_ever(project):
    make_rule(project, kind="budget", condition={"measure": "cost_usd", "threshold": "1.00"})
    mission(project, cost_usd="0.99")
    evaluate_each(at(1))
    assert states(project) == []
    mission(project, cost_usd="1.0000001")
    evaluate_each(at(2))
    [row] = list_open_firings(project.pk)
    assert (row.value, row.labels, row.evidence.missions[0].id) == ("1.0000001", {"mission": "m1"}, "m1")
    mission(project, cost_usd="1.2", status="ok")
    evaluate_each(at(3), at(61), at(63))
    assert states(project) == ["resolved"], "a mission that is over stays over its budget: it ends by itself"
    mission(project, cost_usd="1.3", status="ok")
    evaluate_each(at(64))
    assert states(project) == ["resolved"]


def test_a_finding_fires_until_it_is_closed(project):
    make_rule(project, kind="finding", condition={"detectors": ["stall"]})
    mission(project, findings=[FINDING])
    mission(project, "other", findings=[FINDING | {"detector": "loop"}])
    evaluate_each(at(1))
    [row] = list_open_firings(project.pk)
    assert row.title == "Mission “Trip m1”: Stalled since 10:00."
    assert (row.labels, row.evidence.spans) == ({"mission": "m1", "detector": "stall"}, ("a/b",))
    evaluate_each(at(2))
    assert states(project) == ["firing"], "it lasts while nothing changes"
    mission(project, findings=[FINDING | {"closed_ns": at(3)}])
    evaluate_each(at(3))
    assert states(project) == ["resolved"]


@pytest.mark.parametrize(
    ("condition", "finding", "fires"),
    [
        ({}, {"severity": "error"}, True),
        ({}, {"severity": "warning"}, False),
        ({"least_severity": "warning"}, {"severity": "warning"}, True),
        ({}, {"is_root": False}, False),
        ({"roots_only": False}, {"is_root": False}, True),
    ],
)
def test_a_rule_says_which_findings_it_means(project, condition, finding, fires):
    make_rule(project, kind="finding", condition=condition)
    mission(project, findings=[FINDING | finding])
    evaluate_each(at(1))
    assert bool(states(project)) is fires


def test_several_findings_of_a_mission_are_one_firing_that_names_the_gravest(project):
    make_rule(project, kind="finding", condition={"least_severity": "info"}, group_by=["mission"])
    several = [FINDING | {"id": f"f{at}", "severity": each, "title": each} for at, each in enumerate(("info", "error"))]
    mission(project, findings=several)
    evaluate_each(at(1))
    assert titles(project) == ["Mission “Trip m1”: error (and 1 more)."]


def test_what_was_there_before_the_rule_is_not_told(project):
    mission(project, findings=[FINDING])
    make_rule(project, kind="finding", condition={})
    evaluate_each(at(1))
    assert states(project) == []


def test_more_changed_missions_than_one_window_reads_are_all_told(project, monkeypatch):
    from alerts.measures import missions

    monkeypatch.setattr(missions, "MOST_READ", 3)
    make_rule(project, kind="finding", condition={})
    for number in range(8):
        mission(project, f"m{number}", findings=[FINDING])
    evaluate_each(at(1), at(1, 30), at(1, 45))
    assert len(list_open_firings(project.pk)) == 8


def test_a_question_is_pending_until_it_has_waited_long_enough(project):
    make_rule(project, kind="human_pending", condition={"after_s": 600})
    question = FINDING | {"id": "q1", "detector": "human_input_pending", "severity": "warning", "opened_ns": at(0, 0)}
    mission(project, findings=[question], status="waiting")
    evaluate_each(at(1))
    assert states(project) == ["pending"]
    evaluate_each(at(9, 45))
    assert states(project) == ["pending"]
    evaluate_each(at(10, 0))
    assert states(project) == ["firing"]
    assert Firing.objects.get().value == "600"
    mission(project, findings=[], status="active")
    evaluate_each(at(11))
    assert states(project) == ["resolved"]


def test_a_question_from_a_clock_that_is_ahead_is_told_as_well(project):
    make_rule(project, kind="human_pending", condition={"after_s": 60})
    question = FINDING | {"id": "q1", "detector": "human_input_pending", "opened_ns": at(600)}
    mission(project, findings=[question], status="waiting")
    evaluate_each(at(1), at(2, 15))
    assert states(project) == ["firing"]


def test_a_question_that_nobody_answered_fires(project):
    make_rule(project, kind="human_timeout", condition={})
    mission(project, findings=[FINDING | {"detector": "human_input_timeout", "severity": "warning"}], status="failed")
    evaluate_each(at(1))
    assert states(project) == ["firing"]


def test_a_mission_that_stands_still_fires_until_it_moves(project):
    make_rule(project, kind="stalled_mission", condition={"after_s": 600})
    mission(project)
    mission(project, "waits", status="waiting")
    mission(project, "over", status="ok")
    evaluate_each(at(9))
    assert states(project) == []
    evaluate_each(at(10))
    assert titles(project) == ["Mission “Trip m1” is not over, and nothing has happened for 10 minutes."]
    mission(project, last_activity_ns=at(11))
    evaluate_each(at(12))
    assert states(project) == ["resolved"]


def test_a_mission_that_waits_for_what_will_not_come_stands_still(project):
    make_rule(project, kind="stalled_mission", condition={"after_s": 600})
    mission(project, status="waiting", findings=[FINDING | {"detector": "stall", "severity": "error"}])
    mission(project, "asks", status="waiting", findings=[FINDING | {"detector": "waiting"}])
    evaluate_each(at(10))
    assert titles(project) == ["Mission “Trip m1” waits, and nothing has happened for 10 minutes."]


@pytest.mark.parametrize(("kind", "told"), [("HUMAN", ["firing"]), ("QUEUE", [])])
def test_an_open_span_that_waits_for_a_person_is_a_question(project, kind, told):
    make_rule(project, kind="human_pending", condition={"after_s": 60})
    row = mission(project, status="waiting")
    Span.objects.create(
        project_id=project.pk, mission_id=row.pk, trace_id=bytes(16), span_id=bytes(8), span_kind=kind,
        start_ns=at(0, 0), name="wait", side=0, otel_kind=1, status_code=0, warnings="[]", own_strength=0,
        mission_name_rank=0, pack_id=0, pack_start=0, pack_length=0, change_seq=1, content_hash=bytes(8),
    )  # fmt: skip
    ref = {"type": "span", "id": f"{'0' * 32}/{'0' * 16}"}
    waits = FINDING | {"detector": "waiting", "severity": "warning", "opened_ns": at(0, 0), "refs": [ref]}
    mission(project, status="waiting", findings=[waits])
    evaluate_each(at(1), at(2))
    assert states(project) == told


def test_no_data_fires_for_groups_that_fell_silent(project):
    for service in ("brain", "librarian"):
        write_minutes(project.pk, LLM, {0: [1.0], **({9: [1.0]} if service == "brain" else {})}, service=service)
    make_rule(project, kind="no_data", condition={"metric": LLM, "window_s": 300}, group_by=["service"])
    evaluate_each(at(3))
    assert titles(project) == []
    evaluate_each(at(10))
    assert titles(project) == [f"Nothing of {LLM} (service=librarian) for 5 minutes."]
    evaluate_each(at(26 * 60))
    assert len(titles(project)) == 1, "what fires goes on, however long ago it was last heard of"


def test_no_data_is_not_believed_while_the_clock_is_not(project):
    write_minutes(project.pk, LLM, {0: [1.0]})
    make_rule(project, kind="no_data", condition={"metric": LLM, "window_s": 300})
    evaluate_each(at(10), trusted_since_ns=at(8))
    assert states(project) == []
    evaluate_each(at(14), trusted_since_ns=at(8))
    assert states(project) == ["firing"]


def group(project, title="TypeError: x", *, service="brain", **fields):
    first = {"first_seen_ns": at(0), "last_seen_ns": at(0)}
    return Group.objects.create(
        project_id=project.pk, fingerprint=secrets.token_bytes(16), fingerprint_version=1, title=title,
        service_name=service, event_count=1, **first | fields,
    )  # fmt: skip


def test_a_new_error_of_a_service_fires_and_leads_to_it(project):
    group(project, "known before")
    make_rule(project, kind="critical_failure", condition={"service": "brain", "signs": ["new_error"]})
    group(project, service="other")
    made = group(project, first_seen_ns=1)
    touched = mission(project)
    Event.objects.create(
        project_id=project.pk, group_id=made.pk, identity=b"1" * 16, time_ns=at(0), received_ns=at(0), source="span",
        level="error", richness=1, mission_id=touched.pk, match_key=b"1" * 16, error_type="", message="", culprit="",
        service_name="brain", agent_name="", tool_name="", step_id="", step_verb="", release="", environment="",
        request_id="", fingerprint_version=1,
    )  # fmt: skip
    evaluate_each(at(1))
    [row] = list_open_firings(project.pk)
    assert row.title == "A new error in brain: TypeError: x."
    assert (row.evidence.errors[0].id, row.evidence.missions[0].id) == (str(made.pk), "m1")
    evaluate_each(at(5))
    assert states(project) == ["firing"]
    evaluate_each(at(7))
    assert states(project) == ["resolved"]
    evaluate_each(at(8))
    assert states(project) == ["resolved"], "it is new once"


def test_an_error_that_came_back_fires(project):
    make_rule(project, kind="critical_failure", condition={"signs": ["regressed_error"]})
    group(project, regressed_ns=at(3))
    evaluate_each(at(1))
    assert states(project) == []
    evaluate_each(at(4))
    assert titles(project) == ["An error that was resolved came back in brain: TypeError: x."]


def test_an_ignored_error_fires_not(project):
    make_rule(project, kind="critical_failure", condition={})
    group(project, status="ignored")
    evaluate_each(at(1))
    assert states(project) == []


def test_critical_log_records_of_a_service_fire(project):
    make_rule(project, kind="critical_failure", condition={})
    for severity in ("FATAL", "ERROR"):
        write_minutes(
            project.pk, "missionscope.log.records", {0: [3.0]}, kind="sum", unit="{record}", severity=severity
        )
    evaluate_each(at(1))
    assert titles(project) == ["brain wrote 3 CRITICAL log records in 5 minutes."]


PREVIEWS = {
    "error_rate_spike": {"least_errors": 1},
    "critical_failure": {},
    "human_pending": {"after_s": 60},
    "human_timeout": {},
    "stalled_mission": {"after_s": 60},
    "budget": {"measure": "cost_usd", "threshold": "1"},
    "finding": {},
    "no_data": {"metric": LLM, "window_s": 300},
}


@pytest.mark.parametrize("kind", PREVIEWS)
def test_every_kind_can_be_previewed(project, kind):
    failing(project, 30, 0, 5)
    group(project, first_seen_ns=at(30))
    write_minutes(project.pk, LLM, {30: [1.0]})
    findings = [
        FINDING | {"id": name, "detector": name, "opened_ns": at(30)}
        for name in ("stall", "human_input_pending", "human_input_timeout")
    ]
    last = {"start_ns": at(29), "last_activity_ns": at(30)}
    mission(project, findings=findings, cost_usd="2", **last)
    found = preview_rule(project.pk, {"name": "p", "kind": kind, "condition": PREVIEWS[kind]}, now_ns=at(120))
    assert found.firing_count >= 1, found
    assert all(found.since_ns <= each.fired_ns <= found.until_ns for each in found.firings)
    assert not Rule.objects.exists()


def test_a_preview_of_a_busy_day_asks_little(project, django_assert_max_num_queries):
    write_minutes(project.pk, LLM, {number: [12.0] for number in range(0, 600, 7)}, model="m")
    rule = {"name": "p", "kind": "metric", "condition": {"metric": LLM, "aggregation": "p99", "threshold": 10}}
    with django_assert_max_num_queries(10):
        assert preview_rule(project.pk, rule | {"group_by": ["model"]}, now_ns=at(700)).firing_count > 1


def test_a_number_of_a_derived_metric_leads_to_the_missions_behind_it(project):
    start_ns = minute(1)
    span = make_span("ab" * 16, 0, "chat gpt-4o", gen_ai__operation__name="chat", gen_ai__request__model="gpt-4o")
    span |= {"startTimeUnixNano": str(start_ns), "endTimeUnixNano": str(start_ns + 30 * 10**9)}
    deliver(project.pk, make_request("slow trip", [span]))
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    derive_marked(is_patient=True)
    condition = {"metric": LLM, "aggregation": "max", "threshold": 10, "window_s": 300}
    make_rule(project, kind="metric", condition=condition, group_by=["model"])
    evaluate_each(at(2))
    [row] = list_open_firings(project.pk)
    assert row.labels == {"model": "gpt-4o"}
    assert [ref.id for ref in row.evidence.missions] == ["slow trip"]
    assert row.evidence.spans == (f"{'ab' * 16}/{span['spanId']}",)
    evaluate_each(at(3))
    assert list_open_firings(project.pk)[0].evidence.missions, "it is looked for once, and stays"
