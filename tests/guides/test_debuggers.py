"""The debuggers that the guides tell of: started by their own lines, they stop a program and read its variables."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.guides.building import compile_services
from tests.guides.programs import GUIDES, RUN_S, started, told, write_programs
from tests.missionscope.test_debugging import Debugger, addresses_of
from tests.servers import Server, find_free_port

pytestmark = pytest.mark.only_on("sqlite")  # what senders do is the same on every database
ASK = 'import sys, urllib.request as r; r.urlopen(r.Request(sys.argv[1], b\'{"goal": "heat pumps"}\')).read()'


def read_command(guide: str, beginning: str, port: int) -> list[str]:
    """The line that the guide tells, with another port."""
    [line] = re.findall(rf"`({beginning}[ =][^`]+)`", (GUIDES / guide).read_text())
    changed = re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{port}", line)
    assert changed != line
    return changed.split()


def line_of(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line)


def asking(url: str) -> "subprocess.Popen[bytes]":
    """A request that waits while the program stands still."""
    return subprocess.Popen([sys.executable, "-c", ASK, url])


def test_a_python_service_is_stopped_and_goes_on(server: Server, dsn: str, broker: dict[str, str], tmp_path: Path):
    write_programs("python.md", tmp_path)
    port, debug_port = str(find_free_port()), find_free_port()
    _, *command = read_command("python.md", "python -m debugpy", debug_port)
    line = line_of(tmp_path / "engine.py", 'log.info("thinking about')
    with started([sys.executable, *command], tmp_path, told(server, dsn, "engine", PORT=port, **broker)):
        assert addresses_of(debug_port) == {"127.0.0.1"}
        debugger = Debugger(debug_port)
        debugger.answer("initialize", adapterID="tests", pathFormat="path")
        debugger.ask("attach", justMyCode=True)
        debugger.wait_for(type="event", event="initialized")
        debugger.answer("setBreakpoints", source={"path": str(tmp_path / "engine.py")}, breakpoints=[{"line": line}])
        debugger.answer("configurationDone")
        waiting = asking(f"http://127.0.0.1:{port}/think")
        thread = debugger.wait_for(type="event", event="stopped")["body"]["threadId"]
        [frame, *_] = debugger.answer("stackTrace", threadId=thread)["stackFrames"]
        assert (frame["name"], frame["line"]) == ("think", line)
        assert debugger.answer("evaluate", frameId=frame["id"], expression="asked['goal']")["result"] == "'heat pumps'"
        debugger.answer("continue", threadId=thread)
        debugger.answer("disconnect")
        assert waiting.wait(RUN_S) == 0
        debugger.close()


class Inspector:
    """Speaks the protocol of Node's inspector, as an editor does."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._number = socket, 0

    def wait_for(self, **wanted: Any) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = json.loads(self._socket.recv(timeout=RUN_S))
            if wanted.items() <= message.items():
                return message

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        answer: dict[str, Any] = self.wait_for(id=self._number)["result"]
        return answer


def test_a_node_service_is_stopped_and_goes_on(
    server: Server, dsn: str, broker: dict[str, str], node_packages: Path, tmp_path: Path
):
    compile_services(tmp_path, node_packages)
    port, debug_port = str(find_free_port()), find_free_port()
    command = read_command("typescript.md", "node --inspect", debug_port)
    assert command[-1] == "api.js"
    line = line_of(tmp_path / "worker.js", '"thinking"')
    with started([*command[:-1], "worker.js"], tmp_path, told(server, dsn, "worker", PORT=port, **broker)):
        assert addresses_of(debug_port) == {"127.0.0.1"}
        [target] = httpx.get(f"http://127.0.0.1:{debug_port}/json/list", trust_env=False).json()
        with connect(target["webSocketDebuggerUrl"]) as socket:
            inspector = Inspector(socket)
            inspector.ask("Debugger.enable")
            place = {"lineNumber": line - 1, "urlRegex": ".*worker\\.js$"}
            [found] = inspector.ask("Debugger.setBreakpointByUrl", **place)["locations"]
            assert found["lineNumber"] == line - 1
            waiting = asking(f"http://127.0.0.1:{port}/think")
            frame = inspector.wait_for(method="Debugger.paused")["params"]["callFrames"][0]
            asked = {"callFrameId": frame["callFrameId"], "expression": "_request.url"}
            assert inspector.ask("Debugger.evaluateOnCallFrame", **asked)["result"]["value"] == "/think"
            inspector.ask("Debugger.resume")
            assert waiting.wait(RUN_S) == 0
