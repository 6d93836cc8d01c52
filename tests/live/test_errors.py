"""The feed of a project's errors: who may watch, and that something comes when groups have changed."""

import secrets
import time
from contextlib import contextmanager

import pytest
from websockets.sync.client import connect

from accounts.actions import create_api_key, create_project, create_user
from tests.api.conftest import Asker
from tests.live.conftest import PATIENCE_S, Watching
from tests.live.test_doors import log_in
from tests.live.test_logs import NOT_AUTHORISED, UNKNOWN, bearer

pytestmark = pytest.mark.server


@contextmanager
def watch_errors(url, headers):
    address = f"{url.replace('http', 'ws', 1)}/ws/errors/"
    with connect(address, additional_headers=headers, open_timeout=PATIENCE_S, close_timeout=1, proxy=None) as socket:
        yield Watching(socket)


def send_error(asker):
    body = {"stringValue": "broken " + secrets.token_hex(8)}
    record = {"timeUnixNano": str(time.time_ns()), "severityNumber": 17, "body": body}
    asker.send({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}, "logs")


def is_delta(frame):
    return frame["type"] == "delta"


def test_a_new_error_and_a_decision_wake_who_watches(server, asker):
    for headers in (bearer(server.key), log_in(server.url, server.user, server.password)):
        with watch_errors(server.url, headers) as seen:
            assert seen.next()["type"] == "hello"
            send_error(asker)
            assert seen.until(is_delta)["records"] == []
            [newest] = asker.read("/api/v1/errors/", limit=1)["results"]
            assert asker.http.patch(f"/api/v1/errors/{newest['id']}/", json={"status": "resolved"}).status_code == 200
            seen.until(is_delta)


def test_who_was_away_is_told_that_something_came(server, asker):
    with watch_errors(server.url, bearer(server.key)) as seen:
        cursor = seen.next()["cursor"]
        send_error(asker)
        seen.until(is_delta)
    address = f"{server.url.replace('http', 'ws', 1)}/ws/errors/?after={cursor}"
    with connect(address, additional_headers=bearer(server.key), open_timeout=PATIENCE_S, proxy=None) as socket:
        Watching(socket).until(is_delta)


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), {"Cookie": "sessionid=nobody"}])
def test_nobody_else_is_let_in(server, headers):
    with watch_errors(server.url, headers) as seen:
        assert seen.closed() == (NOT_AUTHORISED, "not authorised")
        assert seen.frames == []


def test_errors_of_another_project_wake_nobody(site):
    elsewhere = create_project("elsewhere", "Elsewhere", owner=create_user("dora", "dora-password"))
    other = create_api_key(elsewhere, "other", ("ingest", "read"))
    with watch_errors(site.url, bearer(site.key)) as seen, watch_errors(site.url, bearer(other.key)) as theirs:
        seen.next()
        theirs.next()
        send_error(Asker(site.url, other.key))
        theirs.until(is_delta)
        send_error(Asker(site.url, site.key))
        seen.until(is_delta)
        assert [frame["type"] for frame in seen.frames].count("delta") == 1


def test_a_token_of_one_user_sees_no_errors(take_tokens, site, signer):
    with watch_errors(site.url, bearer(signer.user("u-alice"))) as seen:
        assert seen.closed() == (UNKNOWN, "unknown mission")
