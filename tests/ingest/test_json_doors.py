"""Keys, rates and refusals of the database at the JSON doors, on a server whose tables the tests can reach."""

from typing import Any

import httpx
import pytest
from django.db import DataError

from accounts.actions import create_api_key
from accounts.models import Project
from ingest import commit
from tests.live.conftest import Site
from tests.live.conftest import site as site
from traces.models import Log, Mission, Rejection

pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-01-02T03:04:05.000Z"
LINE = {"type": "log", "mission_id": "m-1", "body": "hello", "time_ns": START}
EVENT = {"data": {"missionId": "m-1", "eventType": "x", "timestamp": START}, "collection": "events"}
LOGGED = {"msg": "hello", "missionId": "m-1", "time": START}
DOORS = {"/api/v1/ingest": LINE, "/api/v1/stage7/storeData": EVENT, "/api/v1/logs": LOGGED}


def post(site: Site, key: str, path: str, value: Any) -> httpx.Response:
    return httpx.post(site.url + path, json=value, headers={"x-api-key": key}, timeout=60, trust_env=False)


@pytest.mark.parametrize("path", DOORS)
def test_each_key_writes_into_its_own_project(site: Site, project: Project, charlie: Any, path: str) -> None:
    elsewhere = Project.objects.get(slug="elsewhere")
    stranger = create_api_key(elsewhere, "other", ("ingest",))[0]
    for key in (site.key, stranger, site.key):
        assert post(site, key, path, DOORS[path]).json()["accepted"] == 1
    counted = {each.pk: Log.objects.filter(project_id=each.pk).count() for each in (project, elsewhere)}
    assert counted == {project.pk: 1, elsewhere.pk: 1}
    assert sorted(Mission.objects.filter(key="m-1").values_list("project_id", flat=True)) == sorted(counted)


@pytest.mark.parametrize("path", DOORS)
def test_a_key_that_only_reads_may_not_send(site: Site, project: Project, path: str) -> None:
    reader = create_api_key(project, "reader", ("read",))[0]
    answer = post(site, reader, path, DOORS[path])
    assert (answer.status_code, answer.json()["code"]) == (403, "access_denied")
    assert not Log.objects.exists()


def test_beyond_its_rate_a_project_is_told_when_to_come_back(site: Site, settings: Any) -> None:
    settings.MISSIONSCOPE_PROJECT_REQUESTS_PER_S = 1
    answers = [post(site, site.key, "/api/v1/ingest", LINE) for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        assert answer.headers["retry-after"] == "1"


def test_what_the_database_refuses_is_named_by_its_index(
    site: Site, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = commit.store_records

    def refuse_some(cursor: Any, project_id: int, spans: Any, logs: Any, *rest: Any) -> Any:
        if any("unwanted" in (getattr(item, "body", "") or item.name) for item in [*spans, *logs]):
            raise DataError("no")
        return store(cursor, project_id, spans, logs, *rest)

    monkeypatch.setattr(commit, "store_records", refuse_some)
    span = {"type": "span", "mission_id": "m-1", "name": "unwanted span", "start_ns": START}
    values = [LINE, {"type": "poem"}, LINE | {"body": "unwanted line"}, span | {"name": "good"}, span]
    answer = post(site, site.key, "/api/v1/ingest", values)
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 2
    assert [(each["index"], each["reason"]) for each in answer.json()["rejected"]] == [
        (1, "unknown_type"),
        (2, "not_storable"),
        (4, "not_storable"),
    ]
    assert Rejection.objects.filter(project_id=project.pk, door="native").count() == 3


def test_a_database_that_is_away_is_503(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def be_away(*_: Any) -> Any:
        raise OperationalError("away")

    monkeypatch.setattr(commit, "store_records", be_away)
    answer = post(site, site.key, "/api/v1/ingest", LINE)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
