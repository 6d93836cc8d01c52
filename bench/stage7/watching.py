"""Missions that are watched while they run: over WebSockets and in a browser."""

import asyncio
import json
import threading
import time
from collections import Counter
from typing import Any

from playwright.sync_api import sync_playwright
from websockets.asyncio.client import connect

from bench.stage7.intake import DOOR, spread
from bench.stage7.machine import Machine, path_of
from bench.stage7.made import MadeMission, as_stored

VIEWERS = 5
CHROMIUM = "/usr/bin/chromium"
LAST_FRAMES_S = 8.0
WATCH = """
window.__long = [];
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.__long.push(entry.duration); })
  .observe({entryTypes: ["longtask"]});
"""


class Watch:
    """What the viewers of one mission have been sent: by viewer, and when."""

    def __init__(self) -> None:
        self.seen_at: dict[int, float] = {}
        """Number of an event to when the first viewer had it."""
        self.seqs: list[Counter[tuple[str, str, str]]] = [Counter() for _ in range(VIEWERS)]

    async def view(self, machine: Machine, mission_id: str, viewer: int, ready: asyncio.Event) -> None:
        """One WebSocket on the mission."""
        address = f"{machine.server.url.replace('http', 'ws', 1)}/ws/missions/{mission_id}/"
        headers = {"Authorization": f"Bearer {machine.server.key}"}
        async with connect(address, additional_headers=headers, proxy=None, max_size=None) as socket:
            async for text in socket:
                now, frame = time.perf_counter(), json.loads(text)
                ready.set()
                for record in frame.get("records", ()):
                    self._note(viewer, record, now)

    def _note(self, viewer: int, record: dict[str, Any], now: float) -> None:
        self.seqs[viewer][record["type"], record.get("id") or record.get("step_id", ""), record["change_seq"]] += 1
        if record["type"] == "log" and "number" in record.get("body", ""):
            self.seen_at.setdefault(int(record["body"].partition('"number":')[2].partition(",")[0]), now)


async def view_list(machine: Machine) -> None:
    """One WebSocket on the list."""
    headers = {"Authorization": f"Bearer {machine.server.key}"}
    address = f"{machine.server.url.replace('http', 'ws', 1)}/ws/missions/"
    async with connect(address, additional_headers=headers, proxy=None, max_size=None) as socket:
        async for _ in socket:
            pass


def measure_live(machine: Machine, *, steps: int, seconds: float) -> dict[str, Any]:
    """A mission of so many steps in so many seconds: lag of the frames, and whether each change came exactly once."""
    mission = MadeMission(1, steps, run=f"live {time.time_ns()}")
    events = [{"number": at, **event} for at, event in enumerate(mission.events())]
    machine.client().ask("POST", DOOR, as_stored(events[0]))
    page = BrowserPage(machine, mission.id)
    thread = threading.Thread(target=page.run)
    thread.start()
    page.is_open.wait(60)
    found = asyncio.run(_send_and_watch(machine, mission, events, seconds))
    page.is_over.set()
    thread.join()
    steps_shown = machine.client().read_all(f"{path_of(mission.id)}steps/")
    return {"events": len(events), "steps": len(steps_shown), **found, "browser": page.figures}


async def _send_and_watch(
    machine: Machine, mission: MadeMission, events: list[dict[str, Any]], seconds: float
) -> dict[str, Any]:
    watch = Watch()
    ready = [asyncio.Event() for _ in range(VIEWERS)]
    viewers = [
        asyncio.create_task(watch.view(machine, mission.id, at, ready[at])) for at in range(VIEWERS)
    ] + [asyncio.create_task(view_list(machine)) for _ in range(VIEWERS)]  # fmt: skip
    for each in ready:
        await each.wait()
    client, sent_at = machine.client(), {}
    begun = time.monotonic()
    for at, event in enumerate(events[1:], 1):
        await asyncio.sleep(max(0.0, begun + at * seconds / len(events) - time.monotonic()))
        sent_at[at] = time.perf_counter()
        answer = await asyncio.to_thread(client.ask, "POST", DOOR, as_stored(event))
        assert answer.status == 200, answer
    await asyncio.sleep(LAST_FRAMES_S)
    for viewer in viewers:
        viewer.cancel()
    await asyncio.gather(*viewers, return_exceptions=True)
    lags = [(watch.seen_at[at] - sent) * 1000 for at, sent in sent_at.items() if at in watch.seen_at]
    return {
        "frame_after_sending_ms": spread(lags),
        "events_never_shown": len(sent_at) - len(lags),
        "changes_sent_twice": sum(count - 1 for seqs in watch.seqs for count in seqs.values()),
        "viewers_that_differ": sum(seqs != watch.seqs[0] for seqs in watch.seqs),
    }


class BrowserPage:
    """The mission's page, open all the time."""

    def __init__(self, machine: Machine, mission_id: str) -> None:
        self._machine, self._mission_id = machine, mission_id
        self.is_open, self.is_over = threading.Event(), threading.Event()
        self.figures: dict[str, float] = {}

    def run(self) -> None:
        """In a thread of its own."""
        server = self._machine.server
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{server.url}/login/")
            page.fill("input[name=username]", server.user)
            page.fill("input[name=password]", server.password)
            page.press("input[name=password]", "Enter")
            page.wait_for_url("**/missions/")
            page.add_init_script(WATCH)
            page.goto(f"{server.url}/missions/{self._mission_id}/")
            page.wait_for_timeout(1_000)
            page.evaluate("window.__long.length = 0")
            self.is_open.set()
            while not self.is_over.is_set():
                page.wait_for_timeout(200)
            long: list[float] = page.evaluate("window.__long")
            self.figures = {"long_tasks": len(long), "longest_task_ms": round(max(long, default=0))}
            browser.close()
