"""The feed of a project's log records: who may watch, and that something comes when records have come."""

import secrets
import time
from contextlib import contextmanager

import pytest
from websockets.sync.client import connect

from accounts.actions import create_api_key, create_project, create_user
from tests.live.conftest import PATIENCE_S, Watching
from tests.live.test_doors import log_in

NOT_AUTHORISED, UNKNOWN = 4401, 4404
pytestmark = pytest.mark.server


@contextmanager
def watch_logs(url, headers):
    address = f"{url.replace('http', 'ws', 1)}/ws/logs/"
    with connect(address, additional_headers=headers, open_timeout=PATIENCE_S, close_timeout=1, proxy=None) as socket:
        yield Watching(socket)


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def send_log(asker, **fields):
    record = {"timeUnixNano": str(time.time_ns()), "body": {"stringValue": secrets.token_hex(8)}, **fields}
    asker.send({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}, "logs")


def test_records_of_no_mission_wake_who_watches(server, asker):
    for headers in (bearer(server.key), log_in(server.url, server.user, server.password)):
        with watch_logs(server.url, headers) as seen:
            assert seen.next()["type"] == "hello"
            send_log(asker)
            frame = seen.until(lambda frame: frame["type"] == "delta")
            assert frame["records"] == []


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), {"Cookie": "sessionid=nobody"}])
def test_nobody_else_is_let_in(server, headers):
    with watch_logs(server.url, headers) as seen:
        assert seen.closed() == (NOT_AUTHORISED, "not authorised")
        assert seen.frames == []


def test_records_of_another_project_wake_nobody(site):
    elsewhere = create_project("elsewhere", "Elsewhere", owner=create_user("dora", "dora-password"))
    other = create_api_key(elsewhere, "other", ("ingest", "read"))
    from tests.api.conftest import Asker

    with watch_logs(site.url, bearer(site.key)) as seen:
        seen.next()
        send_log(Asker(site.url, other.key))
        send_log(Asker(site.url, site.key), attributes=[{"key": "k", "value": {"stringValue": "mine"}}])
        seen.until(lambda frame: frame["type"] == "delta")
        assert [frame["type"] for frame in seen.frames].count("delta") == 1
