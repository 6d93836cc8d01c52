"""Pages of allowed origins may call the doors and REST, with their credentials; others learn nothing."""

import re

import pytest
from corsheaders.conf import conf
from django.test import Client

from missionscope.cors import ALLOWED_HEADERS, CrossOrigin
from missionscope.environment import get_origins
from tests.api.test_access import api_routes, fill_in

OURS, FOREIGN = b"https://react.example.org", b"https://evil.example"
NEEDED = {"authorization", "content-type", "access-control-allow-origin", "traceparent", "tracestate", "baggage",
          "x-api-key"}  # fmt: skip
ODD_ORIGINS = ["null", "*", f"{OURS.decode()}.evil.example", "http://react.example.org", "https://evil.example", ""]


async def door(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def ask(method, **headers):
    sent = []

    async def send(message):
        sent.append(message)

    names = {"origin": b"origin", "wants": b"access-control-request-method"}
    scope = {"type": "http", "method": method, "headers": [(names[name], value) for name, value in headers.items()]}
    await CrossOrigin(door, [OURS.decode()])(scope, None, send)
    return sent[0]["status"], dict(sent[0]["headers"])


async def test_an_allowed_page_may_ask_and_send():
    status, headers = await ask("OPTIONS", origin=OURS, wants=b"POST")
    assert status == 204
    assert headers[b"access-control-allow-origin"] == OURS
    assert headers[b"access-control-allow-credentials"] == b"true"
    assert set(headers[b"access-control-allow-headers"].decode().split(", ")) >= NEEDED
    assert b"POST" in headers[b"access-control-allow-methods"]
    status, headers = await ask("POST", origin=OURS)
    assert (status, headers[b"access-control-allow-origin"]) == (200, OURS)
    assert headers[b"access-control-allow-credentials"] == b"true"
    assert headers[b"vary"] == b"origin"


@pytest.mark.parametrize("origin", [origin.encode() for origin in ODD_ORIGINS])
async def test_a_foreign_page_gets_no_permission(origin):
    for method in ("OPTIONS", "POST"):
        _, headers = await ask(method, origin=origin, wants=b"POST")
        assert not [name for name in headers if name.startswith(b"access-control")]
        assert headers[b"vary"] == b"origin"


async def test_programs_without_an_origin_are_told_that_answers_differ_by_it():
    assert await ask("POST") == (200, {b"content-type": b"application/json", b"vary": b"origin"})


@pytest.fixture
def allowed(settings):
    """One page may call."""
    settings.CORS_ALLOWED_ORIGINS = [OURS.decode()]


def rest_paths():
    given = dict.fromkeys(("mission_id", "trace_id", "span_id", "pk", "group_pk", "event_pk"), "1")
    return [
        *(fill_in(route, given) for route in api_routes()),
        "/api/v1/schema",
        "/api/v1/nothing/",
        "/api/1/envelope/",
    ]


@pytest.mark.django_db
def test_rest_and_schema_answer_the_preflights_of_allowed_pages(allowed):
    for path in rest_paths():
        answer = Client().options(
            path,
            headers={
                "origin": OURS.decode(),
                "access-control-request-method": "GET",
                "access-control-request-headers": "authorization,access-control-allow-origin",
            },
        )
        assert answer.status_code == 200, path
        assert answer["access-control-allow-origin"] == OURS.decode()
        assert answer["access-control-allow-credentials"] == "true"
        assert {name.strip() for name in answer["access-control-allow-headers"].split(",")} >= NEEDED
        assert "GET" in answer["access-control-allow-methods"]


@pytest.mark.django_db
def test_answers_and_refusals_name_the_allowed_page(allowed, api_key):
    for headers, status in (({"x-api-key": api_key.key}, 200), ({}, 401), ({"authorization": "Bearer wrong"}, 401)):
        answer = Client().get("/api/v1/missions/", headers={"origin": OURS.decode(), **headers})
        assert (answer.status_code, answer["access-control-allow-origin"]) == (status, OURS.decode())
        assert answer["access-control-allow-credentials"] == "true"
        assert "origin" in answer["vary"].lower()
        assert "retry-after" in answer["access-control-expose-headers"]


@pytest.mark.django_db
@pytest.mark.parametrize("origin", ODD_ORIGINS)
def test_rest_gives_foreign_pages_no_permission(allowed, api_key, origin):
    for method in ("options", "get"):
        answer = getattr(Client(), method)(
            "/api/v1/missions/",
            headers={"origin": origin, "access-control-request-method": "GET", "x-api-key": api_key.key},
        )
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
        assert "origin" in answer["vary"].lower()


@pytest.mark.django_db
def test_pages_and_logins_are_for_no_other_origin(allowed):
    for path in ("/login/", "/", "/healthz"):
        answer = Client().get(path, headers={"origin": OURS.decode()})
        assert "access-control-allow-origin" not in answer


def test_no_origin_is_allowed_unless_somebody_says_so(monkeypatch):
    monkeypatch.delenv("MISSIONSCOPE_CORS_ORIGINS", raising=False)
    assert get_origins("MISSIONSCOPE_CORS_ORIGINS") == []
    assert not conf.CORS_ALLOW_ALL_ORIGINS
    assert tuple(conf.CORS_ALLOW_HEADERS) == ALLOWED_HEADERS


def test_origins_are_written_as_browsers_write_them(monkeypatch):
    given = "http://localhost:80,http://localhost,HTTP://Frontend, https://a.org:443,http://a.org:443,http://[::1]:8080"
    monkeypatch.setenv("MISSIONSCOPE_CORS_ORIGINS", given)
    assert get_origins("MISSIONSCOPE_CORS_ORIGINS") == [
        "http://localhost",
        "http://frontend",
        "https://a.org",
        "http://a.org:443",
        "http://[::1]:8080",
    ]


async def test_pages_of_every_origin_may_use_what_takes_a_public_key_without_credentials():
    sent = []

    async def send(message):
        sent.append(message)

    wrapped = CrossOrigin(door, [OURS.decode()], re.compile("/open/"))
    for origin in (FOREIGN, OURS, b"null"):
        sent.clear()
        asks = [(b"origin", origin), (b"access-control-request-method", b"POST")]
        await wrapped({"type": "http", "method": "OPTIONS", "path": "/open/", "headers": asks}, None, send)
        headers = dict(sent[0]["headers"])
        assert (sent[0]["status"], headers[b"access-control-allow-origin"]) == (204, b"*")
        assert b"access-control-allow-credentials" not in headers
    sent.clear()
    await wrapped({"type": "http", "method": "OPTIONS", "path": "/open/more", "headers": asks}, None, send)
    assert b"access-control-allow-origin" not in dict(sent[0]["headers"])
