"""What pages of people outside the sample missions report: their sockets, and code that a new version took away."""

from collections.abc import Iterator

from demo.around.day import BROWSER, MINUTES, RESTART_AT, Day
from demo.records import Attributes, Log
from demo.trace_builder import SECOND_NS

MINUTES_BETWEEN = 7
"""From one page opened to the next."""
PAGES_AT_RESTART, PAGES_TOO_OLD = 9, 5
LEFT: Attributes = {"websocket.close_code": 1001}
BROKEN: Attributes = {"websocket.close_code": 1006}
SCRIPT = "https://assistant.example/assets/graph-4f1c.js"
TOO_OLD = {
    "exception.type": "ChunkLoadError",
    "exception.message": f"Loading chunk graph failed. ({SCRIPT})",
    "exception.stacktrace": f"ChunkLoadError: Loading chunk graph failed. ({SCRIPT})\n"
    "    at loadGraph (https://assistant.example/src/mission/MissionGraph.tsx:12:24)\n"
    "    at openTab (https://assistant.example/src/mission/MissionPage.tsx:61:7)",
}


def tell_pages(day: Day) -> list[Log]:
    """Every record of the day, oldest first."""
    return sorted([*_of_visits(day), *_of_restart(day)], key=lambda log: log.time_ns)


def _of_visits(day: Day) -> Iterator[Log]:
    for ago in range(MINUTES, 0, -MINUTES_BETWEEN):
        user = {"user.id": f"u-{day.random.randrange(4000, 4400)}"}
        opened_ns = day.at(ago)
        closed_ns = min(opened_ns + day.random.randrange(60, 900) * SECOND_NS, day.now_ns)
        yield _log(opened_ns, "INFO", "the socket is open", "browser.websocket.open", user)
        yield _log(closed_ns, "INFO", "the socket is closed: the page is left", "browser.websocket.closed", user | LEFT)


def _of_restart(day: Day) -> Iterator[Log]:
    """Sockets break and come back; old pages then ask for code that is no longer there."""
    for place in range(PAGES_AT_RESTART):
        user, lost_ns = {"user.id": f"u-{4100 + place}"}, day.at(RESTART_AT) + place * SECOND_NS // 4
        yield _log(lost_ns, "WARN", "the socket broke, trying again", "browser.websocket.closed", user | BROKEN)
        yield _log(lost_ns + 14 * SECOND_NS, "INFO", "the socket is open", "browser.websocket.open", user)
        if place < PAGES_TOO_OLD:
            failed_ns = lost_ns + (3 + 11 * place) * 60 * SECOND_NS
            message = f"ChunkLoadError: {TOO_OLD['exception.message']}"
            yield _log(failed_ns, "ERROR", message, "browser.exception", user | TOO_OLD)


def _log(time_ns: int, severity: str, body: str, event_name: str, attributes: Attributes) -> Log:
    return Log(time_ns, severity, body, BROWSER, b"", b"", attributes, event_name)
