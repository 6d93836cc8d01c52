"""The React component shows the plan of a mission: steps as trees, what they wait for, ghosts, evidence."""

import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.clients.mcsreact.conftest import Panel
from tests.plans.stage7_events import Event, completed, created, event, finished, output, plan_of, started, task

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)>"


def references(name: str) -> Event:
    """Inputs that take an output of another step of the plan."""
    return {name: {"outputName": name, "valueType": "string"}}


class Story:
    """A mission in which a step becomes a plan of three: one fails silently, two wait, one for what nobody declares."""

    def __init__(self) -> None:
        self.mission = str(uuid.uuid4())
        self.agent = str(uuid.uuid4())
        self.first, self.search, self.rank, self.mail = (str(uuid.uuid4()) for _ in range(4))

    def made(self, step_id: str, at_ms: int, verb: str, about: str, takes: str = "", gives: str = "") -> Event:
        """A step of the plan, which takes one output and declares another."""
        fields: Event = {"inputReferences": references(takes)} if takes else {}
        outputs = {gives: "what was asked for"} if gives else {}
        return created(step_id, at_ms, verb, description=about, outputs=outputs, agentId=self.agent, **fields)

    def begin(self) -> list[Event]:
        tasks = [
            task("SEARCH", "find three offers", outputs={"offers": "found"}),
            task("RANK", "order them by price", inputReferences=references("offers"), outputs={"order": "of them"}),
            task("MAIL", HOSTILE, inputReferences=references("address")),
        ]
        return [
            event("agent_created", 0, agentId=self.agent, missionId=self.mission),
            created(self.first, 10, "ACCOMPLISH", description="buy a lamp", agentId=self.agent, missionId=self.mission),
            started(self.first, 20),
            completed(self.first, 900, plan_of(*tasks), agent=self.agent),
            self.made(self.search, 1000, "SEARCH", "find three offers", gives="offers"),
            self.made(self.rank, 1001, "RANK", "order them by price", takes="offers", gives="order"),
            self.made(self.mail, 1002, "MAIL", HOSTILE, takes="address"),
        ]

    def fail(self) -> list[Event]:
        error = output("error", None, "ERROR", success=False, error="no shop answered")
        return [started(self.search, 2000), finished(self.search, 4500, error)]


@pytest.fixture
def story(panel: Panel) -> Story:
    told = Story()
    panel.tell(told.begin())
    return told


def step(page: Page, verb: str) -> Locator:
    return page.locator(".msx-planned").filter(has=page.get_by_text(verb, exact=True))


def test_a_plan_is_a_tree_of_steps_that_say_their_state(panel: Panel, story: Story) -> None:
    page = panel.open(story.mission)
    expect(step(page, "ACCOMPLISH")).to_contain_text("became a plan of 3")
    expect(step(page, "ACCOMPLISH")).to_have_attribute("data-status", "replaced")
    expect(step(page, "RANK")).to_contain_text("waits for offers")
    ghost = page.locator(".msx-node[data-status=ghost]")
    expect(ghost).to_contain_text("address")
    expect(ghost).to_contain_text("nobody declares it")
    expect(page.locator(".msx-numbers")).to_contain_text("1/4 steps")
    boxes = [step(page, verb).bounding_box() for verb in ("ACCOMPLISH", "SEARCH", "RANK", "MAIL")]
    assert boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"] == boxes[2]["x"] == boxes[3]["x"]
    assert boxes[0]["y"] == boxes[1]["y"] < boxes[2]["y"] < boxes[3]["y"]
    inferred = page.locator("[data-kind=replaced_by].msx-inferred .msx-edge-line").first
    assert inferred.evaluate("line => getComputedStyle(line).strokeDasharray") not in ("", "none")
    assert page.locator(".msx-awaited[data-kind=data]").count() == 2


def test_details_of_a_step_say_what_it_takes_waits_for_and_what_proves_that(panel: Panel, story: Story) -> None:
    page = panel.open(story.mission)
    step(page, "RANK").click()
    details = page.get_by_role("region", name="Details of RANK")
    expect(details).to_contain_text("order them by price")
    expect(details).to_contain_text("takes output offers")
    expect(details).to_contain_text("declares order")
    expect(details).to_contain_text("waits for offers of SEARCH")
    expect(details).to_contain_text("inferred; no record says it")
    expect(details).to_contain_text("no record names the plan")
    row = re.compile(rf"^{panel.server.url}/missions/{story.mission}/\?span=0{{32}}\.[0-9a-f]{{16}}$")
    expect(details.get_by_role("link", name="Open in MissionScope")).to_have_attribute("href", row)
    expect(details.get_by_role("link", name="span SEARCH")).to_have_attribute("href", row)
    details.get_by_role("button", name="SEARCH").click()
    expect(page.get_by_role("region", name="Details of SEARCH")).to_be_visible()


def test_a_step_that_fails_while_the_panel_is_open_is_told_in_tail_graph_and_verdict(
    panel: Panel, story: Story
) -> None:
    page = panel.open(story.mission)
    lines = page.get_by_role("log").locator("[data-key]")
    expect(lines.filter(has_text="SEARCH")).to_contain_text("find three offers")
    expect(lines.filter(has_text="SEARCH")).to_contain_text("waiting")
    panel.tell(story.fail())
    expect(lines.filter(has_text="SEARCH")).to_contain_text("failed")
    expect(lines).to_have_count(5)
    expect(step(page, "SEARCH")).to_contain_text("failed, said completed · 2.50 s")
    expect(page.locator(".msx-numbers")).to_contain_text("2/4 steps")
    verdict = page.get_by_role("region", name="Verdict")
    expect(verdict).to_contain_text("1 failure reported as completed")
    evidence = verdict.get_by_role("link", name="MAIL", exact=True)
    expect(evidence).to_have_attribute("href", re.compile(r"\?pane=timeline&span=0{32}\.[0-9a-f]{16}$"))
    expect(verdict.get_by_role("link", name="address", exact=True)).to_have_attribute(
        "href", re.compile(r"\?pane=graph$")
    )
    lines.filter(has_text="SEARCH").get_by_role("button").click()
    expect(page.get_by_role("region", name="Details of SEARCH")).to_contain_text("no shop answered")


def test_a_step_that_no_live_record_told_of_is_read(panel: Panel, story: Story) -> None:
    panel.page.route_web_socket(re.compile("/ws/missions/"), lambda socket: None)
    page = panel.open(story.mission)
    step(page, "ACCOMPLISH").click()
    expect(page.get_by_role("region", name="Details of ACCOMPLISH")).to_contain_text("a plan of 3")


def test_an_agent_is_walked_to_and_has_details(panel: Panel, story: Story) -> None:
    page = panel.open(story.mission)
    step(page, "ACCOMPLISH").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    details = page.locator(".msx-details")
    expect(details).to_contain_text("holds")
    link = details.get_by_role("link", name="Open in MissionScope")
    expect(link).to_have_attribute("href", re.compile(r"\?span=0{32}\.[0-9a-f]{16}$"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 560])
def test_a_plan_can_be_read_in_both_themes_at_both_widths(panel: Panel, story: Story, theme: str, width: int) -> None:
    panel.tell(story.fail())
    panel.page.set_viewport_size({"width": width, "height": 900})
    page = panel.open(story.mission, theme=theme)
    step(page, "MAIL").click()
    expect(page.get_by_role("region", name="Details of MAIL")).to_contain_text("waits for address of address")
    assert page.locator(".msx img").count() == 0
    found = Axe().run(page, context=".msx").response["violations"]
    assert [(each["id"], [one["html"] for one in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    canvas = page.locator(".msx-canvas")
    assert canvas.evaluate("view => view.scrollWidth <= view.clientWidth")
