"""What the black-box cases share. They know the server by its address and key alone."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.blackbox.client import Reader, Sender
from tests.blackbox.wire import JSON, PROTOBUF
from tests.servers import Server, start_server

SMALL_LIMIT = 256 * 1024
SMALL_PATIENCE_S = 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.server)


@pytest.fixture(params=[JSON, PROTOBUF], ids=["json", "protobuf"])
def encoding(request: pytest.FixtureRequest) -> str:
    """The content type of one of the two encodings."""
    return str(request.param)


@pytest.fixture
def mission() -> str:
    """A mission id nobody else uses."""
    return f"blackbox-{secrets.token_hex(6)}"


@pytest.fixture
def door(server: Server) -> Iterator[Sender]:
    """Posts to the server's doors."""
    sender = Sender(server.url, server.key)
    yield sender
    sender.close()


@pytest.fixture
def stored(server: Server) -> Iterator[Reader]:
    """Reads what the server has stored."""
    reader = Reader(server.url, server.key)
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that takes bodies of at most SMALL_LIMIT bytes and waits SMALL_PATIENCE_S for them."""
    environment = {
        "MISSIONSCOPE_MAX_BODY_BYTES": str(SMALL_LIMIT),
        "MISSIONSCOPE_BODY_TIMEOUT_S": str(SMALL_PATIENCE_S),
    }
    with start_server(tmp_path_factory.mktemp("small"), **environment) as started:
        yield started


@pytest.fixture
def small_door(small_server: Server) -> Iterator[Sender]:
    """Posts to the server with small limits."""
    sender = Sender(small_server.url, small_server.key)
    yield sender
    sender.close()


@pytest.fixture(scope="session")
def otlp_examples(shared_data: Path) -> Any:
    """OTLP's own examples by name."""
    folder = shared_data / "data/raw/opentelemetry-proto/examples"
    return lambda name: json.loads((folder / f"{name}.json").read_text())
