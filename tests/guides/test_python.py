"""docs/guides/python.md: its programs run as they stand, and MissionScope shows one mission of two services."""

import json
import secrets
import sys
from typing import Any

import pytest

from tests.blackbox.client import Reader
from tests.guides.programs import run, started, told, write_programs
from tests.guides.reading import Told, read_told
from tests.servers import Server, find_free_port

pytestmark = pytest.mark.only_on("sqlite")  # what senders do is the same on every database


@pytest.fixture(scope="module")
def mission(server: Server, dsn: str, broker: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The mission of one run of the programs, and what they wrote on standard output."""
    folder, name = tmp_path_factory.mktemp("python"), f"guide-{secrets.token_hex(6)}"
    assert write_programs("python.md", folder) == ["telemetry.py", "engine.py", "desk.py"]
    port = str(find_free_port())
    engine = told(server, dsn, "engine", PORT=port, **broker)
    desk = told(server, dsn, "desk", ENGINE_URL=f"http://127.0.0.1:{port}", MISSION=name, **broker)
    with started([sys.executable, "engine.py"], folder, engine):
        printed = run([sys.executable, "desk.py"], folder, desk)
        reader = Reader(server.url, server.key)
        shown = read_told(reader, name, spans=11)
        reader.close()
    return shown._replace(printed=printed + (folder / "engine.out").read_text())


def test_context_crosses_http_websocket_and_rabbitmq(mission: Told):
    asked = mission.span("POST /missions")
    assert {span["trace_id"] for span in mission.spans} == {asked["trace_id"]}
    for sent, taken in (("CLIENT", "POST /think"), ("send note", "process note"), ("send step", "process step")):
        senders = [s for s in mission.spans if s["name"] == sent or (s["name"], s["otel_kind"]) == (taken, sent)]
        takers = [s for s in mission.spans if s["name"] == taken and s["service_name"] == "engine"]
        assert takers
        assert {each["parent_span_id"] for each in takers} <= {each["span_id"] for each in senders}
        assert all(each["service_name"] == "desk" for each in senders)


def test_model_call_and_tools_are_understood(mission: Told, stored: Reader):
    [call] = stored.items(f"{mission.path}llm-calls/")
    assert (call["request_model"], call["input_tokens"], call["output_tokens"]) == ("gpt-4o-mini", 12, 7)
    tools = stored.items(f"{mission.path}tool-calls/")
    assert sorted(tool["effective_status"] for tool in tools) == ["failed", "ok"]
    assert {tool["tool_name"] for tool in tools} == {"divide"}


def test_every_line_has_its_ids_in_missionscope_and_on_standard_output(mission: Told):
    lines = {line["body"]: line for line in mission.logs}
    written = {"mission begins", "thinking about heat pumps", "told take your time", "step step-2 gave nothing"}
    assert written <= set(lines)
    for line in lines.values():
        assert line["trace_id"]
    assert lines["told take your time"]["service_name"] == "engine"
    assert lines["step step-2 gave nothing"]["step_id"] == "step-2"
    printed = [json.loads(line) for line in mission.printed.splitlines()]
    failed: dict[str, Any] = next(line for line in printed if line["message"] == "step step-2 gave nothing")
    assert (failed["level"], failed["mission.id"], failed["step.id"]) == ("WARNING", mission.name, "step-2")
    assert failed["trace_id"] == lines["step step-2 gave nothing"]["trace_id"]


def test_the_failure_is_one_error_with_its_stack(mission: Told, stored: Reader):
    [group] = mission.error_groups(stored)
    assert (group["error_type"], group["event_count"]) == ("ZeroDivisionError", 1)


def test_the_counter_and_the_histogram_are_in_the_catalogue(mission: Told, stored: Reader):
    named = {metric["name"]: metric for metric in stored.items("/api/v1/metrics/catalogue/")}
    assert {"engine.steps", "engine.step.duration"} <= set(named)
    assert named["engine.step.duration"]["units"] == ["s"]
