"""A debugger attaches to the server where a setting says so, on the loopback interface alone."""

import itertools
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers import ROOT, find_free_port, start_server

PATIENCE_S = 60
BREAKPOINT = "missionscope/health.py"


class Debugger:
    """Speaks the Debug Adapter Protocol, as an editor does."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._file = self._socket.makefile("rb")
        self._numbers = itertools.count(1)

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, command: str, **arguments: Any) -> int:
        """The number of the request."""
        number = next(self._numbers)
        body = json.dumps({"seq": number, "type": "request", "command": command, "arguments": arguments}).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return number

    def wait_for(self, **wanted: Any) -> dict[str, Any]:
        """The next message that has these fields; others are passed over."""
        while True:
            message = self._read()
            assert message.get("success", True), message
            if all(message.get(name) == value for name, value in wanted.items()):
                return message

    def answer(self, command: str, **arguments: Any) -> dict[str, Any]:
        return self.wait_for(type="response", request_seq=self.ask(command, **arguments)).get("body", {})

    def _read(self) -> dict[str, Any]:
        length = 0
        while line := self._file.readline().strip():
            length = int(line.removeprefix(b"Content-Length: "))
        assert length, "the debugger's other side is gone"
        return json.loads(self._file.read(length))


@pytest.mark.server
def test_a_debugger_stops_in_a_view_reads_a_variable_and_lets_it_go_on(tmp_path):
    port = find_free_port()
    line = next(
        number
        for number, text in enumerate((ROOT / BREAKPOINT).read_text().splitlines(), 1)
        if "waiting = len(executor" in text
    )
    with start_server(tmp_path, MISSIONSCOPE_DEBUGPY=str(port)) as server:
        assert addresses_of(port) == {"127.0.0.1"}
        debugger = Debugger(port)
        debugger.answer("initialize", adapterID="tests", pathFormat="path")
        debugger.ask("attach", justMyCode=True)
        debugger.wait_for(type="event", event="initialized")
        source = {"path": str(ROOT / BREAKPOINT)}
        assert debugger.answer("setBreakpoints", source=source, breakpoints=[{"line": line}])["breakpoints"][0][
            "verified"
        ]
        debugger.answer("configurationDone")
        with ask(f"{server.url}/readyz") as asking:
            thread = debugger.wait_for(type="event", event="stopped")["body"]["threadId"]
            [frame, *_] = debugger.answer("stackTrace", threadId=thread)["stackFrames"]
            assert (frame["name"], frame["line"]) == ("check_migrations", line)
            seen = debugger.answer("evaluate", frameId=frame["id"], expression="type(executor).__name__")
            assert seen["result"] == "'MigrationExecutor'"
            debugger.answer("continue", threadId=thread)
            debugger.answer("disconnect")
            assert asking.wait(PATIENCE_S) == 0
        debugger.close()


def ask(url: str) -> "subprocess.Popen[bytes]":
    """A request that waits, in a process of its own."""
    program = f"import urllib.request; urllib.request.urlopen({url!r}, timeout={PATIENCE_S}).read()"
    return subprocess.Popen([sys.executable, "-c", program])


def addresses_of(port: int) -> set[str]:
    """The addresses on which somebody listens at this port."""
    found = set()
    for name, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for row in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            local, state = row.split()[1], row.split()[3]
            host, _, hexadecimal = local.partition(":")
            if state == "0A" and int(hexadecimal, 16) == port:
                packed = b"".join(bytes.fromhex(host[at : at + 8])[::-1] for at in range(0, len(host), 8))
                found.add(socket.inet_ntop(family, packed))
    return found


@pytest.mark.parametrize("value", ["0.0.0.0:5678", "80", "yes", "70000", "127.0.0.1:5678"])
def test_anything_but_a_port_is_refused(value, tmp_path):
    assert "MISSIONSCOPE_DEBUGPY must be" in refusal(tmp_path, MISSIONSCOPE_DEBUGPY=value)


def test_several_web_processes_cannot_be_debugged(tmp_path):
    said = refusal(
        tmp_path,
        MISSIONSCOPE_DEBUGPY="5678",
        MISSIONSCOPE_WORKERS="2",
        DATABASE_URL="postgres://nobody@127.0.0.1:1/none",
        REDIS_URL="redis://127.0.0.1:1/0",
    )
    assert "MISSIONSCOPE_DEBUGPY needs MISSIONSCOPE_WORKERS=1" in said


def test_without_the_setting_nothing_of_the_debugger_is_loaded(tmp_path):
    program = (
        "import os, sys; from missionscope.remote_debugging import listen_for_debugger; listen_for_debugger(0);"
        "sys.exit('debugpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=PATIENCE_S)


def refusal(folder: Path, **environment: str) -> str:
    """What the start said when it was refused."""
    settings = {"MISSIONSCOPE_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "missionscope.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, **settings, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode != 0
    return done.stderr
