"""The pages of alerts in a real browser: what changes by itself, the preview, tests of channels, axe, narrowness."""

import json
import re
import secrets
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import BROWSER_PATIENCE_MS as PATIENCE_MS
from tests.servers import Server, start_server

pytestmark = pytest.mark.browser


def ask(server: Server, method: str, path: str, body: Any = None) -> Any:
    """An answer of REST."""
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers, method=method)) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def send_error(server: Server) -> str:
    """A mission whose only span failed, as a new error of a service of its own; the name of the service."""
    service, now_ns = f"desk-{secrets.token_hex(4)}", time.time_ns()
    event = {"timeUnixNano": str(now_ns), "name": "exception", "attributes": [
        {"key": key, "value": {"stringValue": value}}
        for key, value in (("exception.type", f"E{service[-4:]}"), ("exception.message", "it broke"))
    ]}  # fmt: skip
    span = {
        "traceId": secrets.token_hex(16), "spanId": secrets.token_hex(8), "name": "work", "kind": 2, "events": [event],
        "startTimeUnixNano": str(now_ns - 10**9), "endTimeUnixNano": str(now_ns), "status": {"code": 2},
    }  # fmt: skip
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    ask(server, "POST", "/v1/traces", {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]})
    return service


def told_of(service: str) -> str:
    """How the alert begins; a rule of the sample missions may tell of the mission as well."""
    return f"A new error in {service}"


@pytest.fixture(scope="module")
def rule(server: Server) -> str:
    """A rule about new errors; its id."""
    form = {"name": "New errors", "kind": "critical_failure", "condition": {}, "severity": "critical"}
    return str(ask(server, "POST", "/api/v1/alert-rules/", form)["id"])


@pytest.fixture(scope="module")
def crowd(server: Server) -> None:
    """Silences, an inhibition and a channel with all that is long."""
    endless = [
        {
            "label": "gen_ai.request.deployment.environment.name",
            "op": "like",
            "value": f"https://a.example/{'x' * 200}",
        },
        *({"label": f"label{at}", "op": "!=", "value": f"some value number {at}"} for at in range(9)),
    ]
    begins_ns = time.time_ns() + 3600 * 10**9
    for times in ({"lasts_s": 3600}, {"starts_ns": str(begins_ns), "lasts_s": 3600}):
        silence = {"matchers": endless, "comment": f"Known trouble {'y' * 150}", **times}
        ask(server, "POST", "/api/v1/alert-silences/", silence)
    inhibition = {"name": f"Long {'n' * 150}", "source": endless, "target": endless, "equal": ["service"]}
    ask(server, "POST", "/api/v1/alert-inhibitions/", inhibition)
    channel = {
        "name": "Incident bot of the platform team and others", "kind": "webhook",
        "target": f"https://hooks.example.org/{'z' * 200}",
    }  # fmt: skip
    ask(server, "POST", "/api/v1/alert-channels/", channel)


@pytest.fixture
def page(browser: Browser, server: Server, signed_in: Any) -> Any:
    """The first administrator in a window of 1440 by 900; a script's error fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=signed_in)
    opened, troubles = context.new_page(), []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    assert troubles == []


def test_an_alert_is_said_on_every_page_and_comes_into_the_list_by_itself(
    page: Page, server: Server, rule: str
) -> None:
    page.goto(server.url + "/settings/")
    service = send_error(server)
    toast = page.locator(".toast", has_text=told_of(service))
    expect(toast).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".bar-count [data-count]")).not_to_have_text("0")
    toast.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(service)
    page.goto(server.url + "/alerts/")
    page.mouse.move(5, 5)
    another = send_error(server)
    expect(page.locator("[data-row]", has_text=told_of(another))).to_be_visible(timeout=PATIENCE_MS)


def test_nothing_moves_while_somebody_points_at_the_list(page: Page, server: Server, rule: str) -> None:
    first = send_error(server)
    page.goto(server.url + "/alerts/")
    row = page.locator("[data-row]", has_text=told_of(first))
    expect(row).to_be_visible(timeout=PATIENCE_MS)
    row.hover()
    before = page.locator("[data-row]").count()
    late = send_error(server)
    expect(page.locator("[data-changed] button")).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator("[data-row]").count() == before
    page.keyboard.press(".")
    expect(page.locator("[data-row]", has_text=told_of(late))).to_be_visible(timeout=PATIENCE_MS)


def test_an_alert_is_silenced_from_its_row(page: Page, server: Server, rule: str) -> None:
    service = send_error(server)
    page.goto(server.url + "/alerts/")
    row = page.locator("[data-row]", has_text=told_of(service))
    expect(row).to_be_visible(timeout=PATIENCE_MS)
    row.get_by_label(re.compile("^Silence")).click()
    row.get_by_role("button", name="For 4 hours").click()
    expect(page.locator("[data-row].is-quiet", has_text=told_of(service))).to_be_visible()
    page.goto(server.url + "/alerts/silences/")
    expect(page.locator("td", has_text=f"service is {service}")).to_be_visible()


def test_a_rule_is_made_with_a_preview_that_follows_the_form(page: Page, server: Server) -> None:
    page.goto(server.url + "/alerts/rules/")
    page.keyboard.press("Control+k")
    page.keyboard.type("new alert rule")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("^Metric")).click()
    preview = page.locator(".al-preview-body")
    expect(preview).to_contain_text("It would", timeout=PATIENCE_MS)
    page.get_by_label("Threshold").fill("many")
    expect(preview).to_contain_text("must be a number", timeout=PATIENCE_MS)
    threshold = page.get_by_label("Threshold")
    expect(threshold).to_have_attribute("aria-invalid", "true")
    expect(threshold).to_have_accessible_description(re.compile("Must be a number\\."))
    threshold.fill("42")
    expect(preview).to_contain_text("It would", timeout=PATIENCE_MS)
    expect(threshold).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".field-error:visible")).to_have_count(0)
    name = f"Rule {secrets.token_hex(4)}"
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make the rule").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.keyboard.press("Escape")
    page.goto(server.url + "/alerts/rules/")
    expect(page.locator("[data-row]", has_text=name)).to_contain_text("above 42")


class Taking(BaseHTTPRequestHandler):
    """Takes every message."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    """`host:port` of one who takes messages on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_test_of_a_channel_is_followed_and_comes_into_the_log(
    browser: Browser, receiver: str, tmp_path: Path
) -> None:
    with start_server(tmp_path, MISSIONSCOPE_WEBHOOK_ALLOW=receiver) as server:
        page = browser.new_context().new_page()
        page.goto(f"{server.url}/login/?next=/alerts/channels/")
        page.get_by_label("User name").fill(server.user)
        page.get_by_label("Password").fill(server.password)
        page.get_by_role("button", name="Log in").click()
        name = "on call for the platform and whoever else may want to know"
        page.get_by_label("Name").fill(name)
        page.get_by_label("Address").fill(f"http://{receiver}/hook")
        page.get_by_role("button", name="Make the channel").click()
        expect(page.get_by_role("heading", name=f"Secret of {name}")).to_be_visible(timeout=PATIENCE_MS)
        page.wait_for_load_state("load")  # until then the form is one of the page, and its answer another page
        page.locator("tr", has_text="on call").get_by_role("button", name="Test").click()
        expect(page.locator("#tests")).to_contain_text("sent", timeout=PATIENCE_MS)
        expect(page.locator("#log tbody tr")).to_have_count(1, timeout=PATIENCE_MS)
        page.locator("#log summary").click()
        expect(page.locator("#log")).to_contain_text("delivered")
        assert list_spilling(page) == []
        page.context.close()


def list_spilling(page: Page) -> list[str]:
    """Texts of cells that reach into the next."""
    return page.evaluate(
        "[...document.querySelectorAll('.panel .table td')].filter((cell) => cell.scrollWidth > cell.clientWidth)"
        ".map((cell) => cell.textContent.trim())"
    )


def list_paths(server: Server, rule: str) -> list[str]:
    alerts = ask(server, "GET", "/api/v1/alerts/?limit=1")["results"]
    return [
        "/alerts/", "/alerts/?show=quiet", "/alerts/history/", "/alerts/history/?severity=info", "/alerts/rules/",
        "/alerts/rules/new/", "/alerts/rules/new/?kind=metric", "/alerts/rules/new/?kind=critical_failure",
        f"/alerts/rules/{rule}/", "/alerts/silences/", "/alerts/channels/", *(alert["url"] for alert in alerts),
    ]  # fmt: skip


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing(page: Page, server: Server, rule: str, crowd: None, theme: str) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": server.url}])
    found: list[str] = []
    for path in list_paths(server, rule):
        page.goto(server.url + path)
        page.wait_for_load_state("networkidle")
        for details in page.locator("details.panel").all():
            details.evaluate("details => { details.open = true }")
        violations = Axe().run(page).response["violations"]
        found += [f"{path}: {v['id']} {v['nodes'][0]['html'][:160]}" for v in violations]
    assert found == []


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_page_is_wider_than_the_window(page: Page, server: Server, rule: str, crowd: None, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in list_paths(server, rule):
        page.goto(server.url + path)
        page.wait_for_load_state("networkidle")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{path} at {width}: {wider} px too wide"
        assert list_spilling(page) == [], f"{path} at {width}"
