"""Who may report errors, and what Sentry's clients are told: on a server whose tables the tests can reach."""

import gzip
import json
import zlib
from typing import Any

import httpx
import pytest

from accounts.actions import create_api_key, revoke_api_key
from accounts.models import Project
from tests.live.conftest import Site
from tests.live.conftest import site as site
from tests.telemetry.sentry.making import event, write_envelope, write_item
from traces.models import Log, Rejection

pytestmark = pytest.mark.django_db(transaction=True)
BODY = write_envelope(write_item("event", event()))


@pytest.fixture
def public_key(project: Project) -> Any:
    return create_api_key(project, "DSN", ("errors",))


def post(site: Site, project: object, *, door: str = "envelope", body: bytes = BODY, query: str = "", **headers: str):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(
        f"{site.url}/api/{project}/{door}/{query}", content=body, headers=sent, timeout=60, trust_env=False
    )


def test_the_key_of_a_dsn_opens_both_doors_in_every_way_clients_send_it(
    site: Site, project: Project, public_key: Any
) -> None:
    key = public_key.key
    ways = [
        {"X_Sentry_Auth": f"Sentry sentry_version=7, sentry_client=x/1, sentry_key={key}"},
        {"X_Sentry_Auth": f"Sentry sentry_key={key},sentry_version=7"},
        {"Authorization": f"Sentry sentry_version=7, sentry_key={key}"},
        {"Authorization": f"Bearer {key}"},
        {"x_api_key": key},
        {"query": f"?sentry_version=7&sentry_key={key}&sentry_client=sentry.javascript.browser%2F11.0.0"},
    ]
    for way in ways:
        for place in (project.pk, project.slug):
            assert post(site, place, **way).json() == {"accepted": 1, "rejected": []}
        assert post(site, project.pk, door="store", body=json.dumps(event()).encode(), **way).status_code == 200
    assert Log.objects.filter(project_id=project.pk, event_name="sentry.event").count() == 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate", ""])
def test_compressed_bodies(site: Site, project: Project, public_key: Any, encoding: str) -> None:
    body = {"gzip": gzip.compress, "deflate": zlib.compress, "": bytes}[encoding](BODY)
    headers = {"Content_Encoding": encoding, "Content_Type": "text/plain;charset=UTF-8", "x_api_key": public_key.key}
    assert post(site, project.pk, body=body, **headers).json()["accepted"] == 1


def test_a_public_key_may_do_nothing_else(site: Site, project: Project, public_key: Any) -> None:
    headers = {"x-api-key": public_key.key}
    for path, body in (("/v1/traces", {}), ("/v1/logs", {}), ("/api/v1/ingest", []), ("/api/v1/stage7/storeData", [])):
        assert httpx.post(site.url + path, json=body, headers=headers, trust_env=False).status_code == 403
    for path in ("/api/v1/missions/", "/api/v1/search/?q=x", "/api/v1/rejections/"):
        assert httpx.get(site.url + path, headers=headers, trust_env=False).status_code == 403


def test_a_key_that_may_do_more_is_refused_in_an_address_and_taken_in_a_header(site: Site, project: Project) -> None:
    for scopes in (("ingest",), ("errors", "read"), ("admin",)):
        key = create_api_key(project, "x", scopes).key
        refused = post(site, project.pk, query=f"?sentry_key={key}")
        assert (refused.status_code, refused.json()["code"]) == (403, "access_denied")
        assert key not in refused.text
        assert post(site, project.pk, x_api_key=key).status_code == 200
    reader = create_api_key(project, "x", ("read",)).key
    assert post(site, project.pk, x_api_key=reader).status_code == 403


def test_a_key_opens_its_own_project_alone(site: Site, project: Project, public_key: Any) -> None:
    other = Project.objects.create(slug="other", name="Other")
    answers = [post(site, place, x_api_key=public_key.key) for place in (other.pk, other.slug, 10**9, "nobody", "0")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(403, answers[0].text)}
    assert not Log.objects.exists()


def test_without_a_right_key_nothing_is_stored(site: Site, project: Project, public_key: Any) -> None:
    revoke_api_key(project, public_key.row.pk)
    for way in (
        {},
        {"x_api_key": "ms_wrong"},
        {"x_api_key": public_key.key},
        {"X_Sentry_Auth": "Sentry sentry_version=7"},
    ):
        answer = post(site, project.pk, **way)
        assert answer.status_code == 401
        assert answer.headers["x-sentry-error"] == answer.json()["detail"]
    assert not Log.objects.exists()


def test_any_page_may_report_and_read_the_answer_but_sends_no_credentials(
    site: Site, project: Project, public_key: Any
) -> None:
    page = {"Origin": "https://shop.example"}
    answer = post(site, project.pk, query=f"?sentry_key={public_key.key}", **page)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "x-sentry-rate-limits" in answer.headers["access-control-expose-headers"]
    asks = {**page, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-sentry-auth"}
    asked = httpx.options(f"{site.url}/api/{project.pk}/envelope/", headers=asks, trust_env=False)
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    assert "x-sentry-auth" in asked.headers["access-control-allow-headers"]
    elsewhere = httpx.options(f"{site.url}/v1/traces", headers=asks, trust_env=False)
    assert "access-control-allow-origin" not in elsewhere.headers


def test_beyond_its_rate_a_client_is_told_how_long_to_be_silent(
    site: Site, project: Project, public_key: Any, settings: Any
) -> None:
    settings.MISSIONSCOPE_PROJECT_REQUESTS_PER_S = 1
    answers = [post(site, project.pk, x_api_key=public_key.key) for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused
    for answer in refused:
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert answer.headers["x-sentry-rate-limits"] == "1::project"


def test_other_methods_and_bodies_are_refused_in_words(site: Site, project: Project, public_key: Any) -> None:
    url = f"{site.url}/api/{project.pk}/envelope/"
    assert httpx.get(url, trust_env=False).status_code == 405
    answer = post(site, project.pk, body=b"no envelope", x_api_key=public_key.key)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
    assert "does not begin with a line of JSON headers" in answer.headers["x-sentry-error"]


def test_a_body_over_the_limit_is_refused_while_it_arrives(
    site: Site, project: Project, public_key: Any, settings: Any
) -> None:
    settings.MISSIONSCOPE_MAX_BODY_BYTES = 1_000_000
    large = write_envelope(write_item("attachment", b"x" * 3_000_000))
    assert post(site, project.pk, body=large, x_api_key=public_key.key).status_code == 413
    bomb = gzip.compress(large)
    answer = post(site, project.pk, body=bomb, Content_Encoding="gzip", x_api_key=public_key.key)
    assert (answer.status_code, answer.headers["x-sentry-error"]) == (413, answer.json()["detail"])


def test_what_was_refused_is_told_and_listed(site: Site, project: Project, public_key: Any) -> None:
    body = write_envelope(write_item("event", b"[]"), write_item("session", {}), write_item("event", event()))
    answer = post(site, project.pk, body=body, x_api_key=public_key.key).json()
    assert (answer["accepted"], answer["rejected"][0]["reason"]) == (1, "not_an_object")
    assert "session" in answer["warnings"][0]
    assert Rejection.objects.get(project_id=project.pk).door == "sentry_envelope"


def test_secrets_are_redacted_before_they_are_stored(site: Site, project: Project, public_key: Any) -> None:
    secret, address = "correct-horse-battery", "anna.muster@example.org"
    frames = [{"filename": "a.py", "function": "f", "lineno": 1, "vars": {"password": f"'{secret}'"}}]
    whole = event(
        exception=[{"type": "E", "value": f"mail to {address}", "stacktrace": {"frames": frames}}],
        request={"query_string": f"password={secret}", "cookies": {"session_token": secret},
                 "headers": [["Authorization", f"Bearer {secret}"]]},
        user={"email": address}, extra={"api_key": secret}, breadcrumbs=[{"data": {"password": secret}}],
    )  # fmt: skip
    attached = write_item("attachment", f"login of {address}\npassword={secret}\n".encode(), filename="a.log")
    refused = write_item("event", f'["password={secret}", "{address}"]'.encode())
    body = write_envelope(write_item("event", whole), attached, refused)
    assert post(site, project.pk, body=body, x_api_key=public_key.key).json()["accepted"] == 1
    from django.db import connection

    with connection.cursor() as cursor:
        kept = []
        for table in ("traces_log", "traces_rejection", "search_queueitem", "bodies_body"):
            cursor.execute(f"SELECT * FROM {table}")
            kept += [str(value) for row in cursor.fetchall() for value in row]
    assert len(kept) > 10
    assert not [text for text in kept if secret in text or address in text]
    read = httpx.get(
        f"{site.url}/api/v1/missions/{event()['contexts']['trace']['trace_id']}/logs/",
        headers={"x-api-key": site.key}, trust_env=False,
    ).text  # fmt: skip
    assert "sentry.exception" in read
    assert secret not in read
    assert address not in read
