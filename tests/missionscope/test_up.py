"""`manage.py up` as a user runs it: a process of its own, from an empty directory to a clean end."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from tests.servers import ROOT, own_database, start_server

pytestmark = pytest.mark.server


def fetch(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_it_is_ready_with_reasons(server):
    status, _, body = fetch(f"{server.url}/readyz")
    assert status == 200
    assert all(check["ok"] for check in json.loads(body)["checks"])


def test_it_serves_its_files_and_nothing_beside_them(server):
    status, headers, body = fetch(f"{server.url}/static/icons.svg")
    assert (status, headers["content-type"]) == (200, "image/svg+xml")
    assert body == (ROOT / "static" / "icons.svg").read_bytes()
    assert fetch(f"{server.url}/static/icons.svg", **{"If-None-Match": headers["etag"]})[0] == 304
    for path in (
        "/static/../manage.py",
        "/static/%2e%2e/manage.py",
        "/static/..%2fmanage.py",
        "/static/",
        "/static/no",
    ):
        assert raw_status(server.url, path) == 404


def raw_status(url, path):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_start_prints_what_it_generated_once_and_a_second_start_nothing(tmp_path):
    with own_database() as database:
        environment = {"MISSIONSCOPE_BOOTSTRAP_KEY": "", "MISSIONSCOPE_BOOTSTRAP_USER": "", **database}
        environment["MISSIONSCOPE_BOOTSTRAP_PASSWORD"] = ""
        with start_server(tmp_path, **environment) as first:
            pass
        shown = first.log.read_text()
        assert "API key   ms_" in shown
        assert "password  " in shown
        assert stat.S_IMODE((first.data_dir / "secret_key").stat().st_mode) == 0o600
        with start_server(tmp_path, **environment) as second:
            pass
        assert "ms_" not in second.log.read_text()
        assert "MissionScope serves at" in second.log.read_text()


def test_what_was_configured_is_not_printed(server):
    shown = server.log.read_text()
    assert server.key not in shown
    assert server.password not in shown


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_asked(tmp_path, number):
    with start_server(tmp_path) as started:
        started.process.send_signal(number)
        assert started.process.wait(20) == 0
    assert started.log.read_text().rstrip().endswith("MissionScope has ended.")


def test_a_request_that_is_being_answered_is_answered_before_it_ends(tmp_path):
    with start_server(tmp_path) as started:
        address = urlsplit(started.url)
        with socket.create_connection((address.hostname, address.port), 20) as asking:
            head = (
                f"POST /login/ HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
            )
            asking.sendall(head.encode())
            assert asking.recv(100).startswith(b"HTTP/1.1 100 "), "the request is being read"
            started.process.send_signal(signal.SIGTERM)
            wait_for_text(started.log, "Shutting down")
            asking.sendall(b"a=bc")
            assert asking.recv(100).startswith(b"HTTP/1.1 403 ")
        assert started.process.wait(20) == 0


def wait_for_text(log, text):
    deadline = time.monotonic() + 20
    while text not in log.read_text():
        assert time.monotonic() < deadline, f"{text!r} never came"
        time.sleep(0.02)


def test_a_port_in_use_is_told_in_one_sentence(server, tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "missionscope.settings",
        "MISSIONSCOPE_DATA_DIR": str(tmp_path),
        "MISSIONSCOPE_PORT": str(urlsplit(server.url).port),
    }
    command = [sys.executable, "manage.py", "up"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert ended.stderr.startswith("MissionScope cannot start: MISSIONSCOPE_PORT ")
    assert not (tmp_path / "missionscope.sqlite3").exists()
