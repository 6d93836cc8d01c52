"""What the server writes into its log."""

import json

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.servers import start_server

pytestmark = pytest.mark.server


def test_no_key_reaches_the_log_whatever_its_level(tmp_path):
    with start_server(tmp_path, MISSIONSCOPE_LOG_LEVEL="debug") as server:
        address = server.url.replace("http", "ws", 1)
        with connect(f"{address}/ws/missions/?token={server.key}") as socket:
            assert json.loads(socket.recv(timeout=10))["type"] == "hello"
        with connect(f"{address}/ws/missions/?token=wrong-{server.key}") as socket, pytest.raises(ConnectionClosed):
            socket.recv(timeout=10)
    assert server.key not in server.log.read_text()
