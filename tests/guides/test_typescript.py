"""docs/guides/typescript.md: its programs are typed and run as they stand, and MissionScope shows one mission."""

import json
import secrets
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.blackbox.client import Reader
from tests.guides.building import compile_services
from tests.guides.programs import RUN_S, started, told
from tests.guides.reading import Told, read_level, read_told
from tests.servers import Server, find_free_port

TRACE, SENDER = secrets.token_hex(16), secrets.token_hex(8)
CONTEXT = {"traceparent": f"00-{TRACE}-{SENDER}-01"}


pytestmark = pytest.mark.only_on("sqlite")  # what senders do is the same on every database


@pytest.fixture(scope="module")
def folder(node_packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's programs, checked by TypeScript and compiled to CommonJS."""
    made = tmp_path_factory.mktemp("typescript")
    compile_services(made, node_packages)
    return made


@pytest.fixture(scope="module")
def mission(server: Server, dsn: str, broker: dict[str, str], folder: Path) -> Told:
    """The mission of one request and one WebSocket message, as a browser sends them."""
    name, port, engine = f"guide-{secrets.token_hex(6)}", str(find_free_port()), str(find_free_port())
    often = {"OTEL_METRIC_EXPORT_INTERVAL": "500"}
    api = told(server, dsn, "api", PORT=port, ENGINE_URL=f"http://127.0.0.1:{engine}", **often, **broker)
    worker = told(server, dsn, "worker", PORT=engine, **often, **broker)
    baggage = {"baggage": f"mission.id={name},user.id=user-7"}
    with (
        started(["node", "--require", "./telemetry.js", "worker.js"], folder, worker),
        started(["node", "--require", "./telemetry.js", "api.js"], folder, api),
    ):
        answer = httpx.post(
            f"http://127.0.0.1:{port}/missions",
            json={"mission": name, "user": "user-7", "goal": "heat pumps"},
            headers={**CONTEXT, "x-request-id": "clicked-1"},
            trust_env=False,
            timeout=60,
        )
        assert answer.json() == {"mission": name}
        with connect(f"ws://127.0.0.1:{port}/talk") as socket:
            socket.send(json.dumps({"type": "note", "payload": "take your time", "context": CONTEXT | baggage}))
            heard = json.loads(socket.recv(timeout=RUN_S))
            reader = Reader(server.url, server.key)
            read_level(reader, "websocket.connections.active", "api", is_right=lambda value: value == 1)
        assert heard["context"]["traceparent"].split("-")[1] == TRACE
        read_told(reader, name, spans=5)
    shown = read_told(reader, name, spans=10)
    reader.close()
    return shown._replace(printed=(folder / "api.out").read_text() + (folder / "worker.out").read_text())


def test_context_crosses_http_websocket_and_rabbitmq(mission: Told):
    assert {span["trace_id"] for span in mission.spans} == {TRACE}
    request = mission.span("POST", service_name="api", otel_kind="SERVER")
    assert request["parent_span_id"] == SENDER
    assert mission.span("process note")["parent_span_id"] == SENDER
    begun, sent = mission.span("Assistant.startConversation"), mission.span("Conversation.sendMessage")
    assert {span["parent_span_id"] for span in (begun, sent, mission.span("HumanInTheLoop.ask"))} == {
        request["span_id"]
    }
    called = mission.span("POST", service_name="api", otel_kind="CLIENT")
    answered = mission.span("POST", service_name="worker", otel_kind="SERVER")
    assert (called["parent_span_id"], answered["parent_span_id"]) == (begun["span_id"], called["span_id"])
    [published] = [span for span in mission.spans if span["otel_kind"] == "PRODUCER"]
    [taken] = [span for span in mission.spans if span["otel_kind"] == "CONSUMER" and span["service_name"] == "worker"]
    assert (published["parent_span_id"], taken["parent_span_id"]) == (sent["span_id"], published["span_id"])
    assert mission.span("Tool.execute")["parent_span_id"] == taken["span_id"]


def test_lines_of_pino_and_winston_have_their_ids(mission: Told):
    lines = {line["body"]: line for line in mission.logs}
    for body, service, severity in (
        ("a conversation begins", "api", "INFO"),
        ("told by WebSocket", "api", "INFO"),
        ("thinking", "worker", "INFO"),
        ("working on a step", "worker", "INFO"),
        ("the step gave nothing", "worker", "WARN"),
    ):
        assert (lines[body]["service_name"], lines[body]["trace_id"]) == (service, TRACE), body
        assert lines[body]["severity_text"].upper().startswith(severity), body
        assert lines[body]["host_name"], body
        assert lines[body]["attributes"]["code.file.path"].endswith(f"{service}.js"), body
        assert lines[body]["attributes"]["code.line.number"] > 1, body
    assert lines["the step gave nothing"]["step_id"] == "step-1"
    assert lines["the step gave nothing"]["request_id"] == "clicked-1"
    assert lines["told by WebSocket"]["request_id"] != "clicked-1", "a connection has an id of its own"
    assert {line["user_id"] for line in mission.logs} == {"user-7"}
    printed = [json.loads(line) for line in mission.printed.splitlines() if line.startswith("{")]
    assert {line["mission.id"] for line in printed} == {mission.name}
    assert all(line["request.id"] for line in printed)


def test_the_failure_is_one_error(mission: Told, stored: Reader):
    [group] = mission.error_groups(stored)
    assert (group["error_type"], group["event_count"]) == ("RangeError", 1)


def test_the_sdks_methods_are_a_metric(mission: Told, stored: Reader):
    assert "sdk.method.duration" in {metric["name"] for metric in stored.items("/api/v1/metrics/catalogue/")}


def test_conversations_sockets_requests_and_the_process_are_measured(mission: Told, stored: Reader):
    for metric in ("assistant.conversations.active", "websocket.connections.active"):
        read_level(stored, metric, "api", is_right=lambda value: value == 0)  # those that were open are closed
    named = {metric["name"] for metric in stored.items("/api/v1/metrics/catalogue/")}
    assert {"assistant.conversation.duration", "http.server.request.duration"} <= named
    for service in ("api", "worker"):
        assert 0 <= read_level(stored, "process.cpu.utilization", service) <= 1
        assert read_level(stored, "process.memory.usage", service) > 10_000_000
        assert read_level(stored, "process.uptime", service) > 0
