"""What was intended, in a real browser: from the verdict to a failed step, its inputs, its plan and what is missing."""

import json
import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.plans.stage7_events import created, stored
from tests.servers import Server
from tests.web.mission import planned
from web.presenters.paths import mission_path

pytestmark = pytest.mark.browser


def post(server: Server, door: str, items: list[Any]) -> None:
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    body = json.dumps(items).encode()
    request = urllib.request.Request(f"{server.url}/api/v1/stage7/{door}", body, headers)
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["rejected"] == []


def send_as(server: Server, mission: str, day: int) -> None:
    """The planned mission under another id and on a day of its own, with ids of its own for its steps and agents."""
    told = json.dumps([planned.bodies(), planned.messages()])
    told = told.replace(planned.MISSION, mission).replace("00000000-0000-4000", f"{mission[:8]}-0000-4000")
    told = told.replace("agent-1", f"{mission[:8]}-1").replace("agent-2", f"{mission[:8]}-2")
    bodies, messages = json.loads(told.replace("2026-03-01T", f"2026-04-{day:02}T"))
    post(server, "storeData", bodies)
    post(server, "messages", messages)


@pytest.fixture
def page(browser: Browser, signed_in: Any) -> Iterator[Page]:
    """The first administrator's; what goes wrong in it fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=signed_in)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    yield page
    assert troubles == []
    assert page.evaluate("window.ran") is None
    context.close()


def open_mission(page: Page, server: Server, mission: str, query: str = "") -> None:
    page.goto(server.url + mission_path(mission) + query)
    page.wait_for_selector("#workspace[data-state=ready]")


def test_from_a_failed_step_to_its_plan_and_to_what_is_missing(page, server):
    send_as(server, "aaaa1111-0000-4000-8000-000000000001", 1)
    open_mission(page, server, "aaaa1111-0000-4000-8000-000000000001")
    page.locator("#pane-timeline .tl-row", has_text="SEARCH").click()
    selection = page.locator("#selection")
    expect(selection.get_by_text("Reported as completed, failed in effect")).to_be_visible()
    expect(selection.locator(".pl-input", has_text="query")).to_contain_text("vendors")

    selection.locator(".ms-facts a", has_text="ACCOMPLISH").click()
    expect(selection.locator("h2")).to_have_text("ACCOMPLISH")
    selection.get_by_role("tab", name="Plan").click()
    expect(selection.locator(".pl-flow")).to_contain_text("6 raw")
    expect(selection.locator(".pl-task.is-missing")).to_contain_text("PUBLISH")

    selection.locator(".pl-task a", has_text="COMPARE_PRICES").click()
    expect(selection.locator(".pl-blocked")).to_contain_text("failed, so it never comes")
    missing = selection.locator(".pl-blocked a", has_text="step_9")
    key = str(missing.get_attribute("data-span"))
    missing.click()
    expect(selection).to_contain_text("Nobody has this")
    expect(page).to_have_url(re.compile(re.escape(key)))
    page.reload()
    expect(page.locator("#selection")).to_contain_text("Nobody has this")


def test_the_plan_pane_is_filtered_and_leads_to_records(page, server):
    send_as(server, "bbbb2222-0000-4000-8000-000000000001", 2)
    open_mission(page, server, "bbbb2222-0000-4000-8000-000000000001", "?pane=plan")
    rows = page.locator("#pane-plan .pl-row")
    expect(rows).to_have_count(6)
    page.locator("#pane-plan select[data-option=show]").select_option("failed")
    expect(rows).to_have_count(1)
    rows.first.get_by_role("link").first.click()
    page.locator("#selection").get_by_role("tab", name="History").click()
    page.locator("#selection .pl-history a").first.click()
    expect(page.locator("#tab-logs")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".ms-line[aria-current=true]")).to_contain_text("step_created")
    page.locator("#mission-head .ms-asks a").click()
    expect(page.locator("#pane-questions .qs-item")).to_contain_text("Which budget?")


def test_a_step_that_is_made_meanwhile_appears_by_itself(page, server):
    mission = "cccc3333-0000-4000-8000-000000000001"
    post(server, "storeData", [stored(created("c1", 0, "ACCOMPLISH", description="first", missionId=mission))])
    open_mission(page, server, mission, "?pane=plan")
    expect(page.locator("#pane-plan .pl-row")).to_have_count(1)
    post(server, "storeData", [stored(created("c2", 9, "SEARCH", description="second", missionId=mission))])
    expect(page.locator("#pane-plan .pl-row")).to_have_count(2)
    page.locator("#tab-timeline").click()
    expect(page.locator("#pane-timeline .tl-row", has_text="SEARCH")).to_be_visible()
    post(server, "storeData", [stored(created("c3", 12, "THINK", description="third", missionId=mission))])
    expect(page.locator("#pane-timeline .tl-row", has_text="THINK")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_has_nothing_to_object_to_in_a_plan(page, server, theme):
    mission = f"{'dddd' if theme == 'dark' else 'eeee'}4444-0000-4000-8000-000000000001"
    send_as(server, mission, 3 if theme == "dark" else 4)
    page.emulate_media(color_scheme=theme)
    open_mission(page, server, mission, "?pane=plan")
    page.locator("#pane-plan .pl-row.has-failed a").first.click()
    expect(page.locator("#selection h2")).to_have_text("SEARCH")
    for pane in ("plan", "questions"):
        page.locator(f"#tab-{pane}").click()
        expect(page.locator(f"#pane-{pane} [data-items] > *").first).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
