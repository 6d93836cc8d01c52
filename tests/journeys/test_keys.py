"""The help lists the keys that work, and a tool run is compared with the one before it."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Engineer
from tests.journeys.test_journeys import PATIENCE_MS

pytestmark = pytest.mark.browser
VENDORS = "Compare three quotes for drive units"
IN_A_MISSION = {
    "j", "k", "[", "]", "←", "↑", "↓", "→", "Home", "End", "e", "E", "f", "0", "r", "Esc", "Space", ".", "?", "/",
    "g", "m", "s", "Ctrl", "K",
}  # fmt: skip


def test_the_help_lists_every_key_of_a_mission_and_they_do_what_it_says(engineer: Engineer) -> None:
    page = engineer.open(engineer.find(VENDORS))
    heading = page.locator("#selection h2")
    expect(heading).to_have_text("read feed ecb-daily", timeout=PATIENCE_MS)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    assert set(dialog.locator("kbd").all_inner_texts()) >= IN_A_MISSION
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("e")
    expect(heading).not_to_have_text("read feed ecb-daily")
    page.keyboard.press("E")
    expect(heading).to_have_text("read feed ecb-daily")
    page.keyboard.press("r")
    expect(page.locator("#raw-text")).to_contain_text("span_id", timeout=PATIENCE_MS)
    page.keyboard.press("r")
    expect(page.locator("#raw-text")).to_be_hidden()
    ruler = "document.querySelector('.tl-ruler canvas').toDataURL()"
    whole = page.evaluate(ruler)
    page.keyboard.press("f")
    page.wait_for_function(f"(whole) => {ruler} !== whole", arg=whole)
    page.keyboard.press("0")
    page.wait_for_function(f"(whole) => {ruler} === whole", arg=whole)
    page.keyboard.press("Home")
    expect(heading).to_have_text("mission: compare vendors", timeout=PATIENCE_MS)
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_contain_text("Select a span")


def test_a_tool_run_is_read_against_the_run_before(engineer: Engineer) -> None:
    page = engineer.open(engineer.find(VENDORS) + "?pane=tools")
    runs = page.locator(".ms-run").filter(has_text="read_quote")
    runs.first.click(timeout=PATIENCE_MS)
    expect(page.locator("#selection h2")).to_have_text("execute_tool read_quote", timeout=PATIENCE_MS)
    compare = page.get_by_role("button", name="Compare with the run before")
    expect(compare).to_have_count(0)
    runs.nth(1).click()
    compare.click(timeout=PATIENCE_MS)
    changed = page.locator("#selection .ms-diff").first
    expect(changed.locator(".is-removed").first).to_contain_text("Brandt")
    expect(changed.locator(".is-added").first).to_contain_text('"vendor"')
    page.locator("#selection .ms-rerun a").click()
    expect(compare).to_have_count(0, timeout=PATIENCE_MS)
