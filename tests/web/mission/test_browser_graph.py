"""The graph of a plan in a real browser: lanes, ties, ghosts, folds, and the mission as of the playhead."""

import re
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import BROWSER_PATIENCE_MS
from tests.plans.stage7_events import BEGIN, Event, as_lines, created, event, finished, plan_of, task
from tests.plans.story import HALF_TIME_MS, story
from tests.servers import Server

pytestmark = pytest.mark.browser
PATIENCE_MS = BROWSER_PATIENCE_MS
HOSTILE = "</script><img src=x onerror=window.ran=1>\"'"


class Planned:
    """A logged-in page, and a way to send events through stage7's door."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)

    def send(self, events: list[Event]) -> None:
        headers = {"x-api-key": self.server.key, "Content-Type": "application/x-ndjson"}
        url = f"{self.server.url}/api/v1/stage7/storeData"
        with urllib.request.urlopen(urllib.request.Request(url, as_lines(events), headers)) as answer:
            assert answer.status == 200

    def open(self, mission: str, query: str = "") -> Page:
        self.page.goto(f"{self.server.url}/missions/{mission}/?pane=graph{query}")
        self.page.wait_for_selector("#workspace[data-state=ready]")
        self.page.wait_for_selector(".gr-node")
        return self.page


@pytest.fixture
def planned(browser: Browser, server: Server, signed_in: Any) -> Iterator[Planned]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=signed_in)
    yield Planned(context.new_page(), server)
    context.close()


def boxes(page: Page) -> list[tuple[float, float, float, float]]:
    found = [each.bounding_box() for each in page.locator(".gr-node").all()]
    return [(box["x"], box["y"], box["width"], box["height"]) for box in found if box is not None]


def test_a_plan_is_drawn_with_its_ties_and_what_is_missing(planned):
    planned.send(story("graph-drawn"))
    page = planned.open("graph-drawn")
    expect(page.locator(".gr-lane")).to_have_count(3)
    for kind in ("data", "signal", "wait_for_all", "replaced_by", "template", "mention", "agent", "handoff"):
        assert page.locator(f".gr-edges .gr-edge.is-{kind}").count(), kind
    expect(page.locator(".gr-edges .is-data.is-satisfied")).to_have_count(1)
    expect(page.locator(".gr-edges .gr-edge.is-circular")).to_have_count(2)
    expect(page.locator(".gr-node.is-ghost")).to_have_count(3)
    for at, (x, y, width, height) in enumerate(all_boxes := boxes(page)):
        for other_x, other_y, other_width, other_height in all_boxes[at + 1 :]:
            apart = x + width <= other_x or other_x + other_width <= x or y + height <= other_y
            assert apart or other_y + other_height <= y, "two nodes lie on one another"
    assert planned.troubles == []


def test_an_edge_and_a_ghost_tell_what_they_rest_on(planned):
    planned.send(story("graph-why"))
    page = planned.open("graph-why")
    page.locator(".gr-node.is-ghost", has_text="prices").click()
    expect(page.locator(".gr-why")).to_contain_text("No step of the plan declares this output.")
    page.locator(".gr-edge-group:has(.is-mention) .gr-edge-hit").dispatch_event("click")
    expect(page.locator(".gr-why")).to_contain_text("Nothing ties the two")
    page.locator(".gr-why .link-button", has_text="record").first.click()
    expect(page.locator("#tab-logs")).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile(r"log=\d+"))


def test_iterations_open_and_close_by_mouse_and_keys(planned):
    planned.send(story("graph-loop"))
    page = planned.open("graph-loop")
    pages = page.locator(".gr-node", has_text="SCRAPE")
    expect(pages).to_have_count(2)
    page.locator("[data-toggle^='fold:']").click()
    expect(pages).to_have_count(5)
    expect(pages.nth(1)).to_contain_text("2/5")
    pages.nth(1).click(position={"x": 60, "y": 10})
    page.keyboard.press("[")
    expect(pages).to_have_count(2)
    assert planned.troubles == []


def test_a_selected_step_shows_the_plan_it_came_from_and_the_steps_its_plan_made(planned):
    planned.send(story("graph-kin"))
    page = planned.open("graph-kin")
    page.locator(".gr-node", has_text="FOREACH").click()
    expect(page.locator(".gr-node.is-kin", has_text="ACCOMPLISH")).to_have_count(1)
    expect(page.locator(".gr-node.is-kin", has_text="SCRAPE")).to_have_count(2)
    expect(page.locator(".gr-node.is-kin", has_text="SEARCH")).to_have_count(0)


def test_the_graph_is_that_of_the_playhead_and_goes_back_to_now(planned):
    planned.send(story("graph-past"))
    moment = BEGIN + timedelta(milliseconds=HALF_TIME_MS)
    at_ns = int(moment.timestamp() * 1000) * 10**6
    page = planned.open("graph-past", f"&at={at_ns}")
    marker = page.locator(".ms-asof")
    expect(marker).to_have_text("as of 09:00:02 · back to now")
    expect(page.locator(".gr-node.is-absent", has_text="SCRAPE")).to_have_count(2)
    search = page.locator(".gr-node", has_text="SEARCH")
    expect(search).to_contain_text("not begun")
    expect(page.locator(".gr-edges .is-data.is-satisfied")).to_have_count(0)
    marker.click()
    expect(marker).to_be_hidden()
    expect(page.locator(".gr-node.is-absent")).to_have_count(0)
    expect(search).to_contain_text("2.00 s")
    expect(page).not_to_have_url(re.compile("at="))
    assert planned.troubles == []


def test_a_large_plan_is_folded_and_hostile_words_run_nothing(planned):
    tasks = [task(f"VERB_{at} {HOSTILE}", HOSTILE, id=f"t{at}") for at in range(40)]
    events = [
        created("root", 0, f"ACCOMPLISH {HOSTILE}", missionId="graph-large", description=HOSTILE),
        event("agent_created", 1, agentId=f"agent {HOSTILE}", missionId="graph-large"),
        finished("root", 10, plan_of(*tasks), status="running"),
    ]
    for at, each in enumerate(tasks):
        inner = [task("SEARCH", HOSTILE, id=f"t{at}.{k}") for k in range(12)]
        events.append(created(each["id"], 20 + at, each["actionVerb"], missionId="graph-large"))
        events.append(finished(each["id"], 100 + at, plan_of(*inner), status="running"))
        events += [created(one["id"], 200 + at, "SEARCH", missionId="graph-large") for one in inner]
    planned.send(events)
    page = planned.open("graph-large")
    expect(page.locator(".gr-tools")).to_contain_text("521 pieces of work", timeout=PATIENCE_MS)
    assert page.locator(".gr-node").count() <= 300
    folded = page.locator(".gr-node", has_text="12 folded")
    opened = page.locator(f".gr-node[data-node='{folded.last.get_attribute('data-node')}']")
    opened.locator("[data-toggle]").dispatch_event("click")
    expect(opened).to_contain_text("plan of 12")
    expect(opened.locator("[title^='Fold again']")).to_have_count(1)
    assert page.locator(".gr-node").count() <= 300
    assert page.evaluate("window.ran") is None
    assert planned.troubles == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_has_nothing_to_say(planned, theme):
    planned.send(story("graph-axe"))
    planned.page.emulate_media(color_scheme=theme)
    page = planned.open("graph-axe")
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, context="#pane-graph")
    assert [violation["id"] for violation in found.response["violations"]] == []
