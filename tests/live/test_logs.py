"""The feed of a project's log records: who may watch, and that something comes when records have come."""

import pytest

from accounts.actions import create_api_key, create_project, create_user
from tests.api.conftest import Asker
from tests.live.conftest import bearer, is_delta, send_log, watch_project
from tests.live.test_doors import NOT_AUTHORISED, log_in

pytestmark = pytest.mark.server


def test_records_of_no_mission_wake_who_watches(server, asker):
    for headers in (bearer(server.key), log_in(server.url, server.user, server.password)):
        with watch_project(server, "logs", headers) as seen:
            assert seen.next()["type"] == "hello"
            send_log(asker)
            frame = seen.until(is_delta)
            assert frame["records"] == []


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), {"Cookie": "sessionid=nobody"}])
def test_nobody_else_is_let_in(server, headers):
    with watch_project(server, "logs", headers) as seen:
        assert seen.closed() == (NOT_AUTHORISED, "not authorised")
        assert seen.frames == []


def test_records_of_another_project_wake_nobody(site):
    elsewhere = create_project("elsewhere", "Elsewhere", owner=create_user("dora", "dora-password"))
    other = create_api_key(elsewhere, "other", ("ingest", "read"))
    with watch_project(site, "logs", bearer(site.key)) as seen:
        seen.next()
        send_log(Asker(site.url, other.key))
        send_log(Asker(site.url, site.key), attributes=[{"key": "k", "value": {"stringValue": "mine"}}])
        seen.until(is_delta)
        assert [frame["type"] for frame in seen.frames].count("delta") == 1
