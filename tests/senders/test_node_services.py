"""Services of Node that nobody changed, instrumented by their environment alone: docs/stage7.md's lines are used."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.blackbox.client import SETTLED_S, Reader, mission_path
from tests.docs.reading import ROOT, read_snippets
from tests.servers import Server
from tests.tap.process import start_tap

HERE = Path(__file__).parent / "services"
INSTALL_S, START_S = 300, 60
NO_REGISTRY = ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT")
KINDS = ("agent_created", "step_created", "step_execution_start", "step_completed")
AT_ONCE = {"OTEL_BSP_SCHEDULE_DELAY": "200"}
"""Only so that the test need not wait."""
_VARIABLE = re.compile(r'(\w+)=("[^"]*"|\S+)')


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two services with the pinned instrumentation beside them."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node (node, npm)")
    folder = tmp_path_factory.mktemp("services")
    for file in [*HERE.glob("*.cjs"), *HERE.glob("package*.json"), HERE / ".npmrc"]:
        shutil.copy(file, folder / file.name)
    install = ["npm", "ci", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode and any(word in done.stderr for word in NO_REGISTRY):
        pytest.skip("packages of tests/senders/services (a registry)")
    assert done.returncode == 0, done.stderr[-3000:]
    build = [str(folder / "node_modules" / ".bin" / "esbuild"), str(ROOT / "clients" / "missionscope.ts")]
    build += ["--format=cjs", f"--outfile={folder / 'missionscope.cjs'}"]
    subprocess.run(build, check=True, capture_output=True, timeout=START_S)
    return folder


def documented(server: Server) -> dict[str, str]:
    """The variables that docs/stage7.md tells for Node services, for this server."""
    [snippet] = [each for each in read_snippets(ROOT / "docs" / "stage7.md", "sh") if "NODE_OPTIONS" in each.text]
    lines = snippet.text.splitlines()
    assert all(line.startswith("export ") for line in lines)
    told = {name: value.strip('"') for line in lines for name, value in _VARIABLE.findall(line.removeprefix("export "))}
    assert {"NODE_OPTIONS", "OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_HEADERS"} <= set(told)
    return {
        name: value.replace("http://127.0.0.1:8700", server.url).replace("$MISSIONSCOPE_KEY", server.key)
        for name, value in told.items()
    }


@contextmanager
def started(folder: Path, name: str, log: Path, told: dict[str, str], **environment: str) -> Iterator[str]:
    """A service under its own name; its host and port."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "NODE_"))}
    mine = plain | told | AT_ONCE | {"OTEL_SERVICE_NAME": name} | environment
    with log.open("wb") as errors:
        process = subprocess.Popen(
            ["node", f"{name}.cjs"], cwd=folder, env=mine, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port.isdigit(), log.read_text()[-3000:]
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]


@pytest.fixture
def told(server: Server) -> dict[str, str]:
    return documented(server)


def run_agent(agentset: str, mission: str) -> None:
    ids = {"missionId": mission, "agentId": f"agent-{mission}", "stepId": f"step-{mission}"}
    answer = httpx.post(f"http://{agentset}/addAgent", json=ids, timeout=60, trust_env=False)
    assert answer.json() == {"agentId": ids["agentId"]}


def read_work(stored: Reader, mission: str, count: int) -> list[tuple[str, str, str]]:
    """Service, kind and name of the spans of the mission, once there are so many."""
    deadline = time.monotonic() + SETTLED_S
    while stored.get(mission_path(mission)).status_code == 404 and time.monotonic() < deadline:
        time.sleep(0.05)
    stored.settled(mission, lambda found: found["span_count"] >= count and found["log_count"] == len(KINDS))
    return sorted((row["service_name"], row["otel_kind"], row["name"]) for row in stored.spans(mission))


def test_the_door_ties_the_trace_of_a_request_to_the_mission_of_what_it_brings(
    services: Path, server: Server, stored: Reader, mission: str, told: dict[str, str], tmp_path: Path
) -> None:
    with ExitStack() as stack:
        door = {"FORWARD_TO": f"{server.url}/api/v1/stage7/storeData", "FORWARD_KEY": server.key}
        librarian = stack.enter_context(started(services, "librarian", tmp_path / "librarian", told, **door))
        agentset = stack.enter_context(
            started(services, "agentset", tmp_path / "agentset", told, LIBRARIAN_URL=librarian)
        )
        missions = [f"{mission}-a", f"{mission}-b"]
        for each in missions:
            run_agent(agentset, each)
        for each in missions:
            found = read_work(stored, each, 13)
            assert found == sorted(
                [("agentset", "SERVER", "POST")]
                + [("agentset", "CLIENT", "POST"), ("librarian", "SERVER", "POST"), ("librarian", "CLIENT", "POST")] * 4
            )
            assert_one_tree_beside_the_plan(stored, each)


def test_the_tap_tells_the_trace_of_what_passes(
    services: Path, server: Server, stored: Reader, mission: str, told: dict[str, str], tmp_path: Path
) -> None:
    with ExitStack() as stack:
        librarian = stack.enter_context(started(services, "librarian", tmp_path / "librarian", told))
        port = int(librarian.rpartition(":")[2])
        tap = stack.enter_context(start_tap(tmp_path, server.url, {"librarian": port}, key=server.key))
        tapped = f"127.0.0.1:{tap.port('librarian')}"
        agentset = stack.enter_context(started(services, "agentset", tmp_path / "agentset", told, LIBRARIAN_URL=tapped))
        run_agent(agentset, mission)
        found = read_work(stored, mission, 9)
        assert found == sorted(
            [("agentset", "SERVER", "POST")] + [("agentset", "CLIENT", "POST"), ("librarian", "SERVER", "POST")] * 4
        )
        assert_one_tree_beside_the_plan(stored, mission)


def test_the_client_tells_the_trace_in_which_it_was_told(
    services: Path, server: Server, stored: Reader, mission: str, told: dict[str, str], tmp_path: Path
) -> None:
    client = {"MISSIONSCOPE_URL": server.url, "MISSIONSCOPE_KEY": server.key}
    missions = [f"{mission}-{letter}" for letter in "abcd"]
    with started(services, "patched", tmp_path / "patched", told, **client) as agentset:
        for each in missions:
            run_agent(agentset, each)
        for each in missions:
            assert ("patched", "SERVER", "POST") in read_work(stored, each, 1)
            assert len({row["trace_id"] for row in stored.spans(each)}) == 1
            assert len(stored.logs(each)) == len(KINDS)


def assert_one_tree_beside_the_plan(stored: Reader, mission: str) -> None:
    """The spans are one trace under the request to AgentSet; the plan and its records are in the same mission."""
    rows = stored.spans(mission)
    [root] = [row for row in rows if not row["parent_span_id"]]
    assert (root["service_name"], {row["trace_id"] for row in rows}) == ("agentset", {root["trace_id"]})
    whole: dict[str, Any] = stored.read(f"{mission_path(mission)}spans/{root['trace_id']}/{root['span_id']}/", side=1)
    assert "concluded" in whole["provenance"]["mission_key"]
    [step] = stored.items(f"{mission_path(mission)}steps/")
    assert (step["step_id"], step["verb"], step["effective_status"]) == (f"step-{mission}", "SEARCH", "ok")
    events = {record["event_name"] for record in stored.logs(mission)}
    assert events == {f"stage7.event.{kind}" for kind in KINDS}
    assert stored.read(mission_path(mission))["services"] == ["agentset", "librarian"]
