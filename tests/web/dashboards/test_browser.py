"""Dashboards in a real browser: charts are drawn, a click leads to missions, a drag chooses a period."""

import json
import re
import secrets
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import BROWSER_PATIENCE_MS
from tests.servers import Server

pytestmark = pytest.mark.browser
S = 10**9
MODEL = "chart-model-1"
CHART = '[data-source$="/panels/latency"]'


def send_call(server: Server, *, age_s: int, took_s: float, name: str) -> str:
    """One mission of one model call that ended `age_s` ago; its id."""
    key, end_ns = f"chart-{secrets.token_hex(6)}", time.time_ns() - age_s * S
    texts = {
        "mission.id": key, "mission.name": name, "gen_ai.operation.name": "chat", "gen_ai.request.model": MODEL,
        "gen_ai.provider.name": "openai",
    }  # fmt: skip
    span = {
        "traceId": secrets.token_hex(16), "spanId": secrets.token_hex(8), "name": "chat", "kind": 3,
        "startTimeUnixNano": str(end_ns - int(took_s * S)), "endTimeUnixNano": str(end_ns),
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in texts.items()],
    }  # fmt: skip
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "charted"}}]}
    body = json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}).encode()
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/v1/traces", body, headers)) as answer:
        assert answer.status == 200
    return key


@pytest.fixture(scope="module")
def calls(server: Server) -> list[str]:
    """Ten missions over ten minutes, slower than what other tests send; their ids."""
    return [
        send_call(server, age_s=60 * number + 5, took_s=300 + number, name=f"Charted {number}") for number in range(10)
    ]


@pytest.fixture
def page(browser: Browser, server: Server, signed_in: Any, calls: list[str]) -> Iterator[Page]:
    """The dashboard of model calls, once its latency is drawn; at the end nothing has gone wrong in it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=signed_in)
    page, troubles = context.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    until = time.monotonic() + BROWSER_PATIENCE_MS / 1000
    while True:
        page.goto(f"{server.url}/dashboards/llm/?last=1h")
        page.locator(f"{CHART}:not([data-state=loading])").wait_for()
        if page.locator(f"{CHART}[data-state=full]").count():
            break
        assert time.monotonic() < until, "what was sent is not measured"
    yield page
    assert troubles == []
    context.close()


def middle(page: Page) -> tuple[float, float]:
    """Of the last point of the p50 line, in the window: a click there is a click on a value."""
    place = page.evaluate(
        """selector => {
          const plot = document.querySelector(selector + ' [data-plot]');
          const trace = plot.data.find(({ meta }) => meta.label === 'p50');
          const at = trace.y.findLastIndex((value) => value !== null);
          const box = plot.getBoundingClientRect(), { xaxis, yaxis } = plot._fullLayout;
          return [box.left + xaxis._offset + xaxis.d2p(trace.x[at]), box.top + yaxis._offset + yaxis.d2p(trace.y[at])];
        }""",
        CHART,
    )
    return place[0], place[1]


def test_a_click_on_a_point_leads_to_the_missions_behind_it_and_to_their_spans(page: Page) -> None:
    x, y = middle(page)
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y, steps=3)
    expect(page.locator(f"{CHART} .hoverlayer")).to_contain_text("p50")
    page.mouse.down()
    page.mouse.up()
    drawer = page.locator("[data-behind]")
    first = drawer.locator(".behind-mission").first
    expect(first).to_contain_text("Charted")
    drawer.locator(".behind-spans a").first.click()
    expect(page).to_have_url(re.compile(r"/missions/chart-[0-9a-f]+/\?.*span=[0-9a-f]{32}\.[0-9a-f]{16}"))


def test_escape_closes_the_drawer(page: Page) -> None:
    page.locator(f"{CHART} .legend-value").first.click()
    expect(page.locator(".behind-mission").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-behind]")).to_be_hidden()


def test_a_drag_chooses_a_period_and_the_chip_leads_back(page: Page) -> None:
    box = page.locator(f"{CHART} [data-plot]").bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 360, box["y"] + 64, steps=8)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"since_ns=\d{19}&until_ns=\d{19}"))
    page.locator(".dashboard-bar .chip-close").click()
    expect(page).to_have_url(re.compile(r"last=24h"))


def test_a_word_of_the_legend_hides_the_others_and_the_theme_repaints(page: Page) -> None:
    page.locator(f"{CHART} .legend-name", has_text="p90").click()
    shown = f"document.querySelector('{CHART} [data-plot]').data.filter((trace) => trace.visible !== false).length"
    assert page.evaluate(shown) == 1
    colour = f"document.querySelector('{CHART} [data-plot]').layout.font.color"
    before = page.evaluate(colour)
    theme = "light" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "dark"
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    until = time.monotonic() + BROWSER_PATIENCE_MS / 1000
    while page.evaluate(colour) == before:
        assert time.monotonic() < until, "the chart keeps the colours of the other theme"
        page.wait_for_timeout(50)


def test_nothing_sticks_out_and_axe_has_nothing_to_say(page: Page) -> None:
    page.locator(".tile-value:not(.skeleton)").first.wait_for()
    for width in (1440, 1024):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in found] == []
