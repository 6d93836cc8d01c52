"""What an engineer reads first: the whole verdict, evidence that has names, and who said what to whom."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.conftest import Engineer
from tests.web.mission.wire import chat, span, text, turn

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
    engineer.page.set_viewport_size({"width": 1024, "height": 900})
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
