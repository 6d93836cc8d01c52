"""One shape for every error, and nothing internal in it."""

import pytest
from django.db import OperationalError
from django.test import Client

from tests.api.test_access import with_key

pytestmark = pytest.mark.django_db


def shape(answer):
    body = answer.json()
    assert set(body) == {"detail", "code", "errors"}
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert all(set(error) == {"field", "message"} for error in body["errors"])
    assert answer["Content-Type"] == "application/json"
    return answer.status_code, body["code"]


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "head"])
@pytest.mark.parametrize(
    "path", ["/api/", "/api/v2/missions/", "/api/v1/nothing", "/api/v1/missions/x/nothing/", "/api/v1/missions//"]
)
def test_what_is_not_there_is_not_found_whatever_the_method(api_key, method, path):
    answer = getattr(with_key(api_key.key), method)(path)
    assert answer.status_code == 404
    if method != "head":
        assert shape(answer) == (404, "not_found")


def test_a_stranger_is_not_told_what_is_not_there(db):
    assert shape(Client().get("/api/v1/nothing")) == (401, "not_authenticated")


def test_an_odd_key_of_a_record_is_not_found(api_key):
    for path in ("llm-calls/0/", "llm-calls/x/", "tool-calls/99999999999999999999/", "spans/x/y/"):
        assert shape(with_key(api_key.key).get(f"/api/v1/missions/m/{path}")) == (404, "not_found")


def test_only_json_is_answered(api_key):
    answer = with_key(api_key.key).get("/api/v1/missions/", headers={"accept": "text/html"})
    assert shape(answer) == (406, "not_acceptable")
    assert shape(with_key(api_key.key).get("/api/v1/missions/?format=xml")) == (404, "not_found")


def test_a_method_that_is_not_allowed_is_told(api_key):
    answer = with_key(api_key.key).delete("/api/v1/missions/m/")
    assert shape(answer) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_a_failure_tells_nothing_of_the_inside(api_key, monkeypatch, caplog):
    def fail(*args, **named):
        password = "hunter2-in-a-local"  # noqa: F841
        raise RuntimeError("secret words of the inside")

    monkeypatch.setattr("analysis.current.find_mission", fail)
    answer = with_key(api_key.key).get("/api/v1/missions/m/")
    assert shape(answer) == (500, "error")
    assert "secret words" not in answer.content.decode()
    assert "hunter2" not in answer.content.decode() + caplog.text
    assert "a request failed" in caplog.text


def test_a_database_that_is_away_is_told_as_such(api_key, monkeypatch):
    def fail(*args, **named):
        raise OperationalError("could not connect to 10.0.0.5 as root")

    monkeypatch.setattr("analysis.current.find_mission", fail)
    answer = with_key(api_key.key).get("/api/v1/missions/m/")
    assert shape(answer) == (503, "unavailable")
    assert int(answer["Retry-After"]) > 0
    assert "10.0.0.5" not in answer.content.decode()
