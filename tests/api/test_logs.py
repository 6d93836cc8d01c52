"""`GET /api/v1/logs/`: the project's records, whole, by every filter, page by page."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from search.indexing import index_pending
from tests.traces.sending import BASE_NS, line, send

pytestmark = pytest.mark.django_db
PATH = "/api/v1/logs/"
TRACE, SPAN = "a" * 32, "b" * 16


@pytest.fixture
def ask(api_key):
    client = Client(headers={"authorization": f"Bearer {api_key.key}"})
    return lambda path=PATH, **parameters: client.get(path, parameters)


@pytest.fixture
def told(project):
    send(project.pk, line(1, "of nobody", code__file__path="/app/a.py"))
    send(
        project.pk,
        line(2, "of all", severity=17, trace=TRACE, span=SPAN, mission__id="m/1", agent__name="planner", step__id="s",
             request__id="r", conversation__id="c", user__id="u"),
        service="librarian",
        host="node-b",
    )  # fmt: skip
    index_pending()


def found(answer):
    assert answer.status_code == 200, answer.content
    return [row["body"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("severity", "error"), ("severity", "17"), ("service", "librarian"), ("host", "node-b"), ("mission", "m/1"),
        ("trace", TRACE), ("trace", TRACE.upper()), ("span", SPAN), ("agent", "planner"), ("step", "s"),
        ("user", "u"), ("request", "r"), ("conversation", "c"), ("q", "of al"), ("since_ns", str(BASE_NS + 2 * 10**9)),
    ],
)  # fmt: skip
def test_each_filter_leaves_what_it_names(told, ask, name, value):
    assert found(ask(**{name: value})) == ["of all"]


def test_records_are_whole_and_say_whose_they_are(told, ask):
    first, second = ask().json()["results"]
    assert (first["mission_id"], first["request_id"], first["user_id"], first["host_name"]) == (
        "m/1",
        "r",
        "u",
        "node-b",
    )
    assert (second["mission_id"], second["attributes"]) == (None, {"code.file.path": "/app/a.py"})
    assert found(ask(until_ns=str(BASE_NS + 2 * 10**9))) == ["of nobody"]


def test_pages_hold_every_record_once(project, ask):
    send(project.pk, *(line(at // 4, f"n {at}") for at in range(11)))
    bodies, path = [], f"{PATH}?limit=3"
    while path:
        answer = ask(path)
        bodies += found(answer)
        following = answer.json()["next"]
        path = following and f"{urlsplit(following).path}?{urlsplit(following).query}"
    assert sorted(bodies) == sorted(f"n {at}" for at in range(11))


@pytest.mark.parametrize(
    "parameters",
    [{"trace": "x"}, {"span": TRACE}, {"severity": "loud"}, {"severity": "-1"}, {"since_ns": "x"}, {"cursor": "x"}],
)
def test_what_is_odd_is_told_with_its_name(told, ask, parameters):
    answer = ask(**parameters)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == next(iter(parameters))


def test_a_mission_that_is_not_there_is_told(told, ask):
    assert ask(mission="nothing").status_code == 404
