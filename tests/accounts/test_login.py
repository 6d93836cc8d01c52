"""Logging in and out: safe ways back, a fresh session, a stop for guessers."""

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from accounts.addresses import believe_proxies

pytestmark = pytest.mark.django_db


def log_in(client, username="alice", password="alice-password", **extra):
    return client.post("/login/", {"username": username, "password": password, **extra})


def test_the_right_password_opens_and_the_wrong_one_does_not(client, alice):
    assert log_in(client, password="wrong").status_code == 200
    assert "_auth_user_id" not in client.session
    assert log_in(client).status_code == 302
    assert client.session["_auth_user_id"] == str(alice.pk)


@pytest.mark.parametrize(
    "way_back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_way_back_stays_on_this_site(client, alice, way_back):
    assert log_in(client, next=way_back)["Location"] == "/"


def test_the_way_back_is_followed(client, alice):
    assert log_in(client, next="/missions/?q=a")["Location"] == "/missions/?q=a"


def test_a_session_from_before_login_is_not_reused(client, alice):
    session = client.session
    session["planted"] = "1"
    session.save()
    assert client.cookies["sessionid"].value == session.session_key
    log_in(client)
    assert client.session.session_key != session.session_key
    assert not client.session.exists(session.session_key)


def test_logging_out_needs_a_post_and_ends_the_session(client, alice):
    log_in(client)
    assert client.get("/logout/").status_code == 405
    client.post("/logout/")
    assert "_auth_user_id" not in client.session


def test_login_and_logout_need_the_csrf_token(alice):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert log_in(strict).status_code == 403
    assert strict.post("/logout/").status_code == 403


def test_guessing_passwords_is_stopped_for_that_address_alone(client, alice, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        last = client.post("/login/", {"username": "alice", "password": "guess"}, REMOTE_ADDR="192.0.2.1")
    assert last.status_code == 429
    right = {"username": "alice", "password": "alice-password"}
    assert client.post("/login/", right, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert client.post("/login/", right, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_guessing_with_many_names_is_stopped_too(client, alice, settings):
    statuses = [
        client.post("/login/", {"username": f"user{number}", "password": "guess"}).status_code
        for number in range(settings.AXES_FAILURE_LIMIT + 1)
    ]
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (0, "198.51.100.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "made up, 198.51.100.7", "198.51.100.7"),
        (2, "made up, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (3, "198.51.100.7", "198.51.100.7"),
        (1, "198.51.100.7:50123", "198.51.100.7"),
        (1, "[2001:db8::7]:50123", "2001:db8::7"),
        (1, "2001:DB8:0::7", "2001:db8::7"),
        (1, "unknown", "10.0.0.1"),
        (1, "fe80::7%eth0", "fe80::7"),
        (1, "'; drop table", "10.0.0.1"),
    ],
)
def test_only_trusted_proxies_are_believed(settings, count, forwarded, address):
    settings.MISSIONSCOPE_PROXY_COUNT = count
    assert believe_proxies("10.0.0.1", forwarded) == address


def test_a_login_without_any_address_is_no_error(client, alice):
    assert client.post("/login/", {"username": "alice", "password": "x"}, REMOTE_ADDR="").status_code == 200
    right = {"username": "alice", "password": "alice-password"}
    assert client.post("/login/", right, REMOTE_ADDR="").status_code == 302


@pytest.mark.parametrize("peer", [None, ("unknown", 0), ("fe80::7%eth0", 50123), ("/run/app.sock", 0)])
def test_a_connection_without_a_usable_address_can_log_in(alice, peer, monkeypatch):
    """A Unix socket, a proxy that tells no address, an address with a zone: PostgreSQL's address type takes none."""
    client = AsyncClient()
    plain = client._base_scope
    monkeypatch.setattr(client, "_base_scope", lambda **request: {**plain(**request), "client": peer})
    post = async_to_sync(client.post)
    assert post("/login/", {"username": "alice", "password": "wrong"}).status_code == 200
    assert post("/login/", {"username": "alice", "password": "alice-password"}).status_code == 302
