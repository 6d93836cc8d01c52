"""The page of logs: who sees what, what filters leave, what comes live, what hostile text becomes, what files hold."""

import csv
import io
import json

import pytest
from django.test import Client
from django.utils.html import escape

from search.indexing import index_pending
from tests.traces.sending import BASE_NS, line, send
from traces.models import Log

HOSTILE = "<script>alert('x')</script>\"'&"
HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


def bodies(answer) -> list[str]:
    """The lines of an answer, in order."""
    return [found.body for found in answer.context["lines"]]


@pytest.fixture
def told(project):
    send(project.pk, line(1, "of nobody", request__id="r-1"), line(2, "of a mission", severity=17, mission__id="m/1"))
    return project


def pages(pk):
    return ["/logs/", "/logs/histogram", f"/logs/{pk}", f"/logs/{pk}/context", "/logs/download.csv",
            "/logs/download.ndjson"]  # fmt: skip


def read(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_members_see_the_projects_lines_and_strangers_nothing(as_alice, as_bob, as_vera, as_charlie, told):
    pk = Log.objects.values_list("id", flat=True).first()
    for path in pages(pk):
        for member in (as_alice, as_bob, as_vera):
            assert member.get(path).status_code == 200
        answer = as_charlie.get(path)
        assert answer.status_code == (404 if str(pk) in path else 200)
        assert b"of nobody" not in read(answer)
        assert as_charlie.get(path, {"project": "apollo"}).status_code == 404
        assert Client().get(path)["Location"].startswith("/login/?next=")


def test_an_empty_project_shows_the_command_that_fills_it(as_alice):
    page = as_alice.get("/logs/").content.decode()
    assert "No log line has arrived yet" in page
    assert "http://testserver/api/v1/logs" in page


def test_filters_that_leave_nothing_say_what_was_asked_and_how_to_undo_it(as_alice, told):
    page = as_alice.get("/logs/?severity=critical&service=nobody&since=1h").content.decode()
    assert "No line matches" in page
    assert "severity critical or above, the service nobody, the last hour" in page
    assert "Clear filters" in page


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", ["of a mission", "of nobody"]),
        ("severity=error", ["of a mission"]),
        ("mission=m%2F1", ["of a mission"]),
        ("mission=nothing", []),
        ("request=r-1&service=brain", ["of nobody"]),
        ("host=node-b", []),
        ("q=nobody", ["of nobody"]),
        (f"since_ns={BASE_NS + 2 * 10**9}", ["of a mission"]),
        ("severity=nonsense&since=nonsense", ["of a mission", "of nobody"]),
    ],
)
def test_filters_narrow_the_list(as_alice, told, query, left):
    index_pending()
    assert bodies(as_alice.get(f"/logs/?{query}")) == left


@pytest.mark.parametrize(
    "query", ["trace=zz", "span=1", "since_ns=x", "until_ns=-1", "cursor=x", "until_ns=" + "9" * 30]
)
def test_an_id_that_is_none_is_told_and_not_left_out(as_alice, told, query):
    assert as_alice.get(f"/logs/?{query}").status_code == 400


def test_each_filter_is_a_chip_that_leads_to_the_list_without_it(as_alice, told):
    chips = as_alice.get("/logs/?service=brain&request=r-1&q=of").context["chips"]
    assert [(chip.label, chip.path) for chip in chips] == [
        ("service", "/logs/?q=of&request=r-1"),
        ("request", "/logs/?q=of&service=brain"),
    ]


def test_every_id_of_an_opened_line_leads_to_its_lines(as_alice, project):
    ids = {"mission__id": "m 1", "agent__name": "a&b", "step__id": "s", "request__id": "r", "user__id": "u",
           "conversation__id": "c", "trace": "a" * 32, "span": "b" * 16}  # fmt: skip
    send(project.pk, line(1, "all", **ids))
    detail = as_alice.get(f"/logs/{Log.objects.get().pk}", headers=HTMX).context["detail"]
    assert {each.name for each in detail.ids} == {
        "mission", "trace", "span", "agent", "step", "request", "conversation", "user", "service", "host"
    }  # fmt: skip
    for each in detail.ids:
        assert bodies(as_alice.get(each.path)) == ["all"], each.path
    opened = {each.name: each.open_path for each in detail.ids if each.open_path}
    assert opened["span"] == f"/missions/m%201/?span={'a' * 32}.{'b' * 16}"
    assert as_alice.get(opened["mission"]).status_code == 200


def test_hostile_text_stays_text(as_alice, project):
    send(
        project.pk, line(1, HOSTILE, mission__id=HOSTILE, agent__name=HOSTILE, exception__type=HOSTILE), service=HOSTILE
    )
    pk = Log.objects.get().pk
    for path in ("/logs/", f"/logs/{pk}", f"/logs/{pk}/context", "/logs/histogram"):
        assert b"<script>alert" not in as_alice.get(path, {"q": HOSTILE} if path == "/logs/" else {}).content
        assert b"<script>alert" not in as_alice.get(path, headers=HTMX).content


def test_pages_follow_one_another(as_alice, project):
    send(project.pk, *(line(at // 3) for at in range(450)))
    send(project.pk, *(line(at // 3, f"more {at}") for at in range(450)))
    found, path = [], "/logs/"
    while path:
        answer = as_alice.get(path, headers=HTMX)
        found += bodies(answer)
        path = answer.context["next_path"]
    assert len(found) == Log.objects.count() > 400


def test_what_came_since_is_sent_once_its_place_is_reached(as_alice, told):
    page = as_alice.get("/logs/")
    send(told.pk, line(9, "new"), line(8, "new too", severity=17))
    changes = as_alice.get("/logs/changes", {"after": page.context["after"], "severity": "error"})
    assert "new too" in bodies(changes)
    assert "new" not in bodies(changes)
    assert as_alice.get("/logs/changes", {"after": "x"}).status_code == 400


def test_lines_around_a_line(as_alice, project):
    send(project.pk, *(line(at) for at in range(9)))
    pk = Log.objects.get(body="line 4").pk
    assert bodies(as_alice.get(f"/logs/{pk}/context?count=2")) == ["line 2", "line 3", "line 4", "line 5", "line 6"]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0"]


def test_no_cell_of_a_csv_is_a_formula_and_numbers_stay_numbers(as_alice, project):
    send(project.pk, *(line(at, body, agent__name=body, severity=17) for at, body in enumerate(FORMULAS)))
    send(project.pk, line(100, "plain"), service="=2+2")
    answer = as_alice.get("/logs/download.csv?severity=error")
    assert answer["Content-Disposition"] == 'attachment; filename="logs.csv"'
    rows = list(csv.DictReader(io.StringIO(read(answer).decode(), newline="")))
    assert [row["body"] for row in reversed(rows)] == [f"'{body}" for body in FORMULAS]
    assert {row["severity_number"] for row in rows} == {"17"}
    assert rows[-1]["time_ns"] == str(BASE_NS)
    everything = read(as_alice.get("/logs/download.csv")).decode()
    assert "'=2+2" in everything
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r"))
                   for row in csv.reader(io.StringIO(everything, newline="")) for cell in row)  # fmt: skip


def test_lines_of_json_hold_whole_records(as_alice, project):
    text = "long " * 200
    send(project.pk, line(1, text, request__id="r"), line(2, "other"))
    answer = as_alice.get("/logs/download.ndjson?request=r")
    [record] = [json.loads(each) for each in read(answer).splitlines()]
    assert (record["body"], record["attributes"]) == (text, {"request.id": "r"})


def test_the_histogram_says_what_it_did_not_count(as_alice, told, monkeypatch):
    whole = as_alice.get("/logs/histogram")
    assert "Only the newest" not in whole.content.decode()
    monkeypatch.setattr("traces.log_histogram.MOST_COUNTED", 1)
    answer = as_alice.get("/logs/histogram?since_ns=7")
    text, chart = answer.content.decode(), answer.context["chart"]
    assert "Only the newest" in text
    assert f"since {chart.counted_since}" in text
    assert escape(chart.earlier_path) in text
    assert "since_ns=7&until_ns=" in chart.earlier_path
    monkeypatch.undo()
    earlier = as_alice.get(chart.earlier_path.replace("/logs/", "/logs/histogram")).context["chart"]
    assert earlier.total == whole.context["chart"].total - chart.total


def test_the_histogram_counts_what_the_list_shows(as_alice, told):
    chart = as_alice.get("/logs/histogram?severity=error").context["chart"]
    assert chart.total == 1
    assert [layer.css for bar in chart.bars for layer in bar.layers] == ["error"]
