"""Liveness, readiness with reasons, and what every page tells browsers."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from alerts.timekeeping import keep_time, read_clocks
from analysis.recompute import recompute_missions
from tests.api.conftest import make_request, make_span
from tests.ingest.delivery import deliver
from traces.models import Mission


def test_liveness_needs_no_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readiness_names_each_part(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert {check["name"] for check in answer.json()["checks"]} >= {"database", "migrations"}


@pytest.mark.django_db
def test_readiness_tells_what_lags_behind_what_was_stored(client, project):
    deliver(project.pk, make_request("late", [make_span("e" * 32, 1, "chat")]))
    parts = {check["name"]: check for check in client.get("/readyz").json()["checks"]}
    assert parts["totals"]["waiting"] == 1
    assert parts["search"]["lag_ms"] >= 0
    assert parts["errors"]["waiting"] == 0
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    parts = {check["name"]: check for check in client.get("/readyz").json()["checks"]}
    assert parts["totals"]["waiting"] == 0


@pytest.mark.django_db
def test_readiness_tells_that_nobody_evaluates_rules(client):
    def read():
        return next(check for check in client.get("/readyz").json()["checks"] if check["name"] == "alerts")

    assert read() == {"name": "alerts", "ok": True, "reason": "", "lag_ms": 0}
    now = read_clocks()
    keep_time(now._replace(wall_ns=now.wall_ns - 95 * 10**9, steady_ns=now.steady_ns - 95 * 10**9))
    late = read()
    assert late["ok"]
    assert late["reason"].startswith("No rule has been evaluated for 9")
    keep_time()
    assert read()["reason"] == ""


@pytest.mark.django_db
def test_readiness_says_why_not_when_a_migration_is_missing(client):
    MigrationRecorder.Migration.objects.filter(app="accounts").delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    failed = [check for check in answer.json()["checks"] if not check["ok"]]
    assert [check["name"] for check in failed] == ["migrations"]
    assert "not applied" in failed[0]["reason"]


@pytest.mark.django_db
def test_readiness_says_why_not_without_a_database_and_shows_nothing_internal(client, monkeypatch):
    def refuse(*_: object) -> None:
        raise OperationalError("password of root at db.internal")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "internal" not in answer.content.decode()
    assert answer.json()["checks"][0]["name"] == "database"


@pytest.mark.django_db
def test_a_page_tells_browsers_what_to_refuse(client):
    answer = client.get("/login/")
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["img-src"] == "'self' data:"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"


def test_a_foreign_host_is_refused(client):
    assert client.get("/login/", HTTP_HOST="evil.example").status_code == 400
    assert client.get("/login/", HTTP_X_FORWARDED_HOST="evil.example").status_code != 500


@pytest.mark.django_db
def test_the_page_of_the_api_needs_no_script_that_browsers_refuse(client, alice):
    client.force_login(alice)
    answer = client.get("/api/v1/docs")
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()
    assert answer.content.decode().count("<script src=") == 3
