"""A project's log records: every filter, in order of time, page by page, around a line, counted; by an index."""

import itertools
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Project
from search.indexing import index_pending
from search.log_lines import find_first_waiting, find_lines
from tests.traces.sending import BASE_NS, line, send
from traces import project_logs
from traces.log_histogram import MOST_BUCKETS, count_logs_by_time
from traces.models import Mission
from traces.project_logs import LogQuery, Place, TextMatch, find_project_log, list_project_logs, list_surroundings

pytestmark = pytest.mark.django_db
TRACE, SPAN = "a" * 32, "b" * 16


@pytest.fixture
def project() -> int:
    return int(Project.objects.create(slug="p", name="p").pk)


@pytest.fixture
def told(project: int) -> int:
    """Lines of missions and of none, of two services; and the same in another project."""
    for home in (project, int(Project.objects.create(slug="other", name="other").pk)):
        send(
            home,
            line(1, "of nobody"),
            line(2, "of a mission", severity=17, mission__id="m", agent__name="planner", step__id="s-1"),
            line(3, "of a trace", trace=TRACE, span=SPAN, request__id="r-1", user__id="u-1"),
            line(4, "of a talk", severity=13, conversation__id="c-1", mission__id="m"),
        )
        send(home, line(5, "elsewhere", severity=21), service="librarian", host="node-b")
    index_pending()
    return project


def bodies(project_id: int, **asked: Any) -> list[str]:
    return [row.body for row in list_project_logs(project_id, LogQuery(**asked))]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["elsewhere", "of a talk", "of a trace", "of a mission", "of nobody"]),
        ({"least_severity": 13}, ["elsewhere", "of a talk", "of a mission"]),
        ({"service_name": "brain", "least_severity": 17}, ["of a mission"]),
        ({"host_name": "node-b"}, ["elsewhere"]),
        ({"agent_name": "planner"}, ["of a mission"]),
        ({"step_id": "s-1"}, ["of a mission"]),
        ({"step_id": "s-"}, []),
        ({"trace_id": TRACE}, ["of a trace"]),
        ({"trace_id": TRACE, "span_id": SPAN}, ["of a trace"]),
        ({"trace_id": TRACE, "span_id": "c" * 16}, []),
        ({"span_id": SPAN}, ["of a trace"]),
        ({"request_id": "r-1"}, ["of a trace"]),
        ({"user_id": "u-1"}, ["of a trace"]),
        ({"conversation_id": "c-1"}, ["of a talk"]),
        ({"since_ns": BASE_NS + 2 * 10**9, "until_ns": BASE_NS + 4 * 10**9}, ["of a trace", "of a mission"]),
        ({"since_ns": 2**70}, []),
        ({"until_ns": 2**70, "least_severity": 2**40}, []),
        ({"match": TextMatch(())}, []),
    ],
)
def test_each_filter_narrows_and_the_latest_comes_first(told: int, asked: dict[str, Any], found: list[str]) -> None:
    assert bodies(told, **asked) == found
    assert count_logs_by_time(told, LogQuery(**asked)).total == len(found)


def test_a_missions_lines_name_it_and_those_of_none_do_not(told: int) -> None:
    mission = Mission.objects.get(project_id=told, key="m")
    assert bodies(told, mission_pk=mission.pk) == ["of a talk", "of a mission"]
    named = {row.body: row.mission_id for row in list_project_logs(told, LogQuery())}
    assert (named["of a talk"], named["of nobody"]) == ("m", "")


def test_another_projects_line_is_not_there(told: int) -> None:
    other = Project.objects.get(slug="other").pk
    row = list_project_logs(other, LogQuery())[0]
    assert find_project_log(told, row.pk) is None
    assert find_project_log(other, row.pk) == row
    assert bodies(told, match=TextMatch((row.pk,))) == []
    assert bodies(told, mission_pk=Mission.objects.get(project_id=other, key="m").pk) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("mission", ["of a mission"]), ("of a", ["of a talk", "of a trace", "of a mission"]), ("tra", ["of a trace"]),
     ("planner", ["of a mission"]), ("nowhere", []), ("!?", []), ("s 1", ["of a mission"])],
)  # fmt: skip
@pytest.mark.parametrize("most", [project_logs.MOST_PKS, 0])
def test_words_find_lines_few_or_many_also_of_no_mission(
    told: int, monkeypatch: pytest.MonkeyPatch, text: str, found: list[str], most: int
) -> None:
    monkeypatch.setattr("search.log_lines.MOST_PKS", most)
    match = find_lines(told, text)
    assert (match.pks is None) == (most == 0 and bool(found))
    assert bodies(told, match=match) == found
    assert count_logs_by_time(told, LogQuery(match=match)).total == len(found)


def test_a_line_that_is_indexed_again_is_found_once(told: int) -> None:
    from search.store import enqueue
    from traces.models import Log

    pks = list(Log.objects.values_list("id", flat=True))
    with connection.cursor() as cursor:
        enqueue(cursor, told, "log", pks, 1)
    assert find_first_waiting(told) == min(pks)
    index_pending()
    assert find_first_waiting(told) is None
    assert bodies(told, match=find_lines(told, "mission")) == ["of a mission"]


def test_pages_hold_every_line_once_also_of_one_moment(project: int) -> None:
    send(project, *(line(at // 4, f"number {at}", n=str(at)) for at in range(23)))
    found, before = [], None
    while page := list_project_logs(project, LogQuery(), before=before, limit=5):
        found += page
        before = Place(page[-1].time_ns, page[-1].pk)
    assert len(found) == len({row.pk for row in found}) == 23
    assert found == sorted(found, key=lambda row: (row.time_ns, row.pk), reverse=True)


def test_lines_around_one_are_of_its_service_and_host_in_order(project: int) -> None:
    send(project, *(line(at) for at in range(9)))
    send(project, line(4, "another host"), host="node-b")
    send(project, line(4, "another service"), service="librarian")
    middle = next(row for row in list_project_logs(project, LogQuery()) if row.body == "line 4")
    assert [row.body for row in list_surroundings(project, middle, 2)] == [f"line {at}" for at in range(2, 7)]


@pytest.mark.parametrize("seconds", [0, 5, 3_000, 10**6, 10**9])
def test_the_histogram_holds_every_line_in_few_steps(project: int, seconds: int) -> None:
    severities = [0, 1, 8, 9, 12, 13, 16, 17, 20, 21, 24]
    send(project, *(line(at * seconds // 10, f"n {at}", severity=each) for at, each in enumerate(severities)))
    for asked in (LogQuery(), LogQuery(service_name="brain"), LogQuery(match=find_all(project))):
        found = count_logs_by_time(project, asked)
        assert len(found.buckets) <= MOST_BUCKETS
        sums = [sum(bucket[at] for bucket in found.buckets) for at in range(1, 6)]
        assert sums == [2, 3, 2, 2, 2]
        assert all(b.start_ns - a.start_ns == found.step_ns for a, b in itertools.pairwise(found.buckets))


def find_all(project_id: int) -> TextMatch:
    return TextMatch(tuple(row.pk for row in list_project_logs(project_id, LogQuery())))


def test_a_piece_of_time_is_counted_to_its_ends(project: int) -> None:
    send(project, *(line(at) for at in range(10)))
    since, until = BASE_NS + 2 * 10**9, BASE_NS + 7 * 10**9
    assert count_logs_by_time(project, LogQuery(since_ns=since, until_ns=until)).total == 5
    assert count_logs_by_time(project, LogQuery(since_ns=since, until_ns=since)).total == 0


@pytest.mark.parametrize(("asked", "found"), [({}, 5), ({"least_severity": 17}, 5), ({"until_ns": 10**19}, 5)])
def test_of_very_many_the_latest_are_counted_and_it_is_said_since_when(
    project: int, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], found: int
) -> None:
    monkeypatch.setattr("traces.log_histogram.MOST_COUNTED", 5)
    send(project, *(line(at, severity=17) for at in range(5)))
    assert count_logs_by_time(project, LogQuery(**asked)).counted_since_ns is None
    send(project, *(line(at, severity=17) for at in range(5, 10)))
    histogram = count_logs_by_time(project, LogQuery(**asked))
    assert BASE_NS + 4 * 10**9 < histogram.counted_since_ns <= BASE_NS + 5 * 10**9
    assert histogram.total == found
    earlier = count_logs_by_time(project, LogQuery(until_ns=histogram.counted_since_ns))
    assert (earlier.total, earlier.counted_since_ns) == (5, None)


def test_of_words_that_many_have_the_latest_are_counted(project: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.log_lines.MOST_PKS", 0)
    monkeypatch.setattr("search.log_lines.NEWEST_PKS", 2)
    monkeypatch.setattr("traces.log_histogram.MOST_ASKED", 6)
    send(project, *(line(at, f"{'needle' if at % 2 else 'hay'} {at}") for at in range(10)))
    index_pending()
    query = LogQuery(match=find_lines(project, "needl"))
    assert [row.body for row in list_project_logs(project, query)] == [f"needle {at}" for at in (9, 7, 5, 3, 1)]
    histogram = count_logs_by_time(project, query)
    assert histogram.total == 3
    assert BASE_NS + 3 * 10**9 < histogram.counted_since_ns <= BASE_NS + 4 * 10**9


def test_lines_of_one_moment_beyond_what_is_counted_are_not_lost(project: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traces.log_histogram.MOST_COUNTED", 3)
    send(project, *(line(1, f"n {at}") for at in range(6)))
    assert count_logs_by_time(project, LogQuery()).total == 6


def test_a_list_asks_as_often_for_one_line_as_for_fifty(project: int) -> None:
    counts = []
    for number in (1, 50):
        send(project, *(line(at, f"{number} {at}", mission__id=f"m {at}") for at in range(number)))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            list_project_logs(project, LogQuery())
        counts.append(len(queries))
    assert counts == [2, 2]


LEADING = {
    "recent": LogQuery(service_name="brain", least_severity=17),
    "mission": LogQuery(mission_pk=1),
    "trace": LogQuery(trace_id=TRACE, since_ns=1),
    "span": LogQuery(span_id=SPAN, least_severity=9),
    "request": LogQuery(request_id="r", since_ns=1),
    "conversation": LogQuery(conversation_id="c"),
    "of_user": LogQuery(user_id="u", least_severity=17),
    "step": LogQuery(step_id="s"),
}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("index", LEADING)
def test_an_index_leads_to_what_is_asked_for(project: int, index: str) -> None:
    """Without statistics too: an installation of SQLite has none."""
    with CaptureQueriesContext(connection) as queries:
        list_project_logs(project, LEADING[index], before=Place(5, 5))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
        plan = [row[3] for row in cursor.fetchall()]
    assert f"traces_log_{index} " in plan[0], plan
