"""What the tests of the guides share."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kombu import Connection

from tests.blackbox.client import Reader
from tests.senders.dsn import get_dsn
from tests.servers import Server

INSTALL_S = 300
NO_REGISTRY = ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT")
BROKER = os.environ.get("MISSIONSCOPE_TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="module")
def broker() -> Iterator[dict[str, str]]:
    """RabbitMQ's address and the name of a queue of this run."""
    queue = f"guides-{secrets.token_hex(6)}"
    try:
        with Connection(BROKER, connect_timeout=3) as connection:
            connection.connect()
            yield {"AMQP_URL": BROKER, "QUEUE": queue}
            with closing(connection.channel()) as channel:
                channel.queue_delete(queue)
    except OSError:
        pytest.skip("RabbitMQ does not answer (MISSIONSCOPE_TEST_AMQP_URL)")


@pytest.fixture(scope="module")
def dsn(server: Server) -> str:
    return get_dsn(server)


@pytest.fixture(scope="module")
def stored(server: Server) -> Iterator[Reader]:
    reader = Reader(server.url, server.key)
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def node_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pinned packages of the guides in `node_modules`."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node (node, npm)")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(Path(__file__).parent / "node" / name, folder / name)
    install = ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-progress"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode and any(word in done.stderr for word in NO_REGISTRY):
        pytest.skip("packages of tests/guides/node (a registry)")
    assert done.returncode == 0, done.stderr[-3000:]
    return folder
