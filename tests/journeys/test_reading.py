"""What an engineer reads first: the whole verdict, evidence that has names, and who said what to whom."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.conftest import Engineer
from tests.web.mission.wire import BASE_NS, MS, chat, span, text, tool, turn

pytestmark = pytest.mark.browser
WAITS_MS = 15_000
QUOTES = "Compare three quotes for drive units"


def axe_says(page):
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    return [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found.response["violations"]]


def send(engineer, mission, spans):
    trace = f"{abs(hash(mission)):032x}"[-32:]
    engineer.send(*({**each, "traceId": trace} for each in spans), resource={"mission.id": mission})


def test_a_verdict_that_does_not_fit_says_so_and_opens_while_its_evidence_stays_in_sight(engineer: Engineer) -> None:
    engineer.page.set_viewport_size({"width": 800, "height": 900})
    page = engineer.open(engineer.find(QUOTES))
    words, more = page.locator("#verdict-text"), page.get_by_role("button", name="more", exact=True)
    expect(more).to_be_visible()
    assert words.evaluate("node => node.scrollHeight > node.clientHeight")
    for link in page.locator("#mission-head .ms-evidence a").all():
        expect(link).to_be_in_viewport()
    more.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="less", exact=True)).to_have_attribute("aria-expanded", "true")
    assert words.evaluate("node => node.scrollHeight <= node.clientHeight + 1")
    assert axe_says(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="less", exact=True).click()
    expect(page.locator("[data-clamp-more]")).to_be_hidden()


def test_evidence_is_called_by_what_it_is_never_by_a_number(engineer: Engineer) -> None:
    page = engineer.open(engineer.find(QUOTES) + "?pane=findings")
    links = page.locator(".ms-failure-row .ms-evidence a")
    expect(links.first).not_to_have_text(re.compile(r"^span \d+$"))
    labels = links.all_inner_texts()
    assert not [label for label in labels if re.fullmatch(r"(span )?\d+", label)]
    assert {"execute_tool convert_price_table · 1st", "execute_tool convert_price_table · 2nd"} <= set(labels)
    for row in page.locator(".ms-failure-row").all():
        cited = row.locator(".ms-evidence a").all_inner_texts()
        assert len(set(cited)) == len(cited)
    page.get_by_role("link", name="execute_tool convert_price_table · 2nd").click()
    expect(page.locator("#selection h2")).to_have_text("execute_tool convert_price_table")


def test_agents_without_a_model_call_are_read_like_calls(engineer: Engineer) -> None:
    send(engineer, "spoken", [
        span(1, None, "talk", took_ms=900),
        turn(2, 1, "human", [], [text("assistant", "where is Lisbon?")], start_ms=1),
        turn(3, 1, "lead", [text("user", "where is Lisbon?")], [text("assistant", "look it up")], start_ms=10),
    ])  # fmt: skip
    page = engineer.open("/missions/spoken/?pane=conversation")
    turns = page.locator(".ms-call")
    expect(turns).to_have_count(2)
    expect(page.locator("#tab-conversation .tab-count")).to_have_text("2", timeout=WAITS_MS)
    expect(turns.nth(1).locator(".ms-echo summary")).to_contain_text("what human said before")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#selection h2")).to_have_text("invoke_agent lead")
    expect(page).to_have_url(re.compile("span="))
    assert axe_says(page) == []
    page.reload()
    expect(page.locator(".ms-call.is-selected")).to_contain_text("look it up")
    told, said = [text("user", "look it up")], [text("assistant", "Portugal")]
    send(engineer, "spoken", [turn(4, 1, "surfer", told, said, start_ms=20)])
    expect(turns).to_have_count(3, timeout=WAITS_MS)
    expect(page.locator("#tab-conversation .tab-count")).to_have_text("3", timeout=WAITS_MS)
    send(engineer, "spoken", [chat(5, 4, told, said, start_ms=21)])
    expect(page.locator(".ms-call-model")).to_have_text(["human", "lead", "gpt-4o"], timeout=WAITS_MS)
    page.get_by_label("Find in what was said").fill("lisbon")
    expect(page.locator(".ms-call-model")).to_have_text(["human"])


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_with_nothing_selected_the_panel_says_where_time_tokens_and_money_went(engineer: Engineer, theme: str) -> None:
    engineer.page.context.add_cookies([{"name": "theme", "value": theme, "url": engineer.server.url}])
    page = engineer.open(engineer.find("Weekly report: heat pumps in the Nordics"))
    panel = page.locator("#selection")
    expect(panel.get_by_role("table", name="Models")).to_contain_text("claude-sonnet-4-5")
    expect(panel.get_by_role("table", name="Agents")).to_contain_text("researcher-norway")
    expect(panel.get_by_role("table", name="Tools")).to_contain_text("search_web")
    assert axe_says(page) == []
    longest = panel.get_by_role("table", name="Longest on the path")
    shown = longest.locator("tr:visible")
    assert shown.count() == 7
    more = panel.get_by_role("button", name=re.compile(r"^\d+ more$")).first
    more.focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="fewer")).to_have_attribute("aria-expanded", "true")
    assert shown.count() > 7
    name = longest.get_by_role("link").first.inner_text()
    longest.get_by_role("link").first.click()
    expect(panel.locator("h2")).to_have_text(name)
    expect(page.locator(".tl-row.is-selected .tl-name")).to_have_text(name)
    page.keyboard.press("Escape")
    expect(panel.locator("h2")).to_have_text("Overview")
    expect(panel.get_by_role("table", name="Models")).to_be_visible()


def test_a_failed_mission_leads_back_to_its_overview_by_the_close_button(engineer: Engineer) -> None:
    page = engineer.open(engineer.find(QUOTES))
    panel = page.locator("#selection")
    expect(panel.locator("h2")).to_have_text("read feed ecb-daily")
    panel.get_by_role("button", name="Close").click()
    expect(panel.locator("h2")).to_have_text("Overview")
    expect(panel.get_by_role("table", name="Tools")).to_contain_text("convert_price_table")


def test_the_overview_of_a_running_mission_grows_and_what_was_unfolded_stays(engineer: Engineer) -> None:
    began_ms = (time.time_ns() - BASE_NS) / MS - 30_000
    tools = [tool(n, 1, f"tool-{n}", f"c{n}", {}, "x", start_ms=began_ms + n) for n in range(2, 12)]
    send(engineer, "spending", [span(1, None, "work", start_ms=began_ms, took_ms=None), *tools])
    page = engineer.open("/missions/spending/")
    table = page.locator("#selection").get_by_role("table", name="Tools")
    expect(table.locator("tr:visible")).to_have_count(7)
    page.get_by_role("button", name="4 more").click()
    expect(table.locator("tr:visible")).to_have_count(11)
    send(engineer, "spending", [tool(20, 1, "late", "c20", {}, "x", start_ms=began_ms + 500)])
    expect(table).to_contain_text("late", timeout=WAITS_MS)
    expect(table.locator("tr:visible")).to_have_count(12)


def test_the_timeline_says_beside_its_bars_what_was_said_and_asks_for_rows_in_view_only(engineer: Engineer) -> None:
    told = [text("user", "go")]
    turns = [turn(n, 1, "agent", told, [text("assistant", f"word {n}")], start_ms=n) for n in range(2, 302)]
    send(engineer, "many", [span(1, None, "work", took_ms=2000), *turns])
    asked: list[int] = []
    engineer.page.on(
        "request", lambda request: "/data/previews" in request.url and asked.append(request.url.count(",") + 1)
    )
    with engineer.page.expect_response(lambda answer: "/data/previews" in answer.url):
        page = engineer.open("/missions/many/")
    box = page.locator(".tl-bars").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 24 * 2.5)
    expect(page.locator(".tl-tip")).to_contain_text("word 3", timeout=WAITS_MS)
    before = len(asked)
    with page.expect_response(lambda answer: "/data/previews" in answer.url):
        page.mouse.wheel(0, 3000)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 24 * 4.5)
    expect(page.locator(".tl-tip")).to_contain_text("word 1", timeout=WAITS_MS)
    assert max(asked) <= 60
    assert len(asked) - before <= 4
