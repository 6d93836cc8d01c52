"""The React component shows a mission's verdict, graph and live tail from another origin, in a real browser."""

import re
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from demo.door import Door
from demo.samples import send_told
from demo.scenarios import vendor_quotes
from tests.clients.mcsreact.conftest import Panel, Stage, Wire

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>\u202e${7*7}"


@pytest.fixture(scope="session")
def quotes(stage: Stage) -> str:
    """The id of a sample mission that failed."""
    return send_told(vendor_quotes.SCENARIO, Door(stage.server.url, stage.server.key), seed=0)


@pytest.fixture
def mission() -> str:
    """A mission id nobody else uses."""
    return f"panel-{secrets.token_hex(6)}"


def make_span(trace_id: str, name: str, *, agent: str = "scout", **fields: Any) -> dict[str, Any]:
    now_ns = time.time_ns()
    said = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.agent.name": agent}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in said.items()]
    times = {"startTimeUnixNano": str(now_ns - 10**9), "endTimeUnixNano": str(now_ns)}
    span = {"traceId": trace_id, "spanId": secrets.token_hex(8), "name": f"execute_tool {name}", "kind": 1}
    return span | times | {"attributes": attributes} | fields


def node(page: Page, label: str) -> Locator:
    return page.locator(".msx-node").filter(has_text=label)


def lines(page: Page) -> Locator:
    return page.get_by_role("log").locator("[data-key]")


def test_the_verdict_is_shown_with_links_into_missionscope(panel: Panel, quotes: str) -> None:
    page = panel.open(quotes)
    verdict = page.get_by_role("region", name="Verdict")
    expect(verdict).to_contain_text("convert gave no price_table")
    expect(verdict).to_contain_text("series SEK is late")
    url = panel.server.url
    evidence = verdict.get_by_role("link", name="read feed ecb-daily").first
    expect(evidence).to_have_attribute(
        "href", re.compile(rf"^{url}/missions/{quotes}/\?pane=timeline&span=[0-9a-f]{{32}}\.[0-9a-f]{{16}}$")
    )
    expect(page.get_by_role("link", name="MissionScope")).to_have_attribute("href", f"{url}/missions/{quotes}/")
    expect(page.get_by_label("Connection: over")).to_be_visible()


def test_nodes_say_their_status_and_a_selected_one_its_evidence(panel: Panel, quotes: str) -> None:
    page = panel.open(quotes)
    step = page.get_by_role("button", name=re.compile("^CONVERT prices to EUR, step, failed, 6.88 s"))
    expect(step).to_have_attribute("data-status", "failed")
    expect(page.get_by_role("button", name=re.compile("^QUOTES: read three offers, step, ok"))).to_have_attribute(
        "data-status", "ok"
    )
    step.click()
    details = page.get_by_role("region", name="Details of CONVERT prices to EUR")
    expect(details).to_contain_text("MissingInput convert gave no price_table after 2 attempts")
    expect(details).to_contain_text("came after QUOTES: read three offers")
    expect(details).to_contain_text("inferred; no record says it")
    expect(page.get_by_label("Selected")).to_have_text("CONVERT prices to EUR")
    evidence = details.get_by_role("link", name="span QUOTES: read three offers")
    expect(evidence).to_have_attribute("href", re.compile(r"\?span=[0-9a-f]{32}\.[0-9a-f]{16}$"))
    dashes = page.locator(".msx-inferred .msx-edge-line").last.evaluate(
        "line => getComputedStyle(line).strokeDasharray"
    )
    assert dashes not in ("", "none")


def test_the_graph_is_walked_by_keys(panel: Panel, quotes: str) -> None:
    page = panel.open(quotes)
    first = node(page, "mission: compare vendors")
    expect(first).to_have_attribute("tabindex", "0")
    assert page.locator(".msx-node[tabindex='0']").count() == 1
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".msx-node:focus")).to_have_attribute("aria-label", re.compile("^coordinator"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Details of coordinator")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Details of coordinator")).to_have_count(0)


def test_zooming_and_dragging_move_the_graph(panel: Panel, quotes: str) -> None:
    page = panel.open(quotes)
    drawing = page.get_by_role("group", name=re.compile("^Graph of"))
    width = drawing.bounding_box()["width"]
    for _ in range(3):
        page.get_by_role("button", name="Closer").click()
    assert drawing.bounding_box()["width"] > width * 1.8
    canvas = page.locator(".msx-canvas")
    before = canvas.evaluate("view => view.scrollTop")
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 4, box["y"] + 60, steps=4)
    page.mouse.up()
    assert canvas.evaluate("view => view.scrollTop") >= before + 100
    page.get_by_role("button", name="Fit the width").click()
    assert abs(drawing.bounding_box()["width"] - width) < 2


def test_a_span_sent_while_the_panel_is_open_appears_in_tail_and_graph(panel: Panel, mission: str) -> None:
    trace_id = secrets.token_hex(16)
    panel.send(mission, make_span(trace_id, "look_around"))
    page = panel.open(mission)
    expect(node(page, "look_around")).to_be_visible()
    expect(lines(page).filter(has_text="look_around")).to_have_count(1)
    loads = page.evaluate("performance.getEntriesByType('navigation').length")
    panel.send(mission, make_span(trace_id, "dig_here", status={"code": 2, "message": "rock"}))
    line = lines(page).filter(has_text="dig_here")
    expect(line).to_contain_text("scout")
    expect(line).to_contain_text("failed")
    expect(node(page, "dig_here")).to_have_attribute("data-status", "failed")
    panel.log(mission, "the shovel broke")
    expect(lines(page).filter(has_text="the shovel broke")).to_contain_text("error")
    assert page.evaluate("performance.getEntriesByType('navigation').length") == loads
    line.get_by_role("button").click()
    expect(page.get_by_role("region", name="Details of dig_here")).to_contain_text("rock")


def test_a_mission_that_begins_later_and_records_that_never_arrived(panel: Panel, mission: str) -> None:
    page = panel.open(mission)
    expect(page.get_by_role("heading", name="No such mission")).to_be_visible()
    panel.forgive("404")
    panel.send(mission, make_span(secrets.token_hex(16), "orphan", parentSpanId="ab" * 8))
    page.get_by_role("button", name="Look now").click()
    expect(node(page, "orphan")).to_be_visible()
    ghost = page.locator(".msx-node[data-status=ghost]")
    expect(ghost).to_contain_text("never arrived")
    assert ghost.locator(".msx-node-box").evaluate("box => getComputedStyle(box).strokeDasharray") != "none"
    panel.forgive("404")


def test_a_connection_that_is_cut_comes_back_without_loss_or_repetition(panel: Panel, wire: Wire, mission: str) -> None:
    trace_id = secrets.token_hex(16)
    panel.send(mission, make_span(trace_id, "before", endTimeUnixNano="0"))
    page = panel.open(mission)
    expect(page.get_by_label("Connection: live")).to_be_visible()
    expect(lines(page).filter(has_text="before")).to_have_count(1)
    wire.cut()
    expect(page.get_by_text("Connection lost; trying again.")).to_be_visible()
    names = [f"meanwhile_{number:02}" for number in range(20)]
    for name in names:
        panel.send(mission, make_span(trace_id, name))
    assert lines(page).count() == 1
    wire.is_cut = False
    expect(lines(page)).to_have_count(21)
    expect(page.get_by_text("Connection lost")).to_have_count(0)
    panel.send(mission, make_span(trace_id, "after"))
    expect(lines(page).filter(has_text="after")).to_have_count(1)
    said = page.locator(".msx-line-name").all_text_contents()
    assert sorted(said) == sorted(["before", *names, "after"])
    expect(page.locator(".msx-node")).to_have_count(22)


def test_who_scrolls_up_reads_in_peace(panel: Panel, mission: str) -> None:
    trace_id = secrets.token_hex(16)
    panel.send(mission, *(make_span(trace_id, f"tool_{number:02}") for number in range(60)))
    page = panel.open(mission)
    expect(lines(page)).to_have_count(60)
    box = page.get_by_role("log")
    assert box.evaluate("box => box.scrollHeight - box.scrollTop - box.clientHeight") < 12
    box.hover()
    page.mouse.wheel(0, -200)
    expect(page.get_by_text("paused")).to_be_visible()
    top = box.evaluate("box => box.scrollTop")
    panel.send(mission, make_span(trace_id, "newest"))
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    assert (lines(page).count(), box.evaluate("box => box.scrollTop")) == (60, top)
    page.get_by_role("button", name="1 new").click()
    expect(lines(page).filter(has_text="newest")).to_be_in_viewport()


def test_a_wrong_token_is_said_and_never_stands_in_an_address(panel: Panel, wire: Wire, quotes: str) -> None:
    asked: list[str] = []
    panel.page.on("request", lambda request: asked.append(request.url))
    page = panel.open(quotes, token="ms_wrong_token")
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Not authorised")
    expect(notice).to_contain_text("does not accept this token")
    page.get_by_label("Token or key").fill(panel.server.key)
    page.get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("region", name="Verdict")).to_be_visible()
    expect(page.get_by_label("Connection: over")).to_be_visible()
    assert not [url for url in asked if "wrong" in url or panel.server.key in url]
    (address,) = wire.addresses
    query = parse_qs(urlsplit(address).query)
    assert (query["token"], set(query)) == ([panel.server.key], {"after", "clientId", "token"})
    panel.forgive("401")


def test_a_missionscope_that_is_not_there_is_said(panel: Panel, stage: Stage) -> None:
    page = panel.open("any")
    page.get_by_label("MissionScope", exact=True).fill("http://127.0.0.1:9")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert")).to_contain_text("MissionScope cannot be reached")
    panel.troubles.clear()


def test_hostile_text_stays_text(panel: Panel, mission: str) -> None:
    spans = [make_span(secrets.token_hex(16), HOSTILE, agent=HOSTILE, status={"code": 2, "message": HOSTILE})]
    panel.send(mission, *spans, **{"service.name": HOSTILE, "missionscope.mission.name": HOSTILE})
    panel.log(mission, HOSTILE)
    page = panel.open(mission)
    expect(lines(page)).to_have_count(2)
    expect(page.get_by_role("log")).to_contain_text("<img src=x onerror=alert(1)>")
    page.locator(".msx-node").first.click()
    expect(page.locator(".msx-details")).to_contain_text("<script>alert(2)</script>")
    assert page.locator(".msx img, .msx script").count() == 0
    hrefs = page.locator(".msx a").evaluate_all("links => links.map((link) => link.href)")
    assert hrefs
    assert all(href.startswith(f"{panel.server.url}/missions/{mission}/") for href in hrefs)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 560])
def test_it_can_be_read_in_both_themes_at_both_widths(panel: Panel, quotes: str, theme: str, width: int) -> None:
    panel.page.set_viewport_size({"width": width, "height": 900})
    page = panel.open(quotes, theme=theme)
    node(page, "CONVERT prices").click()
    expect(page.get_by_role("region", name="Details of CONVERT prices to EUR")).to_contain_text("MissingInput")
    ground = page.locator(".msx").evaluate("box => getComputedStyle(box).backgroundColor")
    assert ground == {"light": "rgb(246, 247, 249)", "dark": "rgb(14, 17, 22)"}[theme]
    found = Axe().run(page, context=".msx").response["violations"]
    assert [(each["id"], [one["html"] for one in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_around_it_keeps_its_own_styles(panel: Panel, quotes: str) -> None:
    page = panel.open(quotes)
    expect(page.get_by_role("region", name="Verdict")).to_be_visible()
    rules = page.evaluate(
        """() => [...document.querySelectorAll('style')].flatMap((style) => [...style.sheet.cssRules])
             .flatMap((rule) => rule.cssRules && !rule.selectorText ? [...rule.cssRules] : [rule])
             .map((rule) => rule.selectorText).filter(Boolean)"""
    )
    assert len(rules) > 50
    assert [rule for rule in rules if not re.match(r"\.msx", rule)] == []
