"""The React component on its example page, beside a MissionScope that allows pages of that origin."""

import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute

from tests.plans.stage7_events import Event, as_lines
from tests.servers import ROOT, Server, find_free_port, start_server

FOLDER = ROOT / "clients" / "mcsreact"


class Stage(NamedTuple):
    """A started MissionScope, and the address of the example page it allows."""

    server: Server
    page_url: str


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Both, for the whole run."""
    if shutil.which("node") is None or not (FOLDER / "node_modules" / "esbuild").is_dir():
        pytest.skip("packages of clients/mcsreact (make install-react)")
    port = find_free_port()
    page_url = f"http://127.0.0.1:{port}"
    directory = tmp_path_factory.mktemp("react")
    with start_server(directory, MISSIONSCOPE_CORS_ORIGINS=page_url) as server, serve_example(port):
        yield Stage(server, page_url)


@contextmanager
def serve_example(port: int) -> Iterator[None]:
    """The example as its README starts it: bundled, and served on a port."""
    command = ["node", str(FOLDER / "scripts" / "serve.mjs"), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        try:
            assert f"http://127.0.0.1:{port}/" in said, said + process.stdout.read()
            yield
        finally:
            process.terminate()


class Wire:
    """The page's live connections: they can be cut, and new ones refused until they are let through."""

    def __init__(self, page: Page) -> None:
        self.is_cut = False
        self.addresses: list[str] = []
        self.sockets: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("/ws/missions/"), self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close(code=1012)
            return
        self.addresses.append(socket.url)
        self.sockets.append(socket)
        server = socket.connect_to_server()
        server.on_message(socket.send)

    def cut(self) -> None:
        """The connection ends, and no other comes about."""
        self.is_cut = True
        for socket in self.sockets:
            socket.close(code=1012)
        self.sockets.clear()


class Panel:
    """The example page with the panel of a mission; what goes wrong in the page is noticed."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page, self.server, self.stage = page, stage.server, stage
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)

    def open(self, mission: str, *, theme: str = "light", token: str | None = None) -> Page:
        """Fill in the form, as a person does."""
        self.page.goto(self.stage.page_url)
        self.page.get_by_label("MissionScope", exact=True).fill(self.server.url)
        self.page.get_by_label("Mission", exact=True).fill(mission)
        self.page.get_by_label("Token or key").fill(self.server.key if token is None else token)
        self.page.get_by_label("Theme").select_option(theme)
        self.page.get_by_role("button", name="Show").click()
        return self.page

    def forgive(self, words: str) -> None:
        """Troubles with these words belong to the test."""
        self.troubles[:] = [each for each in self.troubles if words not in each]

    def send(self, mission: str, *spans: dict[str, Any], **resource: str) -> None:
        """Spans of a mission through the OTLP door."""
        named = {"missionscope.mission.id": mission, **resource}
        self._post(
            "traces", {"resourceSpans": [{"resource": _attributes(named), "scopeSpans": [{"spans": list(spans)}]}]}
        )

    def log(self, mission: str, body: str) -> None:
        """A line of a log through the OTLP door."""
        record = {"timeUnixNano": str(time.time_ns()), "severityNumber": 17, "body": {"stringValue": body}}
        named = _attributes({"missionscope.mission.id": mission})
        self._post("logs", {"resourceLogs": [{"resource": named, "scopeLogs": [{"logRecords": [record]}]}]})

    def tell(self, events: list[Event]) -> None:
        """Events of stage7, as its Librarian is given them."""
        self._send("api/v1/stage7/storeData", as_lines(events), "application/x-ndjson")

    def _post(self, door: str, body: dict[str, Any]) -> None:
        self._send(f"v1/{door}", json.dumps(body).encode(), "application/json")

    def _send(self, path: str, body: bytes, content_type: str) -> None:
        headers = {"Authorization": f"Bearer {self.server.key}", "Content-Type": content_type}
        request = urllib.request.Request(f"{self.server.url}/{path}", body, headers)
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200


def _attributes(values: dict[str, str]) -> dict[str, Any]:
    return {"attributes": [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]}


@pytest.fixture
def panel(browser: Browser, stage: Stage) -> Iterator[Panel]:
    """A fresh browser at 1440 by 900; nothing may go wrong in the page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, service_workers="block")
    made = Panel(context.new_page(), stage)
    yield made
    context.close()
    assert made.troubles == []


@pytest.fixture
def wire(panel: Panel) -> Iterator[Wire]:
    """Connections that end are no trouble here."""
    yield Wire(panel.page)
    panel.forgive("WebSocket")
