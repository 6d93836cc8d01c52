"""What the tests of our own clients share: a real server, a pretended one, and how a program is run."""

import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.blackbox.client import Reader
from tests.clients.pretended import Pretended
from tests.servers import Server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.server)


@pytest.fixture
def mission() -> str:
    """A mission id nobody else uses."""
    return f"clients-{secrets.token_hex(6)}"


@pytest.fixture
def stored(server: Server) -> Iterator[Reader]:
    """Reads what the server has stored."""
    reader = Reader(server.url, server.key)
    yield reader
    reader.close()


@pytest.fixture
def pretended() -> Iterator[Pretended]:
    """A server that answers what a test tells it to."""
    with Pretended() as made:
        yield made


def assert_all_types_arrived(stored: Reader, mission: str) -> None:
    """What both clients' programs send."""
    kinds = sorted(span["span_kind"] for span in stored.spans(mission))
    assert kinds == ["AGENT", "LLM", "LLM", "TOOL"]
    assert all(span["end_ns"] for span in stored.spans(mission))
    logs = stored.logs(mission)
    assert sorted(entry["event_name"] for entry in logs) == [
        "", "missionscope.agent", "missionscope.error", "missionscope.human_request", "missionscope.mission",
        "missionscope.plan_revision", "missionscope.state.patch", "missionscope.state.snapshot", "missionscope.step",
        "missionscope.step_edge", "stage7.message.say",
    ]  # fmt: skip
    assert {entry["service_name"] for entry in logs if entry["event_name"] != "stage7.message.say"} == {"desk"}
    assert "Grüße, 世界" in json.dumps([entry["body"] for entry in logs], ensure_ascii=False)
    now_ns = time.time_ns()
    assert all(now_ns - 300e9 < int(entry["time_ns"]) <= now_ns for entry in logs)
