"""docs/guides/react.md: the page is typed, bundled, and run in a browser; MissionScope shows what the person did."""

import asyncio
import json
import os
import secrets
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from playwright.sync_api import Page, expect

from tests.blackbox.client import Reader
from tests.docs.reading import read_snippets
from tests.guides.building import PAGE, bundle_page, check_page
from tests.guides.programs import GUIDES, RUN_S
from tests.guides.reading import read_told, read_total
from tests.senders.dsn import get_dsn
from tests.servers import find_free_port, start_server

pytestmark = pytest.mark.browser


class Service:
    """Serves the page, and answers it as its API does; keeps what came."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url, self.headers, self.messages = f"http://127.0.0.1:{port}", {}, []
        self._folder, self._port = folder, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(RUN_S)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(RUN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(RUN_S)
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._show),
                web.get("/app.js", self._send_bundle),
                web.post("/missions", self._begin),
                web.get("/talk", self._talk),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def _show(self, _request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def _send_bundle(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(self._folder / "app.js")

    async def _begin(self, request: web.Request) -> web.Response:
        self.headers = {name.lower(): value for name, value in request.headers.items()}
        return web.json_response({})

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                envelope: dict[str, Any] = json.loads(message.data)
                self.messages.append(envelope)
                await socket.send_json({"type": "heard", "payload": "noted", "context": envelope["context"]})
        return socket


@pytest.fixture(scope="module")
def shown(node_packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Reader]]:
    """The page's server, and a reader of the MissionScope that the page sends to."""
    folder, port = tmp_path_factory.mktemp("react"), find_free_port()
    check_page(folder, node_packages)
    service = Service(folder, port)
    with start_server(folder, MISSIONSCOPE_CORS_ORIGINS=service.url) as server:
        config = {"url": server.url, "key": server.key, "dsn": get_dsn(server), "api": service.url, "release": "1.4.0"}
        bundle_page(folder, config)
        upload_source_map(folder, server.url, server.key, service.url)
        service.start()
        reader = Reader(server.url, server.key)
        yield service, reader
        reader.close()
        service.stop()


def upload_source_map(folder: Path, url: str, key: str, origin: str) -> None:
    """As the guide tells it."""
    [told] = read_snippets(GUIDES / "react.md", "sh")
    text = told.text.replace("https://app.example.org", origin).replace("@dist/", "@")
    environment = {**os.environ, "MISSIONSCOPE_URL": url, "ADMIN_KEY": key, "NO_PROXY": "*"}
    subprocess.run(["bash", "-euc", text], cwd=folder, env=environment, check=True, capture_output=True, timeout=RUN_S)


def test_a_click_is_followed_to_the_api_and_the_socket_and_a_failing_component_is_an_error(
    page: Page, shown: tuple[Service, Reader]
):
    service, reader = shown
    mission = f"guide-{secrets.token_hex(6)}"
    page.goto(f"{service.url}/?mission={mission}")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("noted")).to_be_visible()
    page.get_by_role("button", name="Show plan").click()
    expect(page.get_by_role("alert")).to_be_visible()
    wanted = {"browser.mission.start", "browser.websocket.open", "browser.websocket.close"}
    told = read_told(reader, mission, spans=5, events=wanted)

    click, asked = told.span("click"), told.span("POST /missions")
    sent, heard = told.span("send note"), told.span("process heard")
    assert (asked["parent_span_id"], sent["parent_span_id"]) == (click["span_id"], click["span_id"])
    assert heard["parent_span_id"] == sent["span_id"]
    assert service.headers["traceparent"].split("-")[1:3] == [asked["trace_id"], asked["span_id"]]
    assert f"mission.id={mission}" in service.headers["baggage"]
    assert service.headers["x-request-id"]
    [message] = service.messages
    assert message["context"]["traceparent"].split("-")[2] == sent["span_id"]
    assert told.span("documentLoad")["service_name"] == "mcsreact"

    events = {line["event_name"]: line for line in told.logs}
    assert wanted <= set(events)
    assert events["browser.mission.start"]["span_id"] == click["span_id"]
    [group] = told.error_groups(reader)
    assert (group["error_type"], group["event_count"]) == ("TypeError", 1)
    [event] = reader.items(f"/api/v1/errors/{group['id']}/events/")
    shown_event = reader.read(f"/api/v1/errors/{group['id']}/events/{event['id']}/")
    assert "App.tsx" in json.dumps(shown_event["stack"]), "the stack shows what was written, not the bundle"

    page.goto("about:blank")  # what is measured waits for a minute, or for the page to be left
    assert read_total(reader, "missionscope.frontend.page_load", "count") == 1
    assert read_total(reader, "missionscope.frontend.interactions", "sum", "type=click") == 1
    assert read_total(reader, "missionscope.frontend.errors", "sum") == 1
    assert read_total(reader, "missionscope.frontend.websocket", "sum", "state=open") == 1
    assert read_total(reader, "missionscope.frontend.websocket", "sum", "state=closed") == 1
    assert read_total(reader, "react.component.render.duration", "count", "component=Mission") >= 1
