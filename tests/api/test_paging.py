"""Pages join without a gap or a repeat, whatever their size; odd parameters are told by name."""

import base64
import json

import pytest

from tests.api.conftest import mission_path

pytestmark = pytest.mark.server

LISTS = (
    "spans/",
    "llm-calls/",
    "tool-calls/",
    "logs/",
    "snapshots/",
    "agents/",
    "steps/",
    "human-requests/",
    "findings/",
)


@pytest.mark.parametrize("path", [*LISTS, "state/"])
def test_pages_of_a_mission_join_at_any_size(told, path):
    whole = told.asker.read(mission_path(told.rich, path), limit=1000)
    assert whole["next"] is None
    assert whole["results"]
    for limit in (1, 7):
        assert told.asker.walk(mission_path(told.rich, path), limit=limit) == whole["results"]


def test_pages_by_arrival_join_too(told):
    path = mission_path(told.rich, "logs/")
    logs = told.asker.walk(path, limit=7, after=0)
    assert sorted(log["id"] for log in logs) == sorted(log["id"] for log in told.asker.walk(path))
    assert [int(log["change_seq"]) for log in logs] == sorted(int(log["change_seq"]) for log in logs)


def test_the_next_page_keeps_what_was_asked_for(told):
    path = mission_path(told.rich, "logs/")
    first = told.asker.read(path, limit=2, least_severity=17, q="line")
    assert "least_severity=17" in first["next"]
    assert mission_path(told.rich) in first["next"]
    assert len(told.asker.walk(path, limit=2, least_severity=17, q="line")) == 12


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"limit": ""}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "abc"}, "limit"),
        ({"limit": "1e3"}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "é" * 3000}, "cursor"),
        ({"after": "-1"}, "after"),
        ({"after": "9" * 19}, "after"),
        ({"after": "1.5"}, "after"),
        ({"status": "broken"}, "status"),
        ({"status": "ok,failed"}, "status"),
        ({"kind": "MAGIC"}, "kind"),
        ({"trace_id": "xyz"}, "trace_id"),
        ({"trace_id": "0" * 31}, "trace_id"),
        ({"q": "x" * 100_00}, "q"),
    ],
)
def test_an_odd_parameter_of_a_mission_is_told_by_name(told, parameters, field):
    response = told.asker.get(mission_path(told.rich, "spans/"), **parameters)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("path", "parameters", "field"),
    [
        ("/api/v1/missions/", {"sort": "owner__password"}, "sort"),
        ("/api/v1/missions/", {"sort": "--name"}, "sort"),
        ("/api/v1/missions/", {"has_error": "maybe"}, "has_error"),
        ("/api/v1/missions/", {"since_ns": "yesterday"}, "since_ns"),
        ("/api/v1/missions/", {"status": "ok,odd"}, "status"),
        ("/api/v1/search/", {"q": "x", "in": "password"}, "in"),
        ("/api/v1/search/", {"q": "x", "cursor": "W251bGxd"}, "cursor"),
        ("/api/v1/rejections/", {"cursor": "WzFd" * 600}, "cursor"),
    ],
)
def test_an_odd_parameter_of_a_project_is_told_by_name(told, path, parameters, field):
    response = told.asker.get(path, **parameters)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


FORGED = [
    [None], [None, None], [True], [True, 1], [10**30], [10**30, 1], [1, 10**30], [-(10**30), 1], [1.5e300, 1],
    ["\0", 1], ["x", None], ["x", "y"], [[1], 1], [{"a": 1}, 1], [], [1, 2, 3], "x", 7,
]  # fmt: skip


@pytest.mark.parametrize("place", FORGED, ids=repr)
@pytest.mark.parametrize(
    "path", ["missions/?sort=-cost", "missions/?sort=name", "missions/?sort=spans", "rejections/?", "search/?q=x"]
)
def test_a_forged_cursor_breaks_nothing(told, path, place):
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    response = told.asker.http.get(f"/api/v1/{path}&cursor={cursor}")
    assert response.status_code in (200, 400), response.text
    if response.status_code == 400:
        assert [error["field"] for error in response.json()["errors"]] == ["cursor"]


@pytest.mark.parametrize("place", FORGED, ids=repr)
@pytest.mark.parametrize("path", LISTS)
def test_a_forged_cursor_of_a_mission_breaks_nothing(told, path, place):
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    assert told.asker.get(mission_path(told.rich, path), cursor=cursor).status_code in (200, 400)


def test_too_large_a_page_is_a_page_of_a_thousand(told):
    assert told.asker.get(mission_path(told.rich, "logs/"), limit="1" + "0" * 30).status_code == 200


@pytest.mark.parametrize(
    "q",
    ["%", "_", "'", '"', "\\", "a' OR 1=1 --", "(" * 1000, "*", "-", "NEAR(", 'a" OR "b', "\0", "😀", "x:y",
     "^a", "a AND", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), ".*+?", "&|!<->:*"],
)  # fmt: skip
def test_no_word_looked_for_breaks_anything(told, q):
    for path in (
        "/api/v1/search/",
        "/api/v1/missions/",
        mission_path(told.rich, "spans/"),
        mission_path(told.rich, "logs/"),
    ):
        assert told.asker.get(path, q=q).status_code == 200, path


@pytest.mark.parametrize("q", ["%", "_", "\\"])
def test_signs_of_patterns_stand_for_themselves(told, q):
    assert told.asker.walk(mission_path(told.rich, "logs/"), q=f"lin{q}") == []
