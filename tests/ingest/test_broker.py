"""stage7's broker: its messages come in through a queue of our own, whatever happens to either side."""

import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from amqp.exceptions import NotFound as NoExchange
from kombu import Connection

from tests.blackbox.client import Reader
from tests.servers import own_database, start_server

pytestmark = [pytest.mark.server]

BROKER = os.environ.get("MISSIONSCOPE_TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672")
PATIENCE_S = 30.0
THEIRS = f"librarian-queue-of-{secrets.token_hex(4)}"
"""A queue that is stage7's own."""


@pytest.fixture(scope="module")
def exchanges() -> Iterator[str]:
    """A virtual host of RabbitMQ as stage7 leaves it: its two exchanges, and a queue of its own on one of them."""
    try:
        connection = Connection(BROKER, connect_timeout=3)
        connection.connect()
    except OSError:
        pytest.skip("RabbitMQ does not answer (MISSIONSCOPE_TEST_AMQP_URL)")
    with connection:
        channel = connection.channel()
        before = [name for name in ("stage7", "agent.events") if _exists(connection, name)]
        for name in ("stage7", "agent.events"):
            channel.exchange_declare(name, "topic", durable=True, auto_delete=False)
        channel.queue_declare(THEIRS, auto_delete=False)
        channel.queue_bind(THEIRS, "stage7", "message.librarian")
        yield BROKER
        channel = connection.channel()
        for name in {"stage7", "agent.events"} - set(before):
            channel.exchange_delete(name)
        for queue in (THEIRS, "missionscope.default"):
            channel.queue_delete(queue)


def _exists(connection: Connection, name: str) -> bool:
    with closing(connection.channel()) as channel:
        try:
            channel.exchange_declare(name, "topic", passive=True, durable=True)
        except NoExchange:
            return False
        return True


def publish(url: str, exchange: str, key: str, *bodies: Any) -> None:
    with Connection(url) as connection, closing(connection.Producer()) as producer:
        for body in bodies:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            producer.publish(data, exchange=exchange, routing_key=key, content_type="application/json")


def status(mission: str, word: str, **fields: Any) -> dict[str, Any]:
    return {
        "agentId": "agent-1",
        "status": word,
        "missionId": mission,
        "timestamp": "2026-03-01T09:00:00.000Z",
        **fields,
    }


def test_messages_are_stored_and_stage7_loses_none(tmp_path: Path, exchanges: str):
    mission = f"broker-{secrets.token_hex(4)}"
    with own_database() as database:
        settings = {**database, "MISSIONSCOPE_STAGE7_AMQP_URL": exchanges, "MISSIONSCOPE_SAMPLES": "0"}
        with (
            start_server(tmp_path, **settings) as server,
            closing(Reader(server.url, server.key)) as stored,
        ):
            key = server.key
            _wait_for_queue(exchanges)
            publish(exchanges, "agent.events", "agent.status.update", status(mission, "running"))
            content = {"id": mission, "name": "From the broker", "status": "running"}
            message = {"type": "statusUpdate", "sender": "MissionControl", "data": {"content": content}}
            publish(exchanges, "stage7", "message.librarian", message, b"this is no json", b"")
            found = _wait(stored, mission, 2)
            assert {log["event_name"] for log in found} == {"stage7.message.agentStatus", "stage7.message.statusUpdate"}
            assert [agent["status"] for agent in stored.items(f"/api/v1/missions/{mission}/agents/")] == ["running"]
            assert any(each["door"] == "stage7_messages" for each in stored.rejections())
            assert "guest" not in server.log.read_text()
        # While nobody reads, the queue keeps what comes.
        publish(
            exchanges,
            "agent.events",
            "agent.status.update",
            status(mission, "completed", timestamp="2026-03-01T09:05:00.000Z"),
        )
        with (
            start_server(tmp_path, **settings) as server,
            closing(Reader(server.url, key)) as stored,
        ):
            assert len(_wait(stored, mission, 3)) == 3
            assert [agent["status"] for agent in stored.items(f"/api/v1/missions/{mission}/agents/")] == ["completed"]
    with Connection(exchanges) as connection:
        theirs = connection.channel().queue_declare(THEIRS, passive=True)
        assert theirs.message_count == 3


def test_a_broker_that_is_away_costs_nothing_else(tmp_path: Path):
    url = "amqp://someone:secret-word@127.0.0.1:9"
    with (
        own_database() as database,
        start_server(tmp_path, **database, MISSIONSCOPE_STAGE7_AMQP_URL=url, MISSIONSCOPE_SAMPLES="0") as server,
        closing(Reader(server.url, server.key)) as stored,
    ):
        assert stored.items("/api/v1/missions/") == []
        deadline = time.monotonic() + PATIENCE_S
        while "broker" not in server.log.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "broker" in server.log.read_text()
        assert "secret-word" not in server.log.read_text()


def _wait_for_queue(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with Connection(url) as connection:
                if connection.channel().queue_declare("missionscope.default", passive=True).consumer_count:
                    return
        except NoExchange:
            pass
        assert time.monotonic() < deadline, "nobody reads the queue"
        time.sleep(0.1)


def _wait(stored: Reader, mission: str, count: int) -> list[Any]:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = stored.get(f"/api/v1/missions/{mission}/logs/")
        found = answer.json()["results"] if answer.status_code == 200 else []
        if len(found) >= count:
            return found
        assert time.monotonic() < deadline, f"{len(found)} of {count} records came"
        time.sleep(0.1)
