"""The mission page fills the window and no more: what is long scrolls inside it."""

import json
import secrets
import urllib.request

import pytest
from playwright.sync_api import Page

from tests.servers import Server

pytestmark = pytest.mark.browser
SPANS = 60


def send_long_mission(server: Server) -> tuple[str, list[str]]:
    """A mission of more rows than a window shows, each span with more attributes than a panel shows."""
    trace, mission = secrets.token_hex(16), f"long-{secrets.token_hex(4)}"
    ids = [secrets.token_hex(8) for _ in range(SPANS)]
    texts = {"missionscope.mission.id": mission, **{f"attribute.{number:02}": "x" * 200 for number in range(60)}}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in texts.items()]
    spans = [
        {
            "traceId": trace,
            "spanId": span_id,
            "parentSpanId": "" if span_id == ids[0] else ids[0],
            "name": f"work {number}",
            "startTimeUnixNano": str(1_800_000_000_000_000_000 + number),
            "endTimeUnixNano": str(1_800_000_001_000_000_000 + number),
            "attributes": attributes,
        }
        for number, span_id in enumerate(ids)
    ]
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()
    headers = {"x-api-key": server.key, "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/v1/traces", body, headers)) as answer:
        assert answer.status == 200
    return mission, [f"{trace}.{span_id}" for span_id in ids]


def test_a_selection_is_in_view_and_the_page_itself_does_not_scroll(server: Server, page: Page) -> None:
    mission, spans = send_long_mission(server)
    page.goto(f"{server.url}/login/")
    page.get_by_label("User name").fill(server.user)
    page.get_by_label("Password").fill(server.password)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/missions/")
    page.goto(f"{server.url}/missions/{mission}/?span={spans[-1]}")
    page.wait_for_selector("#workspace[data-state=ready]")
    row = page.get_by_role("treeitem", name=f"work {SPANS - 1}").first
    row.wait_for()
    box, window = row.bounding_box(), page.viewport_size
    assert box is not None
    assert window is not None
    assert box["y"] + box["height"] <= window["height"]
    page.get_by_text("attribute.59").first.wait_for(state="attached")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
