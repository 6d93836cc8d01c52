"""Lines that real loggers write, posted as they were written: one story, the same records from every library."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.blackbox.client import Reader
from tests.servers import ROOT, Server

HERE = Path(__file__).parent / "loggers"
INSTALL_S, RUN_S = 180, 60
NODE, PYTHON = ("pino", "winston", "bunyan"), ("structlog", "structlog-dicts", "python-json-logger", "logging")
IDS = {
    "missionscope.step.id": "step-2", "request.id": "req-7", "gen_ai.conversation.id": "conv-1", "user.id": "u-1",
}  # fmt: skip
TRACE = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
FATAL = {"winston": 17}
"""winston has nothing above error."""


@pytest.fixture(scope="module")
def node_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with its pinned packages beside it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node (node, npm)")
    folder = tmp_path_factory.mktemp("loggers")
    for name in ("package.json", "package-lock.json", ".npmrc", "log.mjs"):
        shutil.copy(HERE / name, folder / name)
    install = ["npm", "ci", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode and any(word in done.stderr for word in ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT")):
        pytest.skip("packages of tests/senders/loggers (a registry)")
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "log.mjs"


@pytest.fixture
def post(server: Server) -> Callable[..., Any]:
    """Posts what a logger printed; the answer, which must be a 200."""

    def send(body: bytes, content_type: str) -> Any:
        headers = {"x-api-key": server.key, "content-type": content_type, "x-service-name": "planner"}
        url = f"{server.url}/api/v1/logs"
        answer = httpx.post(url, content=body, headers=headers, timeout=60, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return send


def printed(command: list[str]) -> bytes:
    environment = {**os.environ, "TZ": "UTC"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=RUN_S, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def check_story(logs: list[dict[str, Any]], library: str) -> None:
    told = {log["body"][:4]: log for log in logs}  # several within a millisecond
    comparing, slow, failed, over = (told.pop(beginning) for beginning in ("comp", "slow", "it f", "givi"))
    assert not told
    assert [log["severity_number"] for log in (comparing, slow, failed, over)] == [5, 13, 17, FATAL.get(library, 21)]
    assert {log["service_name"] for log in logs} == {"planner"}
    thrown = failed["attributes"]
    assert thrown["exception.type"] in ("TypeError", "ValueError")
    assert thrown["exception.message"] == "the vendor list is empty"
    assert "log.mjs" in thrown["exception.stacktrace"] or "python_loggers.py" in thrown["exception.stacktrace"]
    assert {log["request_id"] for log in logs} == {"req-7"}


@pytest.mark.parametrize("library", PYTHON)
def test_a_python_logger(post: Callable[..., Any], stored: Reader, mission: str, library: str) -> None:
    lines = printed([sys.executable, "-m", "tests.senders.python_loggers", library, mission])
    is_text = library == "logging"
    answer = post(lines, "text/plain" if is_text else "application/x-ndjson")
    assert answer["rejected"] == []
    logs = stored.logs(mission)
    check_story(logs, library)
    if is_text:
        return
    assert all(IDS.items() <= log["attributes"].items() for log in logs)
    assert {(log["trace_id"], log["span_id"]) for log in logs} == {TRACE}
    assert {log["conversation_id"] for log in logs} == {"conv-1"}
    assert all(log["attributes"]["code.file.path"].endswith("python_loggers.py") for log in logs)
    assert all(log["attributes"]["code.line.number"] > 1 for log in logs)


@pytest.mark.parametrize("library", NODE)
def test_a_node_logger(
    node_program: Path, post: Callable[..., Any], stored: Reader, mission: str, library: str
) -> None:
    lines = printed(["node", str(node_program), library, mission])
    assert post(lines, "application/x-ndjson") == {"accepted": 4, "rejected": []}
    assert post(lines, "text/plain") == {"accepted": 4, "rejected": []}
    logs = stored.logs(mission)
    check_story(logs, library)
    assert all(IDS.items() <= log["attributes"].items() for log in logs)
    assert {(log["trace_id"], log["span_id"]) for log in logs} == {TRACE}
    assert [log["attributes"]["vendors"] for log in logs if "vendors" in log["attributes"]] == [3]
    if library != "winston":
        assert all(log["host_name"] for log in logs)
