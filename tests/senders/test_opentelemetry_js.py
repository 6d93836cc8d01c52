"""OpenTelemetry's SDK and exporters for JavaScript, in both encodings."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.blackbox.client import Reader, mission_path
from tests.servers import Server

HERE = Path(__file__).parent / "node"
INSTALL_S, RUN_S = 180, 60


@pytest.fixture(scope="module")
def node_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with its pinned packages beside it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node (node, npm)")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", ".npmrc", "send.mjs"):
        shutil.copy(HERE / name, folder / name)
    install = ["npm", "ci", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode and any(word in done.stderr for word in ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT")):
        pytest.skip("packages of tests/senders/node (a registry)")
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "send.mjs"


@pytest.mark.parametrize("encoding", ["proto", "json"])
def test_a_javascript_program(node_program: Path, server: Server, stored: Reader, mission: str, encoding: str) -> None:
    command = ["node", str(node_program), server.url, server.key, mission, encoding]
    done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    trace_id = done.stdout.strip()

    rows = {row["name"]: row for row in stored.spans(mission)}
    assert set(rows) == {"plan a trip", "chat claude-3-5-haiku", "execute_tool find_trains"}
    assert {row["trace_id"] for row in rows.values()} == {trace_id}
    agent, failed = rows["plan a trip"], rows["execute_tool find_trains"]
    assert rows["chat claude-3-5-haiku"]["parent_span_id"] == agent["span_id"]
    assert [row["span_kind"] for row in rows.values() if row is not agent] in (["LLM", "TOOL"], ["TOOL", "LLM"])
    assert (failed["status_code"], failed["status_message"]) == ("ERROR", "no train before 2031")
    assert int(agent["start_ns"]) <= int(failed["start_ns"]) <= int(failed["end_ns"])

    (call,) = stored.items(f"{mission_path(mission)}llm-calls/")
    assert (call["input_tokens"], call["output_tokens"], call["finish_reasons"]) == (120, 31, ["tool_use"])
    assert (call["provider_name"], call["request_model"]) == ("anthropic", "claude-3-5-haiku-20241022")
    said = stored.read(f"{mission_path(mission)}llm-calls/{call['id']}/")
    assert said["input_messages"][0]["parts"][0]["content"] == "Zürich → Malmö, 2 Personen"
    (part,) = said["output_messages"][0]["parts"]
    assert (part["id"], part["arguments"]) == ("toolu_01", {"from": "Zürich", "to": "Malmö"})

    (run,) = stored.items(f"{mission_path(mission)}tool-calls/")
    assert (run["tool_name"], run["tool_call_id"], run["effective_status"]) == ("find_trains", "toolu_01", "failed")
    (record,) = stored.logs(mission)
    assert record["body"] == {"what": "timetable", "trains": []}
    assert (record["severity_number"], record["attributes"]["attempt"]) == (17, 2)
    assert record["span_id"] == failed["span_id"]
    found = stored.settled(mission, lambda m: m["span_count"] == 3 and m["log_count"] == 1)
    assert (found["llm_call_count"], found["tool_call_count"], found["status"]) == (1, 1, "failed")
