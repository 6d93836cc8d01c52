"""Pages of errors that stay open while things fail, come back, and others decide."""

import json
import re
import secrets
import time
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Engineer
from tests.journeys.test_journeys import PATIENCE_MS

pytestmark = pytest.mark.browser
ALPHABET = "abcdefghijklmnop"


class Failing:
    """Something that fails with an error of its own, as often as asked for."""

    def __init__(self, engineer: Engineer, word: str = "") -> None:
        self.engineer = engineer
        self.word = word or "".join(ALPHABET[int(digit, 16)] for digit in secrets.token_hex(6))

    @property
    def pk(self) -> str:
        [group] = self.engineer.ask(f"/api/v1/errors/?q={self.word}")["results"]
        return str(group["id"])

    def fail(self, times: int = 1) -> None:
        records = [
            {
                "timeUnixNano": str(time.time_ns() + at),
                "severityNumber": 17,
                "body": {"stringValue": f"{self.word} broke"},
            }
            for at in range(times)
        ]
        self._ask("/v1/logs", {"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]})

    def decide(self, **decision: Any) -> None:
        self._ask(f"/api/v1/errors/{self.pk}/", decision, "PATCH")

    def until_known(self) -> None:
        until = time.monotonic() + PATIENCE_MS / 1000
        while not self.engineer.ask(f"/api/v1/errors/?q={self.word}")["results"]:
            assert time.monotonic() < until
            self.engineer.page.wait_for_timeout(50)

    def _ask(self, path: str, body: Any, method: str = "POST") -> None:
        server = self.engineer.server
        headers = {"x-api-key": server.key, "Content-Type": "application/json"}
        request = urllib.request.Request(server.url + path, json.dumps(body).encode(), headers, method=method)
        urllib.request.urlopen(request).close()


@pytest.fixture
def failing(engineer: Engineer) -> Failing:
    made = Failing(engineer)
    made.fail()
    made.until_known()
    return made


def open_live(engineer: Engineer, path: str) -> Page:
    """A page whose feed has said hello."""
    with engineer.page.expect_websocket(lambda socket: "/ws/errors/" in socket.url) as waiting:
        page = engineer.open(path)
    if not waiting.value.is_closed():
        waiting.value.wait_for_event("framereceived")
    return page


def row(page: Page, word: str) -> Any:
    return page.locator("[data-row]").filter(has_text=word)


def test_a_new_error_appears_in_the_open_list_and_its_count_grows(engineer: Engineer) -> None:
    page = open_live(engineer, "/errors/")
    page.mouse.move(5, 5)
    new = Failing(engineer)
    new.fail()
    expect(row(page, new.word)).to_be_visible(timeout=PATIENCE_MS)
    new.fail(3)
    expect(row(page, new.word).locator(".col-events")).to_have_text("4", timeout=PATIENCE_MS)


@pytest.mark.timing
def test_a_new_error_appears_within_2_seconds(engineer: Engineer) -> None:
    page = open_live(engineer, "/errors/")
    page.mouse.move(5, 5)
    new = Failing(engineer)
    new.fail()
    expect(row(page, new.word)).to_be_visible(timeout=2_000)


def test_who_reads_keeps_the_place_and_is_offered_what_is_new(engineer: Engineer, failing: Failing) -> None:
    page = open_live(engineer, "/errors/")
    page.keyboard.press("j")
    selected = page.locator('[data-row][aria-selected="true"]')
    expect(selected).to_contain_text(failing.word)
    failing.fail()
    expect(selected.locator(".col-events")).to_have_text("2", timeout=PATIENCE_MS)
    expect(selected.locator("[data-open]")).to_be_focused()
    others = [Failing(engineer) for _ in range(3)]
    for other in others:
        other.fail()
    expect(page.locator("[data-new-rows]")).to_contain_text("3 new", timeout=PATIENCE_MS)
    expect(row(page, others[0].word)).to_have_count(0)
    expect(selected).to_contain_text(failing.word)
    page.keyboard.press(".")
    expect(row(page, others[0].word)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("[data-new-rows]")).to_be_hidden()


def test_what_others_decide_leaves_the_open_list_and_comes_back(engineer: Engineer, failing: Failing) -> None:
    page = open_live(engineer, f"/errors/?q={failing.word}")
    expect(row(page, failing.word)).to_be_visible()
    failing.decide(status="resolved")
    expect(row(page, failing.word)).to_have_count(0, timeout=PATIENCE_MS)
    failing.fail()
    expect(row(page, failing.word)).to_contain_text("came back", timeout=PATIENCE_MS)


def test_a_storm_makes_the_list_ask_a_few_times(engineer: Engineer, failing: Failing) -> None:
    page = open_live(engineer, "/errors/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/errors/") else None)
    storm = [Failing(engineer, failing.word) for _ in range(30)]
    for each in storm:
        each.fail(20)
    expect(row(page, failing.word).locator(".col-events")).to_have_text("601", timeout=PATIENCE_MS)
    assert 1 <= len(asked) < 20


def test_an_open_error_follows_counts_decisions_and_its_return_while_its_event_stays(
    engineer: Engineer, failing: Failing
) -> None:
    page = open_live(engineer, f"/errors/{failing.pk}/")
    shown = page.locator(".er-facts").inner_text()
    failing.decide(assignee=engineer.server.user)
    expect(page.locator("summary", has_text=engineer.server.user)).to_be_visible(timeout=PATIENCE_MS)
    failing.decide(status="resolved")
    expect(page.locator(".er-state .badge")).to_have_text("resolved", timeout=PATIENCE_MS)
    failing.fail(2)
    expect(page.locator(".er-state .badge")).to_have_text("came back", timeout=PATIENCE_MS)
    expect(page.locator(".er-totals dd").first).to_have_text("3")
    expect(page.get_by_role("link", name="Newer event")).to_have_attribute("href", re.compile("event="))
    assert page.locator(".er-facts").inner_text() == shown
    page.get_by_role("link", name="Newest", exact=True).click()
    expect(page.get_by_role("heading", name="Newest event")).to_be_visible()


def test_an_open_menu_stays_open_and_what_came_meanwhile_is_shown_when_it_closes(
    engineer: Engineer, failing: Failing
) -> None:
    page = open_live(engineer, f"/errors/{failing.pk}/")
    page.locator("summary", has_text="Ignore").click()
    failing.decide(status="resolved")
    failing.fail()
    expect(page.locator(".er-totals dd").first).to_have_text("2", timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="For 7 days")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    expect(page.locator(".er-state .badge")).to_have_text("came back", timeout=PATIENCE_MS)
