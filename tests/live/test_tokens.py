"""Tokens of stage7's SecurityManager on sockets: what they show, how they end, and that they are nowhere written."""

import json
import sqlite3
import time
from contextlib import suppress

import httpx
import pytest
from websockets import ConnectionClosed

from accounts.actions import create_project
from tests.api.conftest import Asker, make_request, make_span
from tests.live.conftest import Mission, refusal, watch
from tests.servers import find_free_port, start_server
from tests.tokens import Signer, serve_key

NOT_AUTHORISED, UNKNOWN, BROKEN, TOO_MANY = 4401, 4404, 1011, 4429
ALICE, BOB = "u-alice", "u-bob"
pytestmark = pytest.mark.server


def mission_of(site, user_id, name=""):
    """A mission that names its user."""
    asker = Asker(site.url, site.key)
    made = Mission(asker, name)
    made.grow("first", stage7__user__id=user_id)
    return made


def hello(site, place, token, **query):
    with watch(site, place, headers={}, token=token, **query) as seen:
        return seen.next()["type"]


def ending(site, place, token):
    with watch(site, place, headers={}, token=token) as seen:
        ended = seen.closed()
        assert seen.frames == []
        return ended


def test_a_token_opens_by_header_or_query_with_a_client_id_or_without(take_tokens, site, signer):
    made = mission_of(site, ALICE)
    token = signer.user(ALICE)
    for place in (made.id, None):
        for headers in ({"Authorization": f"Bearer {token}"}, {"x-api-key": token}):
            with watch(site, place, headers=headers) as seen:
                assert seen.next()["type"] == "hello"
        assert hello(site, place, token) == hello(site, place, token, clientId="c0ffee") == "hello"
        assert hello(site, place, site.key, clientId="c0ffee") == "hello"


def test_the_own_mission_is_shown_and_anothers_is_unknown(take_tokens, site, signer):
    made = mission_of(site, ALICE)
    with watch(site, made.id, headers={}, token=signer.user(ALICE), after=0) as seen:
        seen.until_spans("first")
        made.grow("second")
        seen.until_spans("second")
    assert ending(site, made.id, signer.user(BOB)) == ending(site, "nowhere", signer.user(BOB))
    assert ending(site, made.id, signer.user(BOB)) == (UNKNOWN, "unknown mission")
    for token in (signer.user(BOB, roles=["admin"]), signer.service()):
        assert hello(site, made.id, token) == "hello"


def test_the_list_shows_the_own_missions_alone(take_tokens, site, signer):
    all_seen = signer.user("u-root", permissions=["missions:read"])
    with (
        watch(site, headers={}, token=signer.user(ALICE), after=0) as of_alice,
        watch(site, headers={}, token=signer.user(BOB), after=0) as of_bob,
        watch(site, headers={}, token=all_seen, after=0) as of_all,
    ):
        names = {mission_of(site, user).id: user for user in (ALICE, BOB, ALICE, "u-charlie")}
        of_all.until(lambda _: {record["id"] for record in of_all.records} == set(names))
        for seen, user in ((of_alice, ALICE), (of_bob, BOB)):
            wanted = {name for name, owner in names.items() if owner == user}
            seen.until(lambda _, seen=seen, wanted=wanted: {record["id"] for record in seen.records} >= wanted)
            seen.socket.send('{"type":"ping"}')
            seen.until(lambda frame: frame == {"type": "pong"})
            assert {record["id"] for record in seen.records} == wanted


@pytest.fixture
def quick(settings):
    """Rights are looked at every second, and a token ends when it says so."""
    settings.MISSIONSCOPE_LIVE_RIGHTS_S = 1
    settings.MISSIONSCOPE_TOKEN_LEEWAY_S = 0


def test_a_token_that_ends_while_it_is_open_ends_the_connection(take_tokens, site, signer, settings):
    settings.MISSIONSCOPE_TOKEN_LEEWAY_S = 0
    assert settings.MISSIONSCOPE_LIVE_RIGHTS_S == 30
    made = mission_of(site, ALICE)
    token = signer.user(ALICE, lasts_s=3)
    with (
        watch(site, made.id, headers={}, token=token) as seen,
        watch(site, headers={}, token=token) as listing,
        watch(site, made.id, headers={}, token=signer.user(ALICE)) as longer,
    ):
        assert [each.next()["type"] for each in (seen, listing, longer)] == ["hello"] * 3
        assert seen.closed(15) == listing.closed(15) == (NOT_AUTHORISED, "the token has expired")
        made.grow("later")
        longer.until_spans("later")
    assert ending(site, made.id, token) == (NOT_AUTHORISED, "the token has expired")


def test_a_key_pair_that_is_replaced_ends_connections(take_tokens, quick, site, signer):
    made = mission_of(site, ALICE)
    with watch(site, made.id, headers={}, token=signer.user(ALICE)) as seen:
        assert seen.next()["type"] == "hello"
        take_tokens.write_bytes(Signer().pem)
        assert seen.closed(15) == (NOT_AUTHORISED, "no longer authorised")


def test_a_mission_that_becomes_anothers_is_closed(take_tokens, quick, site, signer):
    made = mission_of(site, ALICE)
    with watch(site, made.id, headers={}, token=signer.user(ALICE)) as seen:
        assert seen.next()["type"] == "hello"
        earlier = make_span("ab" * 16, -600, "earlier", stage7__user__id=BOB) | {"spanId": "ab" * 8}
        made.asker.send(make_request(made.id, [earlier]))
        assert seen.closed(15) == (UNKNOWN, "unknown mission")
    assert hello(site, made.id, signer.user(BOB)) == "hello"


def test_what_is_no_good_token_is_let_go(take_tokens, site, signer, settings):
    made = mission_of(site, ALICE)
    for token in (Signer().user(ALICE), signer.user(ALICE, type="refresh"), signer.user(ALICE, roles=["guest"])):
        for place in (made.id, None):
            assert ending(site, place, token) == (NOT_AUTHORISED, "not authorised")
    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 1
    codes = [ending(site, made.id, Signer().user(ALICE))[0] for _ in range(2)]
    assert codes[-1] == TOO_MANY
    assert hello(site, made.id, signer.user(ALICE)) == "hello"


def test_without_a_public_key_the_client_is_told_to_come_back(site, signer, settings):
    settings.MISSIONSCOPE_TOKEN_KEY_URL = f"http://127.0.0.1:{find_free_port()}/public-key"
    settings.MISSIONSCOPE_TOKEN_PROJECT = "apollo"
    assert ending(site, None, signer.user(ALICE)) == (BROKEN, "tokens cannot be checked now")


def test_a_token_reads_its_project_alone(take_tokens, site, signer, alice):
    from accounts.actions import create_api_key

    elsewhere = create_project("elsewhere", "Elsewhere", owner=alice)
    theirs = site._replace(key=create_api_key(elsewhere, "k", ("ingest", "read")).key)
    made = mission_of(theirs, ALICE)
    for token in (signer.user(ALICE), signer.service()):
        assert ending(site, made.id, token) == (UNKNOWN, "unknown mission")
        with watch(site, made.id, headers={}, token=token, project="elsewhere") as seen:
            assert seen.closed() == (UNKNOWN, "unknown mission")


@pytest.fixture(scope="module")
def stage7(tmp_path_factory, signer):
    """A started MissionScope that fetches the public key, and the address it fetches it from."""
    with serve_key(signer.pem) as address:
        settings = {
            "MISSIONSCOPE_TOKEN_KEY_URL": address.url,
            "MISSIONSCOPE_TOKEN_KEY_EVERY_S": "1",
            "MISSIONSCOPE_LOG_LEVEL": "debug",
            "MISSIONSCOPE_DECODERS": "0",
        }
        with start_server(tmp_path_factory.mktemp("stage7"), **settings) as server:
            yield server, address


def test_a_started_server_fetches_the_key_and_outlives_its_source(stage7, signer):
    server, address = stage7
    made = mission_of(server, ALICE)

    def status(token):
        began = time.monotonic()
        path = f"{server.url}/api/v1/missions/{made.id}/"
        answer = httpx.get(path, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=10)
        assert time.monotonic() - began < 5
        return answer.status_code

    assert (status(signer.user(ALICE)), status(signer.user(BOB)), status(signer.service())) == (200, 404, 200)
    address.status = 500
    time.sleep(1.1)
    fresh = Signer()
    assert (status(fresh.user(ALICE)), status(signer.user(ALICE))) == (401, 200)
    address.status, address.pem = 200, fresh.pem
    time.sleep(1.1)
    assert (status(fresh.user(ALICE)), status(signer.user(ALICE))) == (200, 401)
    address.pem = signer.pem
    time.sleep(1.1)
    assert status(signer.user(ALICE)) == 200


def test_tokens_are_in_no_log_and_in_no_rejection(stage7, signer):
    server, _ = stage7
    made = mission_of(server, ALICE)
    tokens = [
        signer.user(ALICE),
        signer.user(ALICE, lasts_s=-600),
        Signer().user(ALICE),
        signer.user(ALICE, roles=["guest"]),
        signer.user(ALICE) + "A" * 6000,
    ]
    for token in tokens:
        bearer = {"Authorization": f"Bearer {token}"}
        for headers, query in ((bearer, {}), ({"x-api-key": token}, {}), ({}, {"token": token, "clientId": "c"})):
            for place in (made.id, None, "nowhere"):
                with watch(server, place, headers=headers, **query) as seen, suppress(ConnectionClosed):
                    seen.socket.send("{")
                    seen.next()
        with httpx.Client(base_url=server.url, headers=bearer, trust_env=False) as http:
            http.get(f"/api/v1/missions/?token={token}")
            http.get(f"/api/v1/missions/{token}/")
            http.post("/v1/traces", json={"resourceSpans": token})
    rejections = made.asker.read("/api/v1/rejections/")["results"]
    assert _seen_in(tokens, server.log.read_text()) == _seen_in(tokens, json.dumps(rejections)) == []


@pytest.mark.only_on("sqlite")
def test_tokens_are_in_no_trace_of_a_failure(stage7, signer):
    server, _ = stage7
    made = mission_of(server, ALICE)
    made.asker.settled(made.id, 1)
    token = signer.user(ALICE)
    with sqlite3.connect(next(server.data_dir.glob("*.sqlite3"))) as database:
        database.execute("PRAGMA busy_timeout = 10000")
        database.execute("UPDATE traces_mission SET agents = 'no JSON' WHERE key = ?", [made.id])
    database.close()
    bearer = {"Authorization": f"Bearer {token}"}
    path = f"{server.url}/api/v1/missions/?q={made.id}"
    assert httpx.get(path, headers=bearer, trust_env=False).status_code == 500
    with watch(server, made.id, headers={}, token=token) as seen:
        assert seen.closed()[0] not in (NOT_AUTHORISED, UNKNOWN)
    log = server.log.read_text()
    assert log.count("Traceback") >= 2
    assert _seen_in([token], log) == []


def test_an_address_that_is_too_long_is_let_go_and_harms_nobody(stage7, signer):
    server, _ = stage7
    made = mission_of(server, ALICE)
    token = signer.user(ALICE) + "A" * 9000
    assert refusal(server, made.id, headers={}, token=token) == 414
    assert refusal(server, made.id, headers={"Authorization": f"Bearer {token}"}) == 431
    assert hello(server, made.id, signer.user(ALICE)) == "hello"
    assert _seen_in([token], server.log.read_text()) == []


def _seen_in(tokens, text):
    """Tokens of which a part stands in the text."""
    return [token for token in tokens if any(part[:40] in text for part in token.split(".")[1:])]
