"""docs/guides/python.md: its programs run as they stand, and MissionScope shows one mission of two services."""

import json
import secrets
import sys
from typing import Any

import pytest

from tests.blackbox.client import Reader
from tests.guides.programs import run, started, told, write_programs
from tests.guides.reading import Told, read_level, read_told
from tests.servers import Server, find_free_port

pytestmark = pytest.mark.only_on("sqlite")  # what senders do is the same on every database


@pytest.fixture(scope="module")
def mission(server: Server, dsn: str, broker: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The mission of one run of the programs, and what they wrote on standard output."""
    folder, name = tmp_path_factory.mktemp("python"), f"guide-{secrets.token_hex(6)}"
    assert write_programs("python.md", folder) == ["telemetry.py", "engine.py", "desk.py"]
    port = str(find_free_port())
    engine = told(server, dsn, "engine", PORT=port, OTEL_METRIC_EXPORT_INTERVAL="500", **broker)
    desk = told(server, dsn, "desk", ENGINE_URL=f"http://127.0.0.1:{port}", MISSION=name, **broker)
    with started([sys.executable, "engine.py"], folder, engine):
        printed = run([sys.executable, "desk.py"], folder, desk)
        reader = Reader(server.url, server.key)
        shown = read_told(reader, name, spans=12)
        read_level(reader, "rabbitmq.message.current", "engine")  # while there is somebody who measures it
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
    said = stored.read(f"{mission.path}llm-calls/{call['id']}/")
    assert said["input_messages"][0]["parts"][0]["content"] == "heat pumps"
    assert said["output_messages"][0]["parts"][0]["content"] == "About heat pumps: look it up."


def test_a_tool_runs_arguments_and_result_hang_on_its_span_and_so_does_the_statement_below_it(
    mission: Told, stored: Reader
):
    [done] = [run for run in stored.items(f"{mission.path}tool-calls/") if run["effective_status"] == "ok"]
    run = stored.read(f"{mission.path}tool-calls/{done['id']}/")
    assert (run["arguments"], run["result"]) == ([6, 3], "2.0")
    span = next(span for span in mission.spans if span["span_id"] == run["span_id"])
    assert span["trace_id"] == run["trace_id"]
    statement = mission.span("INSERT results")
    assert (statement["parent_span_id"], statement["otel_kind"]) == (span["span_id"], "CLIENT")
    assert statement["span_kind"] == "DB"


def test_the_agents_state_at_each_step_is_kept(mission: Told, stored: Reader):
    [agent] = stored.items(f"{mission.path}state/")
    assert agent["state"] == {"working_on": "step-2", "tool": "divide"}
    [before] = stored.items(f"{mission.path}state/", at_ns=mission.span("INSERT results")["end_ns"])
    assert before["state"]["working_on"] == "step-1"


def test_every_line_has_its_ids_in_missionscope_and_on_standard_output(mission: Told):
    lines = {line["body"]: line for line in mission.logs}
    written = {"mission begins", "thinking about heat pumps", "told take your time", "step step-2 gave nothing"}
    assert written <= set(lines)
    for line in lines.values():
        assert line["trace_id"]
    assert lines["told take your time"]["service_name"] == "engine"
    assert lines["step step-2 gave nothing"]["step_id"] == "step-2"
    assert lines["step step-2 gave nothing"]["host_name"]
    assert lines["step step-2 gave nothing"]["attributes"]["code.file.path"].endswith("engine.py")
    assert {lines["mission begins"][name] for name in ("user_id", "conversation_id")} == {
        "user-7", f"{mission.name}-talk"
    }  # fmt: skip
    assert {line["request_id"] for line in lines.values()} == {lines["mission begins"]["request_id"]}
    printed = [json.loads(line) for line in mission.printed.splitlines()]
    failed: dict[str, Any] = next(line for line in printed if line["message"] == "step step-2 gave nothing")
    assert (failed["level"], failed["mission.id"], failed["step.id"]) == ("WARNING", mission.name, "step-2")
    assert {"host", "timestamp", "service", "pathname", "lineno"} <= set(failed)
    assert failed["trace_id"] == lines["step step-2 gave nothing"]["trace_id"]


def test_the_failure_is_one_error_with_its_stack(mission: Told, stored: Reader):
    [group] = mission.error_groups(stored)
    assert (group["error_type"], group["event_count"]) == ("ZeroDivisionError", 1)


def test_the_counter_and_the_histogram_are_in_the_catalogue(mission: Told, stored: Reader):
    named = {metric["name"]: metric for metric in stored.items("/api/v1/metrics/catalogue/")}
    assert {"engine.steps", "engine.step.duration"} <= set(named)
    assert named["engine.step.duration"]["units"] == ["s"]


def test_processor_memory_uptime_queue_and_connections_are_measured(stored: Reader, mission: Told):
    assert 0 <= read_level(stored, "process.cpu.utilization", "engine") <= 1
    assert read_level(stored, "process.memory.usage", "engine") > 10_000_000
    assert read_level(stored, "process.uptime", "engine") > 0
    assert read_level(stored, "rabbitmq.message.current", "engine") >= 0
    assert read_level(stored, "db.client.connection.count", "engine") == 0
