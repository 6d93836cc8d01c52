"""What tells of failures becomes events and groups: each failure once, whatever the order."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Project
from faults.models import Event
from tests.errors.telling import (
    BEGIN_NS,
    PYTHON_STACK,
    SECOND_NS,
    collect,
    exception,
    line,
    read_events,
    read_groups,
    send,
    span,
)
from tests.ingest.delivery import deliver

pytestmark = pytest.mark.django_db

BOOM = ("ValueError", "Expecting value: line 1 column 7")


def make_project(name: str) -> int:
    return Project.objects.create(slug=name, name=name).pk


def titles(project_id: int) -> list[str]:
    return [group["title"] for group in read_groups(project_id)]


def test_an_exception_on_a_span_is_an_event_of_a_group() -> None:
    project = make_project("one")
    send(project, span(1, exception(*BOOM, stack=PYTHON_STACK, at_s=3), failed=True, mission__id="m-1"))
    [group] = read_groups(project)
    assert group["title"] == "ValueError: Expecting value: line 1 column 7"
    assert group["message"] == "Expecting value: line <n> column <n>"
    assert group["culprit"] == "agents/brain.py in ask"
    assert (group["source"], group["service_name"], group["status"]) == ("span", "core", "unresolved")
    assert (group["event_count"], group["mission_count"]) == (1, 1)
    assert group["first_seen_ns"] == group["last_seen_ns"] == BEGIN_NS + 3 * SECOND_NS
    [event] = read_events(project)
    assert (event["mission"], event["handled"], event["level"]) == ("m-1", False, "error")


def test_the_same_exception_on_span_log_and_client_event_is_one_and_the_richest_counts() -> None:
    project = make_project("one")
    told = {"exception__type": BOOM[0], "exception__message": BOOM[1]}
    send(
        project,
        span(1, exception(*BOOM), failed=True),
        line("it failed", number=1, **told),
        line("ValueError: x", number=1, event="sentry.event", exception__stacktrace=PYTHON_STACK, **told),
    )
    [group] = read_groups(project)
    assert (group["event_count"], group["source"]) == (1, "sentry")
    assert [event["for"] for event in read_events(project, counted=False)] == [("sentry", "01")] * 2


@pytest.mark.parametrize("event", ["sentry.event", "browser.sentry.event"])
def test_what_sentrys_clients_report_is_an_error_whatever_its_level(event: str) -> None:
    project = make_project("one")
    told = {"exception__type": BOOM[0], "exception__message": BOOM[1], "exception__stacktrace": PYTHON_STACK}
    send(project, line("ValueError: x", severity=13, event=event, **told))
    [group] = read_groups(project)
    assert (group["event_count"], group["source"]) == (1, "sentry")


def test_a_parent_that_passes_on_its_childs_exception_makes_none() -> None:
    project = make_project("one")
    send(
        project,
        span(1, exception(*BOOM), failed=True, message="ValueError: " + BOOM[1]),
        span(2, exception(*BOOM), parent=1, failed=True),
        span(3, parent=2, failed=True, message="ValueError: " + BOOM[1]),
        span(4, parent=1, failed=True, message="ValueError: something else"),
    )
    assert [event["told"][3] for event in read_events(project, counted=True)] == ["03", "04"]
    assert {event["for"] for event in read_events(project, counted=False)} == {("span", "03")}


def test_a_span_that_only_says_it_failed_counts_when_nothing_below_says_more() -> None:
    project = make_project("one")
    send(project, span(1, failed=True, name="turn"), span(2, parent=1, failed=True, message="no such file"))
    assert titles(project) == ["no such file"]
    alone = make_project("two")
    send(alone, span(1, failed=True, name="turn"))
    assert titles(alone) == ["turn failed"]


def test_an_exception_that_was_caught_is_a_warning_and_stopped_work_is_none() -> None:
    project = make_project("one")
    send(project, span(1, exception(*BOOM), ok=True), span(2, exception("CancelledError", ""), failed=True))
    [event] = read_events(project)
    assert (event["handled"], event["level"]) == (True, "warning")


def test_tools_and_model_calls_that_fail_are_events_with_their_names() -> None:
    project = make_project("one")
    tool = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": "search"}
    send(
        project,
        span(1, failed=True, message="HTTP 500 from upstream", **tool),
        span(2, failed=True, error__type="RateLimitError", gen_ai__operation__name="chat"),
    )
    assert [(group["source"], group["tool_name"], group["title"]) for group in read_groups(project)] == [
        ("tool", "search", "HTTP 500 from upstream"),
        ("model_call", "", "RateLimitError"),
    ]


def test_a_log_line_of_an_errors_severity_is_an_event_and_others_are_none() -> None:
    project = make_project("one")
    send(
        project,
        line("could not reach 10.0.0.7:5432 after 3 tries", severity=17),
        line("could not reach 10.0.0.9:5432 after 12 tries", severity=21, at_s=2),
        line("all is well", severity=9),
    )
    [group] = read_groups(project)
    assert (group["event_count"], group["message"]) == (2, "could not reach <address> after <n> tries")
    assert group["level"] == "fatal"


def test_a_traceback_written_into_a_line_is_read() -> None:
    project = make_project("one")
    send(project, line("job failed\n" + PYTHON_STACK))
    [group] = read_groups(project)
    assert (group["title"], group["culprit"]) == ("ValueError: job failed", "agents/brain.py in ask")


def test_failures_move_with_their_records_to_the_mission_that_is_named_late() -> None:
    project = make_project("one")
    send(project, span(2, exception(*BOOM), parent=1, failed=True))
    send(project, span(1, mission__id="late"))
    [event] = read_events(project)
    assert event["mission"] == "late"
    assert read_groups(project)[0]["mission_count"] == 1


def test_a_span_whose_later_record_says_more_keeps_one_event() -> None:
    project = make_project("one")
    send(project, span(1, failed=True))
    pk = Event.objects.get().pk
    send(project, span(1, exception(*BOOM, stack=PYTHON_STACK), failed=True))
    assert titles(project) == ["ValueError: Expecting value: line 1 column 7"]
    assert Event.objects.count() == 1
    assert pk is not None


STORY: list[dict[str, Any]] = [
    span(1, exception(*BOOM), failed=True),
    span(1, failed=True, extra="more", mission__id="m-late"),
    span(2, exception(*BOOM, stack=PYTHON_STACK), parent=1, failed=True),
    span(3, parent=2, failed=True),
    span(4, parent=3, failed=True, message="ValueError: " + BOOM[1]),
    line("ValueError: " + BOOM[1], number=4),
    line("quite another thing", number=2, at_s=2),
    line("ValueError: " + BOOM[1], event="sentry.event", exception__stacktrace=PYTHON_STACK, number=2),
]


def test_a_large_group_counts_what_comes_and_goes_without_counting_all_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faults.groups.MOST_RECOUNTED", 1)
    project = make_project("one")

    def fail(number: int, mission: str) -> dict[str, Any]:
        return span(1, exception(*BOOM, at_s=number), failed=True, trace=f"{number + 1:032x}", mission__id=mission)

    for at, mission in enumerate(["a", "a", "b", "c", "b"]):
        send(project, fail(at, mission))
    send(project, fail(1, "a"), fail(3, "c"))
    [group] = read_groups(project)
    assert (group["event_count"], group["mission_count"]) == (5, 3)
    assert (group["first_seen_ns"], group["last_seen_ns"]) == (BEGIN_NS, BEGIN_NS + 4 * SECOND_NS)
    with CaptureQueriesContext(connection) as queries:
        send(project, fail(5, "c"), fail(6, "d"))
    [group] = read_groups(project)
    assert (group["event_count"], group["mission_count"]) == (7, 4)
    assert not [query["sql"] for query in queries if "MIN(" in query["sql"] and "faults_event" in query["sql"]]


@pytest.mark.parametrize("most_recounted", [0, 2_000])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(STORY))),
    repeats=st.lists(st.integers(0, len(STORY) - 1), max_size=3),
    pauses=st.sets(st.integers(0, len(STORY) - 1)),
)
def test_any_order_split_and_repetition_give_the_same_events(
    order: list[int], repeats: list[int], pauses: set[int], most_recounted: int
) -> None:
    plain, mixed = (make_project(f"p{Project.objects.count()}") for _ in range(2))
    send(plain, *STORY)
    with patch("faults.groups.MOST_RECOUNTED", most_recounted):
        for at, index in enumerate([*order, *repeats]):
            deliver(mixed, STORY[index], "traces" if "resourceSpans" in STORY[index] else "logs")
            if at in pauses:
                collect()
        collect()
    assert read_events(mixed) == read_events(plain)
    assert read_groups(mixed) == read_groups(plain)


@pytest.mark.parametrize(
    ("severity", "more", "is_error"),
    [(5, {}, False), (9, {}, False), (13, {}, False), (17, {}, True), (21, {}, True), (0, {}, True),
     (9, {"exception__message": "no price"}, True), (13, {"exception__type": "KeyError"}, True)],
)  # fmt: skip
def test_a_message_of_a_sentry_client_is_an_error_by_its_level_or_its_exception(severity, more, is_error) -> None:
    project = make_project("one")
    send(project, line("cart is full", severity=severity, event="sentry.event", **more))
    assert bool(read_groups(project)) == is_error
