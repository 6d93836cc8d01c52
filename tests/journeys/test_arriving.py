"""What is selected, marked and in view when a mission is opened from the list, from a search, or by a link."""

import json
import re
import secrets
import time
import urllib.parse
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Engineer
from tests.journeys.test_journeys import PATIENCE_MS, make_span

pytestmark = pytest.mark.browser
VENDORS = "Compare three quotes for drive units"


def send_logs(engineer: Engineer, trace_id: str, bodies: list[str]) -> None:
    now_ns = time.time_ns()
    lines = [
        {"timeUnixNano": str(now_ns + at), "severityNumber": 9, "traceId": trace_id, "body": {"stringValue": body}}
        for at, body in enumerate(bodies)
    ]
    body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": lines}]}]}).encode()
    headers = {"Authorization": f"Bearer {engineer.server.key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{engineer.server.url}/v1/logs", body, headers)) as answer:
        assert answer.status == 200


def find_hit(engineer: Engineer, text: str) -> Page:
    """The search page, once the text is found."""
    asked = urllib.parse.urlencode({"q": text})
    until = time.monotonic() + 30
    while not engineer.ask(f"/api/v1/search/?{asked}")["results"] and time.monotonic() < until:
        time.sleep(0.2)
    return engineer.open(f"/search?{asked}")


def test_a_failed_mission_opens_with_the_cause_selected(engineer: Engineer) -> None:
    page = engineer.open("/missions/")
    page.get_by_text(VENDORS).click()
    expect(page.locator("#selection")).to_contain_text("StaleSeries", timeout=PATIENCE_MS)
    expect(page.locator(".tl-row.is-selected")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"span=[0-9a-f]{32}"))


def test_a_selection_somebody_made_is_never_replaced_by_the_cause(engineer: Engineer) -> None:
    path = engineer.find(VENDORS)
    page = engineer.open(path)
    expect(page.locator("#selection")).to_contain_text("StaleSeries", timeout=PATIENCE_MS)
    chosen = "invoke_agent finance"
    page.get_by_role("treeitem", name=chosen).first.click()
    expect(page.locator("#selection h2")).to_have_text(chosen, timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile(r"span=[0-9a-f]{32}"))
    page.locator("#tab-graph").click()
    page.go_back()
    expect(page.locator("#selection h2")).to_have_text(chosen)
    link = page.url
    assert "span=" in link
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_contain_text("Select a span")
    page.locator("#tab-errors").click()
    expect(page.locator("#selection")).to_contain_text("Select a span")
    page.goto(link)
    expect(page.locator("#selection h2")).to_have_text(chosen, timeout=PATIENCE_MS)


def test_a_mission_that_went_well_opens_without_a_selection(engineer: Engineer) -> None:
    page = engineer.open(engineer.find("Weekly report: heat pumps in the Nordics"))
    expect(page.get_by_role("treeitem").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#selection")).to_contain_text("Select a span")
    assert "span=" not in page.url


def test_a_hit_in_a_log_record_leads_to_its_line_far_down(engineer: Engineer) -> None:
    trace_id, word = secrets.token_hex(16), f"needle{secrets.token_hex(4)}"
    engineer.send(make_span(trace_id, "the root"))
    hostile = f"{word} <img src=x onerror=alert(1)> " + "filler " * 100 + f"last {word}"
    send_logs(engineer, trace_id, [*(f"line {n}" for n in range(400)), hostile, *(f"after {n}" for n in range(50))])
    page = find_hit(engineer, word)
    page.locator("main a.hit").first.click()
    line = page.locator(".ms-line[aria-current=true]")
    expect(line).to_contain_text(word, timeout=PATIENCE_MS)
    expect(line).to_be_in_viewport()
    expect(page.locator("#tab-logs")).to_have_attribute("aria-selected", "true")
    expect(line.locator(".ms-line-detail mark")).to_have_text([word, word])
    expect(line.locator("img")).to_have_count(0)
    assert "log=" in page.url
    page.reload()
    expect(line).to_be_in_viewport(timeout=PATIENCE_MS)
    page.locator("#tab-timeline").click()
    page.get_by_role("treeitem").first.click()
    expect(page).to_have_url(re.compile("span="))
    assert "log=" not in page.url


@pytest.mark.parametrize("where", ["reply", "attribute", "argument"])
def test_what_was_found_is_marked_where_it_stands(engineer: Engineer, where: str) -> None:
    trace_id, word = secrets.token_hex(16), f"needle{secrets.token_hex(4)}"
    long = "first line\n" * 60 + f"<b>{word}</b> & <script>alert(1)</script>"
    said = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": long}]}])
    words: dict[str, Any] = {
        "reply": {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.output.messages": said},
        "attribute": {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "own.note": long},
        "argument": {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t",
                     "gen_ai.tool.call.arguments": json.dumps({"text": long})},
    }[where]  # fmt: skip
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in words.items()]
    engineer.send(make_span(trace_id, f"a {where}", attributes=attributes))
    page = find_hit(engineer, word)
    page.locator("main a.hit").first.click()
    mark = page.locator("#selection mark").first
    expect(mark).to_have_text(word, timeout=PATIENCE_MS)
    expect(mark).to_be_in_viewport()
    expect(page.locator("#selection b")).to_have_count(0)
    expect(page.locator("#selection")).to_contain_text("<b>")
