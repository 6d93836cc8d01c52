"""A page that stays open while its mission changes shows in the end what a fresh one shows."""

import re
import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.journeys.conftest import Engineer
from tests.journeys.test_journeys import PATIENCE_MS, make_span

pytestmark = pytest.mark.browser
PICTURE = """() => {
  const texts = (selector) => [...document.querySelectorAll(selector)].map((each) => each.textContent.trim());
  const rows = [...document.querySelectorAll('#pane-timeline:not([hidden]) .tl-row:not([hidden])')].map((row) => [
    parseFloat(row.style.top), row.querySelector('.tl-name').textContent, row.getAttribute('aria-level'),
    row.getAttribute('aria-label'), row.getAttribute('aria-selected'),
  ]).sort((a, b) => a[0] - b[0]);
  return {
    rows, items: texts('.ms-pane:not([hidden]) [data-items] > *'),
    selection: texts('#selection h2'), path: texts('#selection [data-span-path]'),
    counts: texts('#mission-tabs .tab'), totals: texts('#mission-head .ms-totals > *'),
  };
}"""


class Wire:
    """The page's live connections: frames can be held back, and the connection cut."""

    def __init__(self, page: Page) -> None:
        self.is_cut = self.is_holding = False
        self.sockets: list[WebSocketRoute] = []
        self.held: list[str | bytes] = []
        page.route_web_socket(re.compile("/ws/missions/"), self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close(code=1012)
            return
        self.sockets.append(socket)
        server = socket.connect_to_server()
        server.on_message(lambda frame: self.held.append(frame) if self.is_holding else socket.send(frame))

    def release(self) -> None:
        """Everything held goes to the page at once."""
        self.is_holding = False
        for frame in self.held:
            self.sockets[-1].send(frame)
        self.held.clear()

    def cut(self) -> None:
        """The connection ends, and no other comes about."""
        self.is_cut = True
        for socket in self.sockets:
            socket.close(code=1012)
        self.sockets.clear()


class Session:
    """A mission known by its session only: a trace that later names another mission leaves it."""

    def __init__(self, engineer: Engineer) -> None:
        self.engineer, self.name = engineer, f"session-{secrets.token_hex(4)}"
        self.leaving, self.staying = secrets.token_hex(16), secrets.token_hex(16)
        self.path = f"/missions/{self.name}/"

    def add(self, trace_id: str, *names: str) -> None:
        session = [{"key": "session.id", "value": {"stringValue": self.name}}]
        self.engineer.send(*(make_span(trace_id, name, attributes=session) for name in names))

    def call(self, trace_id: str, name: str) -> None:
        words = {"session.id": self.name, "gen_ai.operation.name": "chat", "gen_ai.request.model": name}
        said = [{"key": key, "value": {"stringValue": value}} for key, value in words.items()]
        self.engineer.send(make_span(trace_id, f"chat {name}", attributes=said))

    def take_away(self) -> None:
        """A span names another mission for the trace: what it sent before goes there."""
        self.engineer.send(make_span(self.leaving, "elsewhere"), resource={"missionscope.mission.id": f"{self.name}-b"})


@pytest.fixture
def session(engineer: Engineer) -> Session:
    made = Session(engineer)
    made.add(made.leaving, "first to leave", "second to leave")
    made.call(made.leaving, "a-model-that-leaves")
    made.add(made.staying, "stays one", "stays two")
    made.call(made.staying, "a-model-that-stays")
    return made


@pytest.fixture
def wire(engineer: Engineer) -> Iterator[Wire]:
    """Connections that end are no trouble here."""
    yield Wire(engineer.page)
    engineer.troubles[:] = [each for each in engineer.troubles if not re.search("WebSocket|ERR_FAILED", each)]


def row(page: Page, name: str) -> Any:
    return page.get_by_role("treeitem").filter(has_text=name)


def select(page: Page, name: str) -> None:
    row(page, name).click(timeout=PATIENCE_MS)
    expect(page.locator("#selection h2")).to_have_text(name, timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile(r"span=[0-9a-f]{32}"))


def assert_like_fresh(page: Page) -> None:
    """Within a while the page shows what the same address shows when it is opened anew."""
    fresh = page.context.new_page()
    until = time.monotonic() + PATIENCE_MS / 1000
    seen, wanted = None, {"rows": []}
    while seen != wanted and time.monotonic() < until:
        fresh.goto(page.url)
        fresh.wait_for_selector("#workspace[data-state=ready]")
        fresh.wait_for_load_state("networkidle")
        seen, wanted = page.evaluate(PICTURE), fresh.evaluate(PICTURE)
    fresh.close()
    assert seen == wanted


@pytest.mark.parametrize("pane", ["timeline", "conversation"])
def test_rows_that_leave_the_mission_leave_the_page_and_the_selection_stays(
    engineer: Engineer, session: Session, pane: str
) -> None:
    page = engineer.open(session.path)
    expect(row(page, "stays two")).to_be_visible(timeout=PATIENCE_MS)
    expect(row(page, "second to leave")).to_be_visible()
    select(page, "stays two")
    page.locator(f"#tab-{pane}").click()
    if pane == "conversation":
        expect(page.locator(".ms-call")).to_have_count(2, timeout=PATIENCE_MS)
    session.take_away()
    if pane == "conversation":
        expect(page.locator(".ms-call")).to_have_count(1, timeout=PATIENCE_MS)
        assert_like_fresh(page)
        page.locator("#tab-timeline").click()
    expect(row(page, "second to leave")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator("#selection h2")).to_have_text("stays two")
    expect(page.locator(".tl-row.is-selected .tl-name")).to_have_text("stays two")
    assert_like_fresh(page)
    session.add(session.staying, "and goes on")
    expect(row(page, "and goes on")).to_be_visible(timeout=PATIENCE_MS)
    assert_like_fresh(page)


def test_rows_told_of_right_before_they_left_do_not_come_back(engineer: Engineer, session: Session, wire: Wire) -> None:
    page = engineer.open(session.path)
    select(page, "stays one")
    wire.is_holding = True
    session.add(session.leaving, "third to leave")
    until = time.monotonic() + PATIENCE_MS / 1000
    while "third to leave" not in str(wire.held) and time.monotonic() < until:
        page.wait_for_timeout(50)
    session.take_away()
    while "resync" not in str(wire.held) and time.monotonic() < until:
        page.wait_for_timeout(50)
    wire.release()
    expect(row(page, "first to leave")).to_have_count(0, timeout=PATIENCE_MS)
    page.wait_for_timeout(1000)
    expect(row(page, "third to leave")).to_have_count(0)
    expect(page.locator("#selection h2")).to_have_text("stays one")
    assert_like_fresh(page)


def test_a_resync_that_cannot_be_read_is_read_again(engineer: Engineer, session: Session, wire: Wire) -> None:
    page = engineer.open(session.path)
    select(page, "stays two")
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.abort() if len(refused) < 3 else route.continue_()

    page.route("**/data/spans*", refuse)
    session.take_away()
    expect(row(page, "second to leave")).to_have_count(0, timeout=PATIENCE_MS)
    assert len(refused) >= 3
    session.add(session.staying, "and goes on")
    expect(row(page, "and goes on")).to_be_visible(timeout=PATIENCE_MS)
    page.unroute("**/data/spans*")
    assert_like_fresh(page)


def test_a_paused_page_stands_still_through_a_resync(engineer: Engineer, session: Session) -> None:
    page = engineer.open(session.path)
    select(page, "stays two")
    page.locator("#live").click()
    expect(page.locator("#live")).to_contain_text("paused")
    read = []
    page.on("request", lambda request: read.append(request.url) if "/data/spans" in request.url else None)
    session.take_away()
    page.wait_for_timeout(3000)
    assert read == []
    expect(row(page, "second to leave")).to_be_visible()
    page.locator("#live").click()
    expect(row(page, "second to leave")).to_have_count(0, timeout=PATIENCE_MS)
    assert_like_fresh(page)


def test_a_page_that_was_cut_off_while_rows_came_and_went_catches_up(
    engineer: Engineer, session: Session, wire: Wire
) -> None:
    page = engineer.open(session.path)
    select(page, "stays two")
    wire.cut()
    expect(page.locator("#live")).to_contain_text("nothing is lost", timeout=PATIENCE_MS)
    session.add(session.staying, "while away")
    session.call(session.staying, "a-model-while-away")
    session.take_away()
    wire.is_cut = False
    expect(row(page, "while away")).to_be_visible(timeout=2 * PATIENCE_MS)
    expect(row(page, "a-model-while-away")).to_be_visible(timeout=PATIENCE_MS)
    expect(row(page, "second to leave")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator("#selection h2")).to_have_text("stays two")
    assert_like_fresh(page)


def test_a_row_that_came_while_a_pane_was_being_read_is_in_it(engineer: Engineer, session: Session) -> None:
    page = engineer.open(session.path)
    expect(row(page, "stays two")).to_be_visible(timeout=PATIENCE_MS)
    waiting: list[Route] = []

    def read_early(route: Route) -> None:
        answer = route.fetch()
        if waiting:
            route.fulfill(response=answer)
            return
        waiting.append(route)
        session.call(session.staying, "a-model-in-between")
        page.wait_for_timeout(2500)
        route.fulfill(response=answer)

    page.route("**/panes/conversation*", read_early)
    page.locator("#tab-conversation").click()
    expect(page.locator(".ms-call").filter(has_text="a-model-in-between")).to_be_visible(timeout=PATIENCE_MS)
