"""A started MissionScope with the sample missions, and an engineer in front of it."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from demo.samples import send
from tests.servers import Server


class Engineer:
    """Somebody who is logged in and notices what goes wrong in the page."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)

    def open(self, path: str) -> Page:
        self.page.goto(self.server.url + path)
        return self.page

    def ask(self, path: str) -> Any:
        """A reading over REST."""
        request = urllib.request.Request(self.server.url + path, headers={"x-api-key": self.server.key})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def find(self, name: str) -> str:
        """The path of the mission with this name."""
        listed = self.ask("/api/v1/missions/?" + urllib.parse.urlencode({"q": name}))["results"]
        return next(mission["url"] for mission in listed if mission["name"] == name)

    def send(self, *spans: dict[str, Any], resource: dict[str, str] | None = None) -> None:
        """Spans through the OTLP door."""
        described = [{"key": key, "value": {"stringValue": value}} for key, value in (resource or {}).items()]
        block = {"resource": {"attributes": described}, "scopeSpans": [{"spans": list(spans)}]}
        headers = {"Authorization": f"Bearer {self.server.key}", "Content-Type": "application/json"}
        body = json.dumps({"resourceSpans": [block]}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.server.url}/v1/traces", body, headers)) as answer:
            assert answer.status == 200


@pytest.fixture(scope="session")
def samples(server: Server) -> Server:
    """The server, once the sample missions are there and computed."""
    send(server.url, server.key)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        request = urllib.request.Request(f"{server.url}/api/v1/missions/", headers={"x-api-key": server.key})
        with urllib.request.urlopen(request) as answer:
            listed = json.load(answer)["results"]
        if sum(mission["span_count"] > 0 for mission in listed) >= 8:
            return server
        time.sleep(0.2)
    raise AssertionError("the sample missions did not appear")


@pytest.fixture
def engineer(browser: Browser, samples: Server, signed_in: Any) -> Iterator[Engineer]:
    """Logged in, with an empty page in a window of 1440 by 900; nothing may go wrong in the page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=signed_in)
    engineer = Engineer(context.new_page(), samples)
    yield engineer
    context.close()
    assert engineer.troubles == []
