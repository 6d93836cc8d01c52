"""docs/stage7.md: its lines, put where it says, tell a mission; its command imports."""

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Project
from tests.blackbox.client import Reader, mission_path
from tests.clients.test_typescript_client import TYPES
from tests.clients.test_typescript_client import tools as tools
from tests.docs.reading import ROOT, read_snippets
from tests.plans.stage7_events import MISSION, created, event
from tests.servers import Server
from traces.models import Mission

PAGE = ROOT / "docs" / "stage7.md"
PRELUDE = Path(__file__).parent / "stage7_program.mjs"
BLOCKS = [block.text for block in read_snippets(PAGE, "ts")]
LINES = [text for text in BLOCKS if text.startswith("missionscope.stage7(")]
HANDLERS = [text for text in BLOCKS if text.startswith("app.use(")]
[MODULE] = [text for text in BLOCKS if "export const tellExchanges" in text]
[EXPORT] = [text for text in BLOCKS if text.startswith("export * as missionscope")]
RUN_S = 120
AGENT, STEP = "agent-1", "5b2f1c0e-0000-4000-8000-000000000009"


@pytest.fixture(scope="module")
def shared(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """stage7's `shared/src` with what the page puts into it, and a program around the page's other lines."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "missionscope.ts").write_text((ROOT / "clients" / "missionscope.ts").read_text())
    (folder / "tellExchanges.ts").write_text(MODULE)
    (folder / "index.ts").write_text(f"{EXPORT}export * from './tellExchanges';\n")
    placed = "".join(f"(function () {{ {line.strip()} }}).call(self);\n" for line in LINES)
    (folder / "program.ts").write_text(
        f"{PRELUDE.read_text()}\n{''.join(HANDLERS)}function tellAll() {{\n{placed}}}\naskAll();\n"
    )
    build = [str(tools / "esbuild"), "program.ts", "--bundle", "--platform=node", "--outfile=program.cjs"]
    subprocess.run(build, cwd=folder, check=True, capture_output=True, timeout=RUN_S)
    return folder


def test_every_piece_of_the_page_is_tried() -> None:
    assert len(LINES) + len(HANDLERS) + 2 == len(BLOCKS)
    assert [line for line in LINES if line.count("\n") != 1] == []


def test_the_types_of_the_module_are_right(tools: Path, shared: Path) -> None:
    (shared / "node.d.ts").write_text('declare module "crypto" { export function randomUUID(): string; }\n')
    command = [str(tools / "tsc"), *TYPES.split(), "index.ts", "node.d.ts"]
    done = subprocess.run(command, cwd=shared, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.server
def test_the_lines_tell_a_mission(shared: Path, server: Server) -> None:
    mission, reader = "page-stage7", Reader(server.url, server.key)
    told = {"MISSIONSCOPE_URL": server.url, "MISSIONSCOPE_KEY": server.key, "MISSIONSCOPE_SERVICE": "stage7"}
    command = ["node", "program.cjs", mission, AGENT, STEP]
    done = subprocess.run(
        command, cwd=shared, env=os.environ | told, capture_output=True, text=True, timeout=RUN_S, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert reader.items("/api/v1/rejections/") == []
    found = reader.settled(mission, lambda each: each["llm_call_count"] == 1 and each["tool_call_count"] == 1)
    assert (found["llm_call_count"], found["tool_call_count"]) == (1, 1)
    assert_the_plan(reader, mission)
    assert_the_work(reader, mission)
    reader.close()


def assert_the_plan(reader: Reader, mission: str) -> None:
    steps = {step["step_id"]: step for step in reader.items(f"{mission_path(mission)}steps/")}
    assert steps[STEP]["verb"] == "SEARCH"
    assert [agent["id"] for agent in reader.items(f"{mission_path(mission)}agents/")] == [AGENT]
    [question] = reader.items(f"{mission_path(mission)}human-requests/")
    assert (question["question"], question["step_id"]) == ("Which one?", STEP)
    names = {record["event_name"] for record in reader.logs(mission)}
    assert names >= {"stage7.event.step_created", "stage7.message.statusUpdate", "stage7.message.stepTransfer"}
    [agent] = reader.items(f"{mission_path(mission)}state/")
    assert agent["state"]["status"] == "running"


def assert_the_work(reader: Reader, mission: str) -> None:
    calls: dict[bool, Any] = {}
    for row in reader.items(f"{mission_path(mission)}llm-calls/", include="content"):
        calls[row["request_model"] == "hf/llama"] = row
    attempt, call = calls[True], calls[False]
    for each in (attempt, call):
        assert each["end_ns"]
        assert each["input_messages"][0]["parts"][0]["content"] == "Where?"
        assert each["output_messages"][0]["parts"][0]["content"] == "There."
    [run] = reader.items(f"{mission_path(mission)}tool-calls/", include="content")
    assert (run["tool_name"], run["step_id"], run["effective_status"]) == ("SEARCH", STEP, "ok")
    span = reader.read(f"{mission_path(mission)}spans/{run['trace_id']}/{run['span_id']}/")
    assert span["attributes"]["stage7.stderr"] == "looked everywhere"


@pytest.mark.django_db
def test_the_command_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [snippet] = [each for each in read_snippets(PAGE, "sh") if "manage.py" in each.text]
    program, script, name, *arguments = shlex.split(snippet.text)
    assert (program, script) == (".venv/bin/python", "manage.py")
    Project.objects.create(slug="default", name="default")
    files = {
        "events.json": [created("step-1", 0, missionId=MISSION)],
        "agents.json": [{"_id": "agent-1", "missionId": MISSION, "status": "running"}],
        "missions.json": [{"_id": MISSION, "name": "Find it", "goal": "Find the thing"}],
    }
    assert set(files) | {"agentset.log"} == set(arguments)
    for each, documents in files.items():
        (tmp_path / each).write_text(json.dumps(documents))
    line = json.dumps(event("agent_created", 1, missionId=MISSION, agentId="agent-1"))
    (tmp_path / "agentset.log").write_text(f"Event logged successfully: {line}\n")
    monkeypatch.chdir(tmp_path)
    call_command(name, *arguments, verbosity=0)
    assert list(Mission.objects.values_list("key", flat=True)) == [MISSION]
