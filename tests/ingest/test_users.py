"""Whose mission it is: the earliest record that names a user says it, whatever the order of arrival."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Project
from tests.ingest.delivery import deliver, dump
from tests.ingest.test_order import attribute, request, span
from traces.models import Mission
from traces.users import LONGEST_ID

pytestmark = pytest.mark.django_db

START_NS = 1_700_000_000_000_000_000
LATE = attribute("mission.id", "late")


def user(name: str, key: str = "stage7.user.id") -> dict[str, Any]:
    return attribute(key, name)


def log(at: int, *attributes: dict[str, Any], is_of_trace: bool = True) -> dict[str, Any]:
    """A log record `at` nanoseconds after the start."""
    record = {"timeUnixNano": str(START_NS + at), "body": {"stringValue": f"line {at}"}, "attributes": [*attributes]}
    if is_of_trace:
        record["traceId"] = span(1)["traceId"]
    return {"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": [record]}]}]}


# A span without a user, one that names two of them in two forms, a log line that names one earlier than any span, a
# span that moves the trace to a mission of its own, and a span of another trace in that mission.
RECORDS = [
    ("traces", request(span(9))),
    ("traces", request(span(5, attributes=[user("eve")], endTimeUnixNano="0"))),
    ("traces", request(span(5, attributes=[user("dora"), attribute("more", "1")]))),
    ("logs", log(3, user("carol"))),
    ("traces", request(span(7, attributes=[LATE]))),
    ("traces", request(span(4, traceId="aa" * 16, attributes=[LATE, user("bea")]))),
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(6)), repeats=st.lists(st.integers(0, 5), max_size=4), kept=st.integers(2, 6))
def test_any_order_gives_the_mission_to_the_same_user(order: list[int], repeats: list[int], kept: int) -> None:
    straight = Project.objects.create(slug=f"s{Project.objects.count()}", name="s").pk
    other = Project.objects.create(slug=f"o{Project.objects.count()}", name="o").pk
    for signal, record in RECORDS[:kept]:
        deliver(straight, record, signal)
    for at in [*order, *repeats]:
        if at < kept:
            deliver(other, RECORDS[at][1], RECORDS[at][0])
    assert dump(other) == dump(straight)
    names = {2: "eve", 3: "dora", 4: "carol", 5: "carol", 6: "carol"}
    [owner] = Mission.objects.filter(project_id=other, span_count__gt=0).values_list("user_id", flat=True)
    assert owner == names[kept]


def owner_of(project: Any, key: str = "late") -> str | None:
    return Mission.objects.get(project_id=project.pk, key=key).user_id


@pytest.mark.parametrize("key", ["stage7.user.id", "user.id", "enduser.id"])
def test_spans_logs_and_resources_name_users(project, key):
    deliver(project.pk, request(span(1, attributes=[LATE, user("alice", key)])))
    deliver(project.pk, log(1, attribute("mission.id", "logged"), user("bob", key), is_of_trace=False), "logs")
    said = [attribute("mission.id", "sent"), user("carol", key)]
    deliver(project.pk, request(span(2, traceId="bb" * 16), resource=said))
    assert [owner_of(project, mission) for mission in ("late", "logged", "sent")] == ["alice", "bob", "carol"]


def test_stage7s_word_comes_before_others(project):
    deliver(project.pk, request(span(1, attributes=[LATE, user("host", "user.id"), user("alice")])))
    assert owner_of(project) == "alice"


def test_of_two_words_at_one_time_the_least_text_counts_and_case_is_told_apart(project):
    for name in ("b", "Z", "a", "É"):
        deliver(project.pk, request(span(1, spanId=name.encode().hex().rjust(16, "0"), attributes=[LATE, user(name)])))
    assert owner_of(project) == "Z"


def test_a_word_without_a_time_counts_when_there_is_no_other(project):
    deliver(project.pk, request(span(1, startTimeUnixNano="0", attributes=[LATE, user("timeless")])))
    assert owner_of(project) == "timeless"
    deliver(project.pk, request(span(2, attributes=[LATE, user("alice")])))
    assert owner_of(project) == "alice"


@pytest.mark.parametrize("name", ["", " ", "x" * (LONGEST_ID + 1)])
def test_what_is_no_name_gives_the_mission_to_nobody(project, name):
    deliver(project.pk, request(span(1, attributes=[LATE, user(name)])))
    assert owner_of(project) is None


def test_records_that_leave_take_their_word_along(project):
    deliver(project.pk, request(span(1, attributes=[attribute("session.id", "talk"), user("alice")])))
    deliver(project.pk, request(span(2, traceId="cc" * 16, attributes=[attribute("session.id", "talk"), user("bob")])))
    assert owner_of(project, "talk") == "alice"
    deliver(project.pk, request(span(3, attributes=[LATE])))
    assert (owner_of(project, "talk"), owner_of(project)) == ("bob", "alice")
