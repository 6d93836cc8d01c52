"""The programs of all three guides together: a click in a page is followed through API and SDK into the engine."""

import http.server
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.blackbox.client import Reader
from tests.guides.building import PAGE, bundle_page, check_page, compile_services
from tests.guides.programs import started, told, write_programs
from tests.guides.reading import Told, read_told
from tests.senders.dsn import get_dsn
from tests.servers import find_free_port, start_server

pytestmark = [pytest.mark.browser, pytest.mark.only_on("sqlite")]  # what senders do is the same on every database


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *said: object) -> None:
        """Nothing."""


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    """The address of the page."""
    (folder / "index.html").write_text(PAGE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=folder)) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{port}"
        site.shutdown()


@pytest.fixture
def mission(page: Page, node_packages: Path, broker: dict[str, str], tmp_path: Path) -> Iterator[tuple[Told, Reader]]:
    """What MissionScope has of one click."""
    name, ports = f"guide-{secrets.token_hex(6)}", [str(find_free_port()) for _ in range(3)]
    folders = [tmp_path / each for each in ("page", "api", "engine")]
    for folder in folders:
        folder.mkdir()
    check_page(folders[0], node_packages)
    compile_services(folders[1], node_packages)
    write_programs("python.md", folders[2])
    origin, api_url, engine_url = (f"http://127.0.0.1:{port}" for port in ports)
    with ExitStack() as stack:
        server = stack.enter_context(start_server(tmp_path, MISSIONSCOPE_CORS_ORIGINS=origin))
        dsn = get_dsn(server)
        engine = told(server, dsn, "engine", PORT=ports[2], **broker)
        api = told(server, dsn, "api", PORT=ports[1], ENGINE_URL=engine_url, PAGE_ORIGIN=origin, **broker)
        config = {"url": server.url, "key": server.key, "dsn": dsn, "api": api_url, "release": "1.4.0"}
        bundle_page(folders[0], config)
        stack.enter_context(started([sys.executable, "engine.py"], folders[2], engine))
        stack.enter_context(started(["node", "--require", "./telemetry.js", "api.js"], folders[1], api))
        page.goto(f"{stack.enter_context(served(folders[0], int(ports[0])))}/?mission={name}")
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_role("status")).to_have_text("14")
        reader = Reader(server.url, server.key)
        yield read_told(reader, name, spans=16, events={"browser.websocket.close"}), reader
        reader.close()


def chain(mission: Told, span: Any) -> list[tuple[str, str]]:
    """Service and name of the span and of all that hold it, from the outside to the inside."""
    by_id = {each["span_id"]: each for each in mission.spans}
    found = []
    while span is not None:
        found.append((span["service_name"], span["name"]))
        span = by_id.get(span["parent_span_id"])
    return found[::-1]


def test_a_click_is_one_trace_from_the_page_through_api_and_sdk_into_the_engine(mission: tuple[Told, Reader]):
    told, reader = mission
    click = [("mcsreact", "click"), ("mcsreact", "POST /missions"), ("api", "POST")]
    assert chain(told, told.span("chat gpt-4o-mini")) == [
        *click, ("api", "Assistant.startConversation"), ("api", "POST"), ("engine", "POST /think"),
        ("engine", "chat gpt-4o-mini"),
    ]  # fmt: skip
    [queued] = [span["name"] for span in told.spans if (span["service_name"], span["otel_kind"]) == ("api", "PRODUCER")]
    assert chain(told, told.span("INSERT results")) == [
        *click, ("api", "Conversation.sendMessage"), ("api", queued), ("engine", "process step"),
        ("engine", "execute_tool search"), ("engine", "INSERT results"),
    ]  # fmt: skip
    assert chain(told, told.span("process note")) == [
        ("mcsreact", "click"), ("mcsreact", "send note"), ("api", "process note")
    ]  # fmt: skip
    of_services = {span["trace_id"] for span in told.spans if span["service_name"] != "mcsreact"}
    assert of_services == {told.span("click")["trace_id"]}

    lines = {line["body"]: line for line in told.logs}
    thought = lines["thinking about heat pumps"]
    assert (thought["service_name"], thought["user_id"]) == ("engine", "user-7")
    assert thought["request_id"] == lines["a conversation begins"]["request_id"] != ""
    services = reader.read(told.path)["services"]
    assert services == ["api", "engine", "mcsreact"]
