"""Why did my mission stop? The recorded run of stage7 that exploded into plans, answered from the first screen."""

import json
import re
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Engineer

pytestmark = pytest.mark.browser

MISSION = "2b852d8c-37d8-4256-96e7-91f5fc1ce5f0"
STEPS = 71


@pytest.fixture
def exploded(engineer: Engineer, shared_data: Path) -> Engineer:
    """The events as Librarian gets them, each a request of its own form; sent twice, as imports are."""
    server = engineer.server
    body = (shared_data / "stage7" / "events-a.jsonl").read_bytes()
    headers = {"x-api-key": server.key, "Content-Type": "application/x-ndjson"}
    for _ in range(2):
        request = urllib.request.Request(f"{server.url}/api/v1/stage7/storeData", body, headers)
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer) == {"accepted": 106, "rejected": []}
    until = time.monotonic() + 60
    while True:
        mission = engineer.ask(f"/api/v1/missions/{MISSION}/")
        if mission["step_count"] == STEPS and "Nothing was produced" in mission["verdict"]:
            return engineer
        assert time.monotonic() < until, mission
        time.sleep(0.2)


def test_the_first_screen_says_why_and_leads_to_the_evidence(exploded: Engineer) -> None:
    page = exploded.open(f"/missions/{MISSION}/")
    verdict = page.locator("#verdict-text")
    expect(verdict).to_contain_text("Nothing was produced: 25 of 71 steps came to an end")
    expect(verdict).to_contain_text("5 failures reported as completed")
    expect(verdict).to_contain_text("46 of 71 steps use 32 verbs that nothing is known to run")
    expect(page.locator("#mission-head")).to_contain_text("failed")
    # A failed mission opens at where it began; the first piece of evidence is a step of the plan.
    evidence = page.locator("#mission-head .ms-evidence a").first
    expect(evidence).to_have_text(re.compile("^[A-Z_]+"))
    evidence.click()
    expect(page.locator("#selection h2")).to_be_visible()
    expect(page).to_have_url(re.compile(r"span=0{32}\.[0-9a-f]{16}"))


def test_a_silent_failure_is_drawn_as_failed_and_its_plan_is_one_click_away(exploded: Engineer) -> None:
    page = exploded.open(f"/missions/{MISSION}/?pane=plan")
    pane = page.locator("#pane-plan")
    expect(pane).to_contain_text("46 with 32 verbs that nothing is known to run")
    failed = pane.get_by_role("row").filter(has_text="says completed")
    expect(failed).to_have_count(5)
    failed.filter(has_text="SEARCH").first.click()
    selection = page.locator("#selection")
    expect(selection).to_contain_text("Reported as completed, failed in effect")
    expect(selection).to_contain_text("plan_validation_error")
    selection.get_by_role("link", name=re.compile("UPLOAD_RESUME")).first.click()
    expect(selection.locator("h2")).to_contain_text("UPLOAD_RESUME")
    expect(selection).to_contain_text("became a plan")


def test_findings_hold_every_number_of_the_explosion(exploded: Engineer) -> None:
    page = exploded.open(f"/missions/{MISSION}/?pane=findings")
    findings = page.locator("#pane-findings")
    for words in (
        "1 step in the first 30 s, then 70 in 36 s",
        "10/21/22/18",
        "userTargets",
        "9 steps carry the text [object Object]",
        "63 tasks were planned and 61 became steps",
    ):
        expect(findings).to_contain_text(words)


def test_the_graph_shows_the_plans_and_what_is_missing(exploded: Engineer) -> None:
    page = exploded.open(f"/missions/{MISSION}/?pane=graph")
    graph = page.locator("#pane-graph")
    expect(graph).to_contain_text("UPLOAD_RESUME")
    expect(graph).to_contain_text("userTargets")
    expect(graph).to_contain_text("plan of 7")
