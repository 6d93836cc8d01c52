"""The feed of a project's errors: who may watch, and that something comes when groups have changed."""

import secrets

import pytest

from accounts.actions import create_api_key, create_project, create_user
from tests.api.conftest import Asker
from tests.live.conftest import bearer, is_delta, send_log, watch_project
from tests.live.test_doors import NOT_AUTHORISED, UNKNOWN, log_in

pytestmark = pytest.mark.server


def send_error(asker):
    send_log(asker, severityNumber=17, body={"stringValue": "broken " + secrets.token_hex(8)})


def test_a_new_error_and_a_decision_wake_who_watches(server, asker):
    for headers in (bearer(server.key), log_in(server.url, server.user, server.password)):
        with watch_project(server, "errors", headers) as seen:
            assert seen.next()["type"] == "hello"
            send_error(asker)
            assert seen.until(is_delta)["records"] == []
            [newest] = asker.read("/api/v1/errors/", limit=1)["results"]
            assert asker.http.patch(f"/api/v1/errors/{newest['id']}/", json={"status": "resolved"}).status_code == 200
            seen.until(is_delta)


def test_who_was_away_is_told_that_something_came(server, asker):
    with watch_project(server, "errors", bearer(server.key)) as seen:
        cursor = seen.next()["cursor"]
        send_error(asker)
        seen.until(is_delta)
    with watch_project(server, "errors", bearer(server.key), after=cursor) as seen:
        seen.until(is_delta)


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), {"Cookie": "sessionid=nobody"}])
def test_nobody_else_is_let_in(server, headers):
    with watch_project(server, "errors", headers) as seen:
        assert seen.closed() == (NOT_AUTHORISED, "not authorised")
        assert seen.frames == []


def test_errors_of_another_project_wake_nobody(site):
    elsewhere = create_project("elsewhere", "Elsewhere", owner=create_user("dora", "dora-password"))
    other = create_api_key(elsewhere, "other", ("ingest", "read"))
    with (
        watch_project(site, "errors", bearer(site.key)) as seen,
        watch_project(site, "errors", bearer(other.key)) as theirs,
    ):
        seen.next()
        theirs.next()
        send_error(Asker(site.url, other.key))
        theirs.until(is_delta)
        send_error(Asker(site.url, site.key))
        seen.until(is_delta)
        assert [frame["type"] for frame in seen.frames].count("delta") == 1


def test_a_token_of_one_user_sees_no_errors(take_tokens, site, signer):
    with watch_project(site, "errors", bearer(signer.user("u-alice"))) as seen:
        assert seen.closed() == (UNKNOWN, "unknown mission")
