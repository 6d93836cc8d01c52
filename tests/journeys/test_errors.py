"""Somebody who is to find out what fails most, in which missions, and to see that it does not come back."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Engineer
from tests.journeys.test_reading import axe_says

pytestmark = pytest.mark.browser


def find_error(engineer: Engineer, words: str) -> Any:
    """The list with the one error whose title, message or place has these words."""
    page = engineer.open("/errors/")
    page.get_by_label("Search errors").fill(words)
    expect(page).to_have_url(re.compile("q="))
    expect(page.locator("[data-row]")).to_have_count(1)
    return page


def test_from_an_error_of_all_missions_to_the_record_in_one(engineer: Engineer) -> None:
    page = find_error(engineer, "rates.py")
    expect(page.locator("[data-row]")).to_contain_text("convert_price_table")
    assert axe_says(page) == []
    page.locator("[data-row] [data-open]").click()
    expect(page.locator("h1")).to_have_text("ValueError")
    expect(page.locator(".er-frame.is-own").first).to_contain_text("rate")
    expect(page.get_by_text("Tool arguments")).to_be_visible()
    assert axe_says(page) == []
    page.get_by_role("link", name="In its mission").click()
    expect(page.locator("#selection h2")).to_contain_text("convert_price_table")


def test_a_missions_failure_leads_to_the_same_in_all_missions(engineer: Engineer) -> None:
    page = engineer.open(engineer.find("Compare three quotes for drive units") + "?pane=errors")
    page.locator(".ms-failure-error").first.click()
    expect(page).to_have_url(re.compile(r"/errors/\d+/$"))


def test_it_is_assigned_ignored_opened_and_resolved_and_the_list_follows(engineer: Engineer) -> None:
    page = find_error(engineer, "BudgetExceeded: stopped")
    page.locator("[data-row] [data-open]").click()
    page.locator("summary", has_text="Assign").click()
    page.get_by_role("button", name=engineer.server.user).last.click()
    expect(page.locator("summary", has_text=engineer.server.user).last).to_be_visible()
    page.locator("summary", has_text="Ignore").click()
    page.get_by_role("button", name="For 7 days").click()
    expect(page.locator(".er-state .badge")).to_have_text("ignored")
    page.get_by_role("button", name="Open again").click()
    expect(page.locator(".er-state .badge")).to_have_text("unresolved")
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator(".er-state .badge")).to_have_text("resolved")
    page.goto(engineer.server.url + "/errors/?status=resolved")
    expect(page.locator("[data-row]")).to_contain_text("BudgetExceeded")


def test_errors_are_walked_by_keys(engineer: Engineer) -> None:
    page = engineer.open("/missions/")
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/errors/$"))
    page.wait_for_load_state("load")
    page.keyboard.press("j")
    expect(page.locator('[data-row][aria-selected="true"]')).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/errors/\d+/$"))
