"""How soon the mission page is drawn in a real browser, and whether it stays fluid, at 1,000 and 10,000 spans."""

import statistics
import time
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

from bench.missionscope_target import PASSWORD, USER, Target

CHROMIUM = Path("/usr/bin/chromium")
ROW = ".tl-row .tl-name"
PATIENCE_MS = 60_000
QUIET_MS = 400
WHEEL_STEPS, WHEEL_PX = 40, 2_500
WATCH = """
window.__long = []; window.__frames = [];
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.__long.push(entry.duration); })
  .observe({entryTypes: ["longtask"]});
(function frame(now) { window.__frames.push(now); requestAnimationFrame(frame); })(performance.now());
"""


def measure_browser(target: Target, missions: dict[str, list[str]], reps: int) -> dict[str, Any]:
    """Milliseconds to the first row and until quiet, longest task, heap, and frames while it is scrolled."""
    if not CHROMIUM.exists():
        return {}
    found: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for size in ("1000", "10000"):
            for trace_id in missions.get(size, [])[:1]:
                address = f"{target.base}/missions/{quote(trace_id)}/"
                found[size] = _spread([_visit(browser, target, address) for _ in range(reps)])
        browser.close()
    return found


def _visit(browser: Browser, target: Target, address: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{target.base}/login/")
    page.fill("input[name=username]", USER)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/missions/")
    page.add_init_script(WATCH)
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(ROW, timeout=PATIENCE_MS)
    first_row = (time.perf_counter() - started) * 1000
    page.wait_for_load_state("networkidle")
    quiet = (time.perf_counter() - started) * 1000 - QUIET_MS
    figures = {"first_row_ms": first_row, "drawn_ms": quiet, "longest_task_ms": _longest(page)}
    figures |= _scroll(page) | {"select_ms": _select(page)}
    figures["dom_nodes"] = page.evaluate("document.querySelectorAll('*').length")
    figures["heap_mb"] = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    context.close()
    return figures


def _longest(page: Page) -> float:
    return float(page.evaluate("Math.max(0, ...window.__long.splice(0))"))


def _scroll(page: Page) -> dict[str, float]:
    """Turn the wheel over the tree as fast as a person would."""
    page.mouse.move(200, 600)
    page.evaluate("window.__frames.length = 0")
    for _ in range(WHEEL_STEPS):
        page.mouse.wheel(0, WHEEL_PX)
        page.wait_for_timeout(20)
    frames: list[float] = page.evaluate("window.__frames")
    gaps = sorted(after - before for before, after in pairwise(frames))
    seconds = (frames[-1] - frames[0]) / 1000
    return {
        "scroll_frames_per_s": (len(frames) - 1) / seconds,
        "scroll_worst_frame_ms": gaps[-1],
        "scroll_longest_task_ms": _longest(page),
    }


def _select(page: Page) -> float:
    """From a click on a row until its detail stands beside it."""
    before = page.inner_text("#selection")
    row = page.locator(ROW).nth(5)
    started = time.perf_counter()
    row.click()
    page.wait_for_function("before => document.querySelector('#selection h2') && "
                           "document.querySelector('#selection').innerText !== before", arg=before)  # fmt: skip
    return (time.perf_counter() - started) * 1000


def _spread(visits: list[dict[str, float]]) -> dict[str, Any]:
    return {
        name: {
            "min": round(min(values), 1),
            "median": round(statistics.median(values), 1),
            "max": round(max(values), 1),
        }
        for name in visits[0]
        for values in [[visit[name] for visit in visits]]
    }
