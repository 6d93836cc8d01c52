"""deploy/proxy/Caddyfile in a real Caddy, before a real server: pages, doors and WebSockets pass."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest
from websockets.sync.client import connect

from tests.blackbox.wire import span, traces
from tests.deploy.conftest import DEPLOY
from tests.servers import find_free_port, start_server

pytestmark = [pytest.mark.server, pytest.mark.only_on("sqlite")]
PATIENCE_S = 60


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The proxy's address and the server's key."""
    if shutil.which("caddy") is None:
        pytest.skip("Caddy (caddy)")
    folder, port = tmp_path_factory.mktemp("proxy"), find_free_port()
    with start_server(folder, MISSIONSCOPE_PROXY_COUNT="1") as server:
        text = (DEPLOY / "proxy" / "Caddyfile").read_text()
        for told, here in (
            (":8700 {", f"http://127.0.0.1:{port} {{"),
            ("name web", "name localhost"),
            ("port 8700", f"port {server.url.rpartition(':')[2]}"),
        ):
            assert text.count(told) == 1, told
            text = text.replace(told, here)
        (folder / "Caddyfile").write_text(text)
        process = subprocess.Popen(
            ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")],
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
            stderr=(folder / "caddy.log").open("wb"),
        )
        try:
            wait_until_listening(port)
            yield f"http://127.0.0.1:{port}", server.key
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def wait_until_listening(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("Caddy does not listen")


def test_pages_and_doors_pass(proxied):
    url, key = proxied
    assert httpx.get(f"{url}/login/", trust_env=False, timeout=60).status_code == 200
    body = traces([span(name="through")])
    assert (
        httpx.post(f"{url}/v1/traces", json=body, headers={"x-api-key": key}, trust_env=False, timeout=60).status_code
        == 200
    )


def test_a_websocket_passes(proxied):
    url, key = proxied
    headers = {"Authorization": f"Bearer {key}"}
    with connect(f"{url.replace('http', 'ws', 1)}/ws/missions/", additional_headers=headers) as connection:
        assert json.loads(connection.recv(timeout=PATIENCE_S))["type"] == "hello"
