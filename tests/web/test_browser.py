"""The pages in a real browser: live rows, keys, themes, nothing from elsewhere, nothing that axe objects to."""

import json
import re
import secrets
import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import BROWSER_PATIENCE_MS
from tests.servers import Server

pytestmark = pytest.mark.browser
PAGES = (
    "/missions/", "/missions/?status=gone&q=zzz", "/logs/", "/logs/?severity=critical&q=zzz", "/search?q=vendors",
    "/search", "/settings/", "/settings/keys/",
    "/settings/members/", "/settings/send/", "/settings/history/", "/-/patterns",
)  # fmt: skip
PATIENCE_MS = BROWSER_PATIENCE_MS


def send_mission(server: Server, name: str, *, age_s: int = 0, **said: str) -> str:
    """One mission of one model call, through the OTLP door; its id. `said`: more attributes, with `__` for dots."""
    key, end_ns = f"test-{secrets.token_hex(6)}", time.time_ns() - age_s * 10**9
    texts = {"mission.id": key, "mission.name": name, "gen_ai.operation.name": "chat"}
    texts |= {name.replace("__", "."): value for name, value in said.items()}
    span = {
        "traceId": secrets.token_hex(16),
        "spanId": secrets.token_hex(8),
        "name": "chat",
        "kind": 3,
        "startTimeUnixNano": str(end_ns - 10**9),
        "endTimeUnixNano": str(end_ns),
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in texts.items()],
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "desk"}}]}
    body = json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}).encode()
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/v1/traces", body, headers)) as answer:
        assert answer.status == 200
    return key


class Visit:
    """A logged-in page that remembers what went wrong in it."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        self.troubles: list[str] = []
        self.hosts: set[str | None] = set()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))

    def open(self, path: str) -> Page:
        self.page.goto(self.server.url + path)
        return self.page


@pytest.fixture
def visit(browser: Browser, server: Server, signed_in: Any) -> Iterator[Visit]:
    """The first administrator, with an empty page in a window of 1440 by 900."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=signed_in)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    yield Visit(context.new_page(), server)
    context.close()


def rows(page: Page) -> Any:
    return page.locator("[data-row]")


def test_a_mission_appears_by_itself_and_leads_to_its_page(visit: Visit, server: Server) -> None:
    page = visit.open("/missions/")
    key = send_mission(server, "Compare three vendors")
    row = page.locator(f'[data-row][data-id="{key}"]')
    expect(row).to_contain_text("Compare three vendors", timeout=PATIENCE_MS)
    expect(row.locator("[data-open]")).to_have_attribute("href", f"/missions/{key}/")
    assert visit.troubles == []


def test_rows_wait_behind_the_bar_while_somebody_points_at_the_list(visit: Visit, server: Server) -> None:
    first = send_mission(server, "First")
    page = visit.open("/missions/")
    expect(page.locator(f'[data-id="{first}"]')).to_be_visible(timeout=PATIENCE_MS)
    rows(page).first.hover()
    before, top = rows(page).count(), rows(page).first.bounding_box()
    late = send_mission(server, "Late")
    bar = page.locator("[data-new-rows] button")
    expect(bar).to_be_visible(timeout=PATIENCE_MS)
    expect(bar).to_contain_text("1 new")
    assert (rows(page).count(), rows(page).first.bounding_box()) == (before, top)
    page.keyboard.press(".")
    expect(page.locator(f'[data-id="{late}"]')).to_be_visible()
    expect(bar).to_be_hidden()


def test_filters_reach_the_address_and_come_back_with_it(visit: Visit, server: Server) -> None:
    # Of this mission alone: others of the server may well be gone.
    mission_id = send_mission(server, "Something to filter")
    page = visit.open(f"/missions/?q={mission_id}")
    expect(rows(page).first).to_be_visible(timeout=PATIENCE_MS)
    page.locator("details[data-label=Status] summary").click()
    page.locator("input[name=status][value=gone]").check()
    expect(page).to_have_url(re.compile(rf"/missions/\?q={re.escape(mission_id)}&status=gone$"))
    expect(page.get_by_role("heading", name="No mission matches")).to_be_visible()
    page.go_back()
    expect(rows(page).first).to_be_visible()
    expect(page.locator("details[data-label=Status] summary")).to_have_text(re.compile(r"^\s*Status\s*$"))
    assert visit.troubles == []


MENUS = {
    "Status": "gone", "Verdict": "nothing to say", "Agent": "presser", "Service": "desk", "Model": "press-1",
    "Longer than": "1 min", "Time": "Last hour",
}  # fmt: skip


def open_with_choices(visit: Visit, server: Server) -> Page:
    """The list of missions, once its menus offer an agent, a service and a model."""
    send_mission(server, "Press", gen_ai__agent__name="presser", gen_ai__request__model="press-1")
    until = time.monotonic() + PATIENCE_MS / 1000
    page = visit.open("/missions/")
    while page.locator("[name=agent][value=presser], [name=model][value=press-1]").count() < 2:
        assert time.monotonic() < until, "the menus do not offer what was sent"
        page.reload()
    return page


def press_middle(page: Page, place: Any) -> None:
    """A real press of the mouse in the middle of what is there."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.up()


def test_a_press_on_a_label_chooses_it_in_every_menu(visit: Visit, server: Server) -> None:
    page = open_with_choices(visit, server)
    labels = [menu.get_attribute("data-label") for menu in page.locator("[data-filter-menu]").all()]
    assert labels == list(MENUS)
    for label, choice in MENUS.items():
        visit.open("/missions/")
        menu = page.locator(f"[data-filter-menu][data-label='{label}']")
        menu.locator("summary").click()
        press_middle(page, menu.locator(".menu-item .cut").get_by_text(choice, exact=True))
        expect(menu.locator("summary")).to_have_text(f"{label}: {choice}")
        expect(page).to_have_url(re.compile(r"/missions/\?[a-z_]+=[^&]+$"))
    assert visit.troubles == []


def test_a_menu_of_checkboxes_stays_open_for_a_second_press(visit: Visit, server: Server) -> None:
    page = visit.open("/missions/")
    menu = page.locator("[data-filter-menu][data-label='Status']")
    menu.locator("summary").click()
    press_middle(page, menu.get_by_text("failed"))
    press_middle(page, menu.get_by_text("gone"))
    expect(page).to_have_url(re.compile(r"/missions/\?status=failed&status=gone$"))
    page.keyboard.press("Escape")
    expect(menu.locator(".menu-list")).to_be_hidden()


def test_a_press_beside_the_items_leaves_a_menu_open_and_one_outside_closes_it(visit: Visit) -> None:
    page = visit.open("/missions/")
    items = page.locator("[data-filter-menu][data-label='Status'] .menu-list")
    page.locator("[data-filter-menu][data-label='Status'] summary").click()
    box = items.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 2)
    expect(items).to_be_visible()
    page.mouse.click(700, 880)
    expect(items).to_be_hidden()


def test_patterns_open_and_fold_a_verdict_that_is_longer_than_its_box(visit: Visit) -> None:
    page = visit.open("/-/patterns")
    text, more = page.locator("#verdict-text"), page.locator("[data-clamp-more]")
    folded = text.bounding_box()["height"]
    more.click()
    expect(more).to_have_text("less")
    assert text.bounding_box()["height"] > folded
    assert page.locator("section[aria-labelledby=p-overview] .ov-table").count() == 5


def test_keys_walk_the_list_copy_the_id_and_open_the_palette(visit: Visit, server: Server) -> None:
    key = send_mission(server, "Walk to me")
    page = visit.open("/missions/?q=Walk+to+me")
    expect(page.locator(f'[data-id="{key}"]')).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("j")
    expect(page.locator('[data-row][aria-selected="true"]')).to_have_attribute("data-id", key)
    page.keyboard.press("c")
    expect(page.locator(".toast")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == key
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("Walk to")
    option = page.get_by_role("option", name=re.compile("Walk to me"))
    expect(option.first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/missions/{key}/")


def test_the_theme_changes_in_place_and_stays(visit: Visit) -> None:
    page = visit.open("/settings/")
    page.get_by_label("Theme").click()
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_it_says_that_it_reconnects_and_misses_nothing(visit: Visit, server: Server) -> None:
    page = visit.page
    visit.open("/missions/")
    page.route_web_socket("**/ws/missions/**", lambda socket: socket.close(code=1012))
    visit.open("/missions/")
    expect(page.locator(".connection")).to_contain_text("Reconnecting", timeout=PATIENCE_MS)
    key = send_mission(server, "Sent while away")
    page.unroute_all()
    page.route_web_socket("**/ws/missions/**", lambda socket: socket.connect_to_server() and None)
    expect(page.locator(f'[data-id="{key}"]')).to_be_visible(timeout=2 * PATIENCE_MS)
    expect(page.locator(".connection")).to_have_count(0)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_and_nothing_comes_from_elsewhere(visit: Visit, server: Server, theme: str) -> None:
    send_mission(server, "Compare three vendors")
    page = visit.page
    page.context.add_cookies([{"name": "theme", "value": theme, "url": server.url}])
    found: list[str] = []
    for path in PAGES:
        visit.open(path)
        page.wait_for_load_state("networkidle")
        violations = Axe().run(page).response["violations"]
        found += [f"{path}: {v['id']} {v['nodes'][0]['html'][:120]}" for v in violations]
    assert found == []
    assert visit.troubles == []
    assert visit.hosts == {urlsplit(server.url).hostname}


@pytest.mark.parametrize("width", [1024, 390])
def test_no_page_is_wider_than_the_window(visit: Visit, server: Server, width: int) -> None:
    send_mission(server, "A name that is " + "very " * 40 + "long")
    visit.page.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        page = visit.open(path)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{path} at {width}: {wider} px too wide"
