"""The mission page in a real browser: live, by keyboard, large, hostile, cut off, and as axe sees it."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.conftest import BROWSER_PATIENCE_MS
from tests.servers import Server
from tests.web.mission.wire import (
    BASE_NS,
    MS,
    answers,
    asks,
    chat,
    event,
    line,
    logs_request,
    span,
    spans_request,
    text,
    tool,
)
from web.presenters.paths import mission_path

pytestmark = pytest.mark.browser
HOSTILE = "</script><script>window.ran=1</script><img src=x onerror=window.ran=1><svg/onload=window.ran=1>\"'"
PANES = ("timeline", "graph", "conversation", "tools", "state", "logs", "errors", "findings")
PATIENCE_MS = BROWSER_PATIENCE_MS


class Visit:
    """A logged-in page on one mission, and what went wrong in it."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        self.troubles: list[str] = []
        self.hosts: set[str | None] = set()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))

    def post(self, path: str, body: Any) -> None:
        headers = {"Authorization": f"Bearer {self.server.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.server.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200

    def send(self, mission: str, spans: list[Any], lines: list[Any] | None = None) -> None:
        """Through the doors; every mission gets a trace of its own."""
        trace = f"{abs(hash(mission)):032x}"[-32:]
        for each in [*spans, *(lines or [])]:
            each["traceId"] = trace
        self.post("/v1/traces", spans_request(mission, spans))
        if lines:
            self.post("/v1/logs", logs_request(mission, lines))

    def open(self, mission: str, **query: str) -> Page:
        question = f"?{urlencode(query)}" if query else ""
        self.page.goto(self.server.url + mission_path(mission) + question)
        self.page.wait_for_selector("#workspace[data-state=ready]")
        return self.page


@pytest.fixture
def visit(browser: Browser, server: Server, signed_in: Any) -> Iterator[Visit]:
    """The first administrator, with an empty page in a window of 1440 by 900."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=signed_in)
    yield Visit(context.new_page(), server)
    context.close()


def names(page: Page) -> list[str]:
    """The names in the tree, from the top."""
    return page.evaluate(
        "() => [...document.querySelectorAll('.tl-row:not([hidden])')]"
        ".sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))"
        ".map(row => row.querySelector('.tl-name').textContent)"
    )


def full_mission() -> tuple[list[Any], list[Any]]:
    """Something for every pane."""
    ask = asks("search", "c1", {"query": "prices"})
    spans = [
        span(1, None, "mission", took_ms=900, events=[event("missionscope.state.snapshot", 5, state={"a": 1})]),
        chat(2, 1, [text("user", "compare")], [ask], start_ms=10),
        tool(3, 1, "search", "c1", {"query": "prices"}, "rows", start_ms=150, error="timeout"),
        chat(4, 1, [text("user", "compare"), ask, answers("c1", "rows")], [text("assistant", "B")], start_ms=300),
    ]  # fmt: skip
    return spans, [line("a line", 20, number=2), line("it broke", 200, number=3, severity=17)]


@pytest.mark.parametrize("width", [1440, 1024, 780, 640, 390])
def test_every_tab_is_in_sight_and_reached_by_mouse_and_keys(visit, width):
    spans, lines = full_mission()
    visit.send("tabs", spans, [*lines, *(line(f"line {n}", n) for n in range(1200))])
    visit.page.set_viewport_size({"width": width, "height": 800})
    page = visit.open("tabs")
    expect(page.locator("#tab-logs .tab-count")).to_have_text("1.2k", timeout=PATIENCE_MS)
    tabs = [page.locator(f"#tab-{pane}") for pane in PANES]
    for tab in reversed(tabs):
        box = tab.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
        expect(tab).to_have_attribute("aria-selected", "true")
    for tab in [*tabs[1:], tabs[0]]:
        page.keyboard.press("ArrowRight")
        expect(tab).to_be_focused()
        expect(tab).to_have_attribute("aria-selected", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.troubles == []


def test_the_tree_is_walked_by_keyboard_and_the_address_follows(visit):
    visit.send("keys", [span(1, None, "mission", took_ms=900), *(span(n, 1, start_ms=n) for n in range(2, 40)),
                        span(50, 30, "broken", error="no", start_ms=300)])  # fmt: skip
    page = visit.open("keys")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#selection h2")).to_have_text("span 2")
    assert page.locator("[role=tree]").get_attribute("aria-activedescendant")
    expect(page).to_have_url(re.compile("span="))
    page.keyboard.press("e")
    expect(page.locator("#selection h2")).to_have_text("broken")
    expect(page.locator(".tl-row.is-selected")).to_be_in_viewport()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#selection h2")).to_have_text("span 30")
    page.keyboard.press("[")
    expect(page.locator(".tl-row.is-selected")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_contain_text("Select a span")
    assert visit.troubles == []


def test_ten_thousand_spans_keep_the_page_small(visit):
    for start in range(2, 10_001, 2_500):
        some = [span(n, 1, f"step {n}", start_ms=n) for n in range(start, min(start + 2_500, 10_001))]
        visit.send("large", [span(1, None, "mission", took_ms=11_000), *some])
    page = visit.open("large")
    expect(page.locator(".tl-row .tl-name").first).to_have_text("mission")
    assert page.locator(".tl-row").count() < 60
    page.keyboard.press("End")
    expect(page.get_by_role("treeitem", name="step 10000")).to_be_visible()
    assert page.locator(".tl-row").count() < 60
    rows = page.evaluate("document.querySelector('.tl-space').style.height")
    assert rows == f"{10_000 * 24}px"
    assert visit.troubles == []


def test_a_child_before_its_parent_moves_once_and_nothing_else_does(visit):
    first = [span(1, None, "mission", took_ms=900), span(2, 1, "early", start_ms=1)]
    visit.send("live", first)
    page = visit.open("live")
    page.get_by_role("treeitem", name="early").click()
    expect(page.locator("#live")).to_have_text("up to date")
    visit.send("live", [span(5, 4, "orphan", start_ms=50)])
    expect(page.get_by_role("treeitem", name="missing parent")).to_be_visible(timeout=PATIENCE_MS)
    assert names(page) == ["mission", "early", "missing parent", "orphan"]
    visit.send("live", [span(4, 1, "late parent", start_ms=40)])
    expect(page.get_by_role("treeitem", name="late parent")).to_be_visible(timeout=PATIENCE_MS)
    assert names(page) == ["mission", "early", "late parent", "orphan"]
    expect(page.locator("#selection h2")).to_have_text("early")
    expect(page.locator(".tl-row.is-selected .tl-name")).to_have_text("early")
    assert visit.troubles == []


def test_new_calls_and_counts_arrive_without_a_reload(visit):
    spans, lines = full_mission()
    visit.send("growing", spans, lines)
    page = visit.open("growing", pane="conversation")
    expect(page.locator(".ms-call")).to_have_count(2)
    page.evaluate("window.isSamePage = true")
    visit.send("growing", [chat(9, 1, [text("user", "more")], [text("assistant", "done")], start_ms=600)])
    expect(page.locator(".ms-call")).to_have_count(3, timeout=PATIENCE_MS)
    expect(page.locator("#tab-conversation .tab-count")).to_have_text("3", timeout=PATIENCE_MS)
    assert page.evaluate("window.isSamePage") is True


def test_a_paused_page_stands_still_counts_and_catches_up(visit):
    visit.send("paused", [span(1, None, "mission", took_ms=900)])
    page = visit.open("paused")
    expect(page.locator("#live")).to_have_text("up to date")
    page.locator("#live").click()
    expect(page.locator("#live")).to_contain_text("paused")
    visit.send("paused", [span(2, 1, "while paused", start_ms=2)])
    expect(page.locator("#live")).to_contain_text("waiting", timeout=PATIENCE_MS)
    assert names(page) == ["mission"]
    page.locator("#live").click()
    expect(page.get_by_role("treeitem", name="while paused")).to_be_visible(timeout=PATIENCE_MS)


def test_a_lost_connection_says_so_and_catches_up(visit):
    visit.send("cut", [span(1, None, "mission", took_ms=900)])
    sockets: list[WebSocketRoute] = []
    is_cut = False

    def connect(socket: WebSocketRoute) -> None:
        if is_cut:
            socket.close(code=1012)
            return
        socket.connect_to_server()
        sockets.append(socket)

    visit.page.route_web_socket(re.compile("/ws/missions/"), connect)
    page = visit.open("cut")
    expect(page.locator("#live")).to_have_text("up to date")
    is_cut = True
    for socket in sockets:
        socket.close(code=1012)
    expect(page.locator("#live")).to_contain_text("nothing is lost")
    visit.send("cut", [span(2, 1, "while away", start_ms=2)])
    is_cut = False
    expect(page.get_by_role("treeitem", name="while away")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#live")).to_have_text("up to date")


def test_the_playhead_veils_what_comes_later_in_every_pane(visit):
    spans, lines = full_mission()
    visit.send("then", spans, lines)
    page = visit.open("then", at=str(BASE_NS + 100 * MS))
    later = page.locator(".tl-row.is-later .tl-name")
    expect(later).to_have_count(2)
    page.locator("#tab-conversation").click()
    expect(page.locator(".ms-call.is-later")).to_have_count(1)
    page.locator("#tab-logs").click()
    expect(page.locator(".ms-line.is-later")).to_have_count(1)
    page.keyboard.press(".")
    expect(page.locator(".ms-line.is-later")).to_have_count(0)


def test_the_log_lines_go_along_with_the_playhead_also_beyond_the_first_page(visit):
    spans = [span(1, None, "all of it", took_ms=800_000)]
    visit.send("along", spans, [line(f"second {at}", at * 1000) for at in range(800)])
    page = visit.open("along", pane="logs", at=str(BASE_NS + 700_500 * MS))
    at_playhead = page.locator(".ms-line.is-at")
    expect(at_playhead).to_contain_text("second 700")
    expect(at_playhead).to_be_in_viewport()
    page.goto(page.url.replace(str(BASE_NS + 700_500 * MS), str(BASE_NS + 20_500 * MS)))
    expect(at_playhead).to_contain_text("second 20")
    expect(at_playhead).to_be_in_viewport()
    page.keyboard.press(".")
    expect(at_playhead).to_have_count(0)


def test_a_selection_is_kept_from_pane_to_pane_and_survives_a_reload(visit):
    visit.send("same", *full_mission())
    page = visit.open("same", pane="tools")
    page.locator(".ms-run").click()
    expect(page.locator("#selection h2")).to_have_text("execute_tool search")
    page.locator("#tab-timeline").click()
    expect(page.locator(".tl-row.is-selected .tl-name")).to_have_text("execute_tool search")
    page.locator("#tab-graph").click()
    expect(page.locator(".gr-node.is-selected")).to_contain_text("search")
    page.reload()
    expect(page.locator(".gr-node.is-selected")).to_contain_text("search")
    page.go_back()
    expect(page.locator("#tab-timeline")).to_have_attribute("aria-selected", "true")


def test_nothing_hostile_runs_anywhere(visit):
    name = f"hostile {time.time_ns()} {HOSTILE}"
    spans = [
        span(1, None, HOSTILE, took_ms=900, mission__name=HOSTILE,
             events=[event("missionscope.state.snapshot", 5, missionscope__state={HOSTILE: {HOSTILE: [HOSTILE]}})]),
        chat(2, 1, [text("user", HOSTILE)], [text("assistant", f"{HOSTILE} ![x](https://elsewhere.example/?q=1)")],
             name=HOSTILE, gen_ai__agent__name=HOSTILE),
        tool(3, 1, HOSTILE, "c1", {HOSTILE: HOSTILE}, HOSTILE, start_ms=9, error=HOSTILE, **{HOSTILE: HOSTILE}),
        span(4, 88, HOSTILE, start_ms=20),
    ]  # fmt: skip
    visit.send(name, spans, [line(HOSTILE, 3, number=2, severity=17)])
    for pane in PANES:
        page = visit.open(name, pane=pane)
        page.wait_for_load_state("networkidle")
        for _ in range(3):
            page.keyboard.press("j")
        page.wait_for_timeout(300)
        for tab in page.locator("#selection [role=tab]").all():
            tab.click()
        assert page.evaluate("window.ran") is None, pane
    assert visit.troubles == []
    assert visit.hosts == {"127.0.0.1"}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_has_nothing_to_object_to(visit, theme):
    visit.send("seen", *full_mission())
    visit.page.context.add_cookies([{"name": "theme", "value": theme, "url": visit.server.url}])
    for pane in PANES:
        page = visit.open("seen", pane=pane)
        page.wait_for_load_state("networkidle")
        page.keyboard.press("j")
        page.wait_for_timeout(300)
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        told = [
            (each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found.response["violations"]
        ]
        assert told == [], pane


def test_a_failed_fetch_is_told_where_it_happened_and_can_be_tried_again(visit):
    visit.send("flaky", *full_mission())
    page = visit.open("flaky")
    page.route("**/panes/tools*", lambda route: route.abort())
    page.locator("#tab-tools").click()
    expect(page.locator("#pane-tools [role=alert]")).to_contain_text("cannot be reached")
    page.unroute("**/panes/tools*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".ms-run")).to_have_count(1)
