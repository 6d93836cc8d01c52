"""The page of logs in a real browser: live lines, filters by a click, one line opened, a marked piece of time."""

import json
import re
import secrets
import time
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.servers import Server
from tests.web.test_browser import Visit, visit

__all__ = ["visit"]
pytestmark = pytest.mark.browser


def send_lines(server: Server, *bodies: str, service: str, age_s: float = 0, **said: str) -> None:
    texts = [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in said.items()]
    now_ns = time.time_ns() - int(age_s * 10**9)
    records: list[dict[str, Any]] = [
        {"timeUnixNano": str(now_ns + at), "severityNumber": 9, "body": {"stringValue": body}, "attributes": texts}
        for at, body in enumerate(bodies)
    ]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    body = json.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]}).encode()
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/v1/logs", body, headers)) as answer:
        assert answer.status == 200


def lines(page: Page) -> Any:
    return page.locator("[data-rows] > [data-row]")


def test_lines_come_in_from_above_and_wait_while_somebody_reads(visit: Visit, server: Server) -> None:
    service = f"s-{secrets.token_hex(4)}"
    send_lines(server, "the first", service=service)
    page = visit.open(f"/logs/?service={service}")
    expect(lines(page)).to_have_count(1)
    send_lines(server, "the second", service=service)
    expect(lines(page).first).to_contain_text("the second")
    lines(page).last.locator("[data-open]").click()
    expect(page.locator("[data-detail]")).to_contain_text("Identifiers")
    send_lines(server, "the third", "the fourth", service=service)
    expect(page.locator("[data-new-rows]")).to_contain_text("2 new")
    expect(lines(page)).to_have_count(2)
    page.locator("[data-new-rows] button").click()
    expect(lines(page)).to_have_count(4)
    expect(lines(page).first).to_contain_text("the fourth")
    send_lines(server, "a late one", service=service, age_s=3600)
    expect(page.locator("[data-new-rows]")).to_contain_text("1 new")
    page.keyboard.press(".")
    expect(lines(page).last).to_contain_text("a late one")
    assert visit.troubles == []


def test_an_id_that_is_clicked_filters_and_the_way_back_leads_back(visit: Visit, server: Server) -> None:
    service, request = f"s-{secrets.token_hex(4)}", f"r-{secrets.token_hex(4)}"
    send_lines(server, "with it", service=service, request__id=request)
    send_lines(server, "without it", service=service)
    page = visit.open(f"/logs/?service={service}")
    expect(lines(page)).to_have_count(2)
    page.locator(f'[data-id-filter="request"][title="request {request}"]').click()
    expect(lines(page)).to_have_count(1)
    assert f"request={request}" in page.url
    assert f"service={service}" in page.url
    page.get_by_label("Least severity").select_option("error")
    expect(page.get_by_text("No line matches")).to_be_visible()
    assert f"request={request}" in page.url
    page.go_back()
    expect(lines(page)).to_have_count(1)
    page.get_by_role("link", name=re.compile("^Without the request")).click()
    expect(lines(page)).to_have_count(2)
    assert visit.troubles == []


def test_a_piece_of_time_is_marked_by_a_drag(visit: Visit, server: Server) -> None:
    service = f"s-{secrets.token_hex(4)}"
    send_lines(server, "old", service=service, age_s=3000)
    send_lines(server, "young", service=service)
    page = visit.open(f"/logs/?service={service}")
    expect(lines(page)).to_have_count(2)
    box = page.locator(".logs-chart svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(lines(page)).to_have_count(1)
    expect(lines(page).first).to_contain_text("old")
    assert "since_ns=" in page.url
    assert visit.troubles == []


def test_earlier_lines_come_while_one_scrolls(visit: Visit, server: Server) -> None:
    service = f"s-{secrets.token_hex(4)}"
    send_lines(server, *(f"line {at}" for at in range(450)), service=service)
    page = visit.open(f"/logs/?service={service}")
    expect(lines(page)).to_have_count(200)
    for _ in range(4):
        page.locator("[data-scroll]").evaluate("box => { box.scrollTop = box.scrollHeight; }")
        page.wait_for_timeout(300)
    expect(lines(page)).to_have_count(450)
    expect(lines(page).last).to_contain_text("line 0")
    assert visit.troubles == []
