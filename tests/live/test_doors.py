"""Who may watch, how a connection ends, and what is said besides deltas."""

import socket
from contextlib import suppress

import httpx
import pytest
from websockets import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from accounts.actions import add_member, create_api_key, create_user, remove_member, revoke_api_key
from tests.live.conftest import Mission, refusal, socket_url, watch
from tests.servers import start_server

NOT_AUTHORISED, UNKNOWN, TOO_MANY, BAD = 4401, 4404, 4429, 1008
pytestmark = pytest.mark.server


@pytest.mark.parametrize("how", ["authorization", "x-api-key", "token"])
def test_a_key_opens_by_header_or_token(server, mission, how):
    headers = {
        "authorization": {"Authorization": f"Bearer {server.key}"},
        "x-api-key": {"x-api-key": server.key},
        "token": {},
    }
    query = {"token": server.key} if how == "token" else {}
    for place in (mission.id, None):
        with watch(server, place, headers=headers[how], **query) as seen:
            assert seen.next()["type"] == "hello"


def log_in(url, user, password):
    """The cookies of a person who logged in by the form."""
    with httpx.Client(base_url=url, trust_env=False) as browser:
        browser.get("/login/")
        form = {"username": user, "password": password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        assert browser.post("/login/", data=form).status_code == 302
        return {"Cookie": f"sessionid={browser.cookies['sessionid']}"}


def test_a_session_opens(server, mission):
    cookies = log_in(server.url, server.user, server.password)
    with watch(server, mission.id, headers=cookies, after=0) as seen:
        assert seen.until_spans("first") == ["first"]
    with watch(server, mission.id, headers=cookies, project="default") as seen:
        assert seen.next()["type"] == "hello"
    with watch(server, mission.id, headers=cookies, project="elsewhere") as seen:
        assert seen.closed()[0] == NOT_AUTHORISED


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"x-api-key": "w" * 5000},
        {"Cookie": "sessionid=nobody"},
        {"Cookie": "=;;"},
    ],
)
def test_nobody_else_is_let_in(server, mission, headers):
    for place in (mission.id, None, "no such mission"):
        with watch(server, place, headers=headers) as seen:
            assert seen.closed() == (NOT_AUTHORISED, "not authorised")
            assert seen.frames == []


def test_an_unknown_mission_is_told(server):
    for odd in ("no such mission", "*", "\x00", "x" * 3000, "%ff"):
        with watch(server, odd) as seen:
            assert seen.closed() == (UNKNOWN, "unknown mission")


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 20, "٣", "9" * 19])
def test_a_cursor_that_is_none_is_told(server, mission, after):
    with watch(server, mission.id, after=after) as seen:
        assert seen.closed() == (BAD, "after must be a cursor")


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://evil.127.0.0.1",
        "null",
        "http://localhost.evil.example",
        "http://[",
        "file://",
        "http://127.0.0.1:1",
    ],
)
def test_pages_of_other_origins_are_refused(server, mission, origin):
    headers = {"Authorization": f"Bearer {server.key}", "Origin": origin}
    assert refusal(server, mission.id, headers=headers) == 403


def test_our_own_pages_are_let_in(server, mission):
    with watch(server, mission.id, headers={"Authorization": f"Bearer {server.key}", "Origin": server.url}) as seen:
        assert seen.next()["type"] == "hello"


def test_what_is_no_feed_is_refused(server):
    for path in ("/ws/", "/ws/other/", "/", "/v1/traces"):
        with pytest.raises(InvalidStatus) as caught, connect(server.url.replace("http", "ws") + path, proxy=None):
            pass
        assert caught.value.response.status_code == 403


def test_a_ping_is_answered_and_what_is_no_json_is_told(server, mission):
    with watch(server, mission.id) as seen:
        seen.next()
        seen.socket.send('{"type":"ping"}')
        assert seen.next() == {"type": "pong"}
        for odd in ("{", "[" * 2000, ""):
            seen.socket.send(odd)
            assert seen.next()["type"] == "error"
        for ignored in ('{"type":"pong"}', "[]", "null", '"x"', '{"type":"subscribe","mission":"*"}'):
            seen.socket.send(ignored)
        mission.grow("still here")
        seen.until_spans("still here")


def test_a_binary_frame_a_long_one_or_a_flood_ends_the_connection(server, mission):
    for odd in (b"binary", "x" * 5000):
        with watch(server, mission.id) as seen:
            seen.socket.send(odd)
            assert seen.closed()[0] == BAD
    with watch(server, mission.id) as seen:
        seen.socket.send("x" * 200_000)
        assert seen.closed()[0] == 1009
    with watch(server, mission.id) as seen:
        for _ in range(121):
            seen.socket.send('{"type":"pong"}')
        assert seen.closed() == (TOO_MANY, "too many messages")


def test_the_server_pings(site, own_mission, monkeypatch):
    monkeypatch.setattr("live.connections.PING_EVERY_S", 0.2)
    with watch(site, own_mission.id) as seen:
        for _ in range(2):
            assert seen.until(lambda frame: frame["type"] == "ping") == {"type": "ping"}


def test_more_connections_than_allowed_are_told(site, own_mission, settings):
    settings.MISSIONSCOPE_MAX_SOCKETS = 2
    with watch(site, own_mission.id) as first, watch(site) as second:
        assert [first.next()["type"], second.next()["type"]] == ["hello", "hello"]
        with watch(site, own_mission.id) as third:
            assert third.closed() == (TOO_MANY, "too many connections")
    with watch(site, own_mission.id) as fourth:
        assert fourth.next()["type"] == "hello"


def test_many_wrong_keys_are_told(site, own_mission, settings):
    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 3
    codes = []
    for at in range(5):
        with watch(site, own_mission.id, headers={"x-api-key": f"wrong {at}"}) as seen:
            codes.append(seen.closed()[0])
    assert codes == [NOT_AUTHORISED] * 3 + [TOO_MANY] * 2


def test_a_key_of_another_project_or_without_the_scope_sees_nothing(site, own_mission, project, charlie):
    elsewhere = charlie.memberships.get().project
    theirs = create_api_key(elsewhere, "c", ("read",)).key
    sending = create_api_key(project, "s", ("ingest",)).key
    with watch(site, own_mission.id, headers={"x-api-key": theirs}) as seen:
        assert seen.closed() == (UNKNOWN, "unknown mission")
    with watch(site, own_mission.id, headers={"x-api-key": sending}) as seen:
        assert seen.closed()[0] == NOT_AUTHORISED
    with watch(site, headers={"x-api-key": theirs}, after=0) as seen, watch(site, after=0) as ours:
        own_mission.grow("second")
        ours.until(lambda frame: any(r["span_count"] == 2 for r in frame.get("records", ())))
        seen.socket.send('{"type":"ping"}')
        assert [seen.next()["type"], seen.next()["type"]] == ["hello", "pong"]


@pytest.fixture
def quick(settings, monkeypatch):
    """Rights are looked at every second, and no key is remembered."""
    settings.MISSIONSCOPE_LIVE_RIGHTS_S = 1
    monkeypatch.setattr("accounts.keys.KEPT_S", 0.0)


def test_a_revoked_key_ends_its_connections(quick, site, own_mission, project, api_key):
    with watch(site, own_mission.id) as seen, watch(site) as listing:
        assert [seen.next()["type"], listing.next()["type"]] == ["hello", "hello"]
        revoke_api_key(project, api_key.row.pk)
        assert seen.closed(10) == (NOT_AUTHORISED, "no longer authorised")
        assert listing.closed(10)[0] == NOT_AUTHORISED


def test_with_the_usual_settings_a_lost_right_is_noticed_within_a_minute(settings):
    from accounts.keys import KEPT_S
    from live.connections import PING_EVERY_S

    assert settings.MISSIONSCOPE_LIVE_RIGHTS_S + KEPT_S + 5 < 60
    assert PING_EVERY_S < 60


@pytest.mark.parametrize("loss", ["membership", "inactive", "logout", "password"])
def test_people_who_lose_access_are_let_go(quick, site, own_mission, project, bob, loss):
    cookies = log_in(site.url, "bob", "bob-password")
    with watch(site, own_mission.id, headers=cookies) as seen:
        assert seen.next()["type"] == "hello"
        if loss == "membership":
            remove_member(project, bob)
        elif loss == "inactive":
            bob.is_active = False
            bob.save()
        elif loss == "password":
            bob.set_password("another password")
            bob.save()
        else:
            from django.contrib.sessions.models import Session

            Session.objects.all().delete()
        assert seen.closed(10) == (NOT_AUTHORISED, "no longer authorised")


def test_choosing_another_project_elsewhere_ends_nothing(quick, site, own_mission, bob, charlie):
    elsewhere = charlie.memberships.get().project
    add_member(elsewhere, bob, "viewer")
    cookies = log_in(site.url, "bob", "bob-password")
    with watch(site, own_mission.id, headers=cookies, project="apollo") as seen:
        seen.next()
        assert (
            httpx.get(f"{site.url}/api/v1/missions/?project=elsewhere", headers=cookies, trust_env=False).status_code
            == 200
        )
        with pytest.raises(TimeoutError):
            seen.next(2.5)
        own_mission.grow("second")
        seen.until_spans("second")


def test_strangers_and_viewers(site, own_mission, project, charlie):
    create_user("vera", "vera-password")
    from accounts.models import User

    add_member(project, User.objects.get(username="vera"), "viewer")
    with watch(site, own_mission.id, headers=log_in(site.url, "vera", "vera-password")) as seen:
        assert seen.next()["type"] == "hello"
    strange = log_in(site.url, "charlie", "charlie-password")
    with watch(site, own_mission.id, headers=strange) as seen:
        assert seen.closed() == (UNKNOWN, "unknown mission")
    with watch(site, own_mission.id, headers=strange, project="apollo") as seen:
        assert seen.closed()[0] == NOT_AUTHORISED


def test_keys_and_tokens_are_in_no_log(tmp_path):
    with start_server(tmp_path, MISSIONSCOPE_LOG_LEVEL="debug", MISSIONSCOPE_DECODERS="0") as server:
        made = Mission(_asker(server))
        made.grow("first")
        for headers, query in (
            ({}, {"token": server.key}),
            ({"Authorization": f"Bearer {server.key}"}, {}),
            ({"x-api-key": server.key}, {}),
            ({}, {"token": server.key, "after": "odd"}),
            ({}, {"token": server.key, "x": "y" * 3000}),
            ({}, {"token": f"{server.key}wrong"}),
        ):
            for place in (made.id, None, "nowhere"):
                with watch(server, place, headers=headers, **query) as seen, suppress(ConnectionClosed):
                    seen.socket.send("{")
                    seen.next()
        assert refusal(server, made.id, headers={"Origin": "https://evil.example"}, token=server.key) == 403
        made.asker.http.get(f"/api/v1/missions/?token={server.key}")
        broken = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
        broken.sendall(
            f"GET {socket_url('', made.id, token=server.key)} HTTP/1.1\r\nUpgrade: websocket\r\n\r\n".encode()
        )
        broken.recv(1000)
        broken.close()
        log = server.log.read_text()
    assert "debug" in log
    assert server.key not in log


def _asker(server):
    from tests.api.conftest import Asker

    return Asker(server.url, server.key)
