"""F14: who looks and who sends notices nothing when the server's clock jumps, on a leap day, or is behind their own."""

import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.blackbox.client import Reader
from tests.blackbox.client import Sender as Poster
from tests.blackbox.wire import Message
from tests.faults.clock import Clock
from tests.faults.machine import Machine, machine_in
from tests.faults.test_poison import make_request, make_span
from tests.live.conftest import Watching, watch
from tests.live.test_doors import log_in

HOUR_S = 3600
LEAP_EVE_S = int(datetime(2028, 2, 28, 23, 40, tzinfo=UTC).timestamp())
AHEAD_S = 600
"""Senders' clocks, before the server's."""
WATCHED = "watched"
EACH = 2
PAGE = 4


@pytest.mark.parametrize(
    ("begins_s", "jumps_s"),
    [(None, (HOUR_S, -HOUR_S, 0)), (LEAP_EVE_S, (HOUR_S, -HOUR_S, 25 * HOUR_S))],
    ids=["today", "leap day"],
)
def test_nothing_is_hidden_or_shown_twice_and_everybody_stays_in(
    tmp_path: Path, begins_s: int | None, jumps_s: tuple[int, ...]
) -> None:
    clock = Clock(tmp_path, begins_s)
    with machine_in(tmp_path, **clock.environment) as machine:
        machine.start()
        with people_at(machine, clock) as people:
            people.send(WATCHED)
            with (
                watch(machine, WATCHED, headers=people.session, after=0) as by_session,
                watch(machine, WATCHED, after=0) as by_key,
            ):
                for jump_s in jumps_s:
                    before = people.read_first_page()
                    clock.jump_and_wait(jump_s, machine.url)
                    for _ in range(EACH):
                        people.send(WATCHED)
                        people.send(f"m{secrets.token_hex(4)}")
                    people.see_all()
                    people.check_pages_go_on(before)
                    for watching in (by_session, by_key):
                        check_once_in_order(watching, people.names[WATCHED])


class FirstPage(NamedTuple):
    """The first page of the list of missions, and who was there when it was read."""

    ids: list[str]
    next: str | None
    there: set[str]


class People:
    """A sender whose clock is ahead, a program with a key, and somebody in a browser."""

    def __init__(self, machine: Machine, clock: Clock) -> None:
        self.door, self.reader = Poster(machine.url, machine.key), Reader(machine.url, machine.key)
        names = ("MISSIONSCOPE_BOOTSTRAP_USER", "MISSIONSCOPE_BOOTSTRAP_PASSWORD")
        self.session = log_in(machine.url, *(machine.environment[name] for name in names))
        self.browser = httpx.Client(base_url=machine.url, headers=self.session, trust_env=False, timeout=60)
        self.ahead_ns = (clock.ahead_s + AHEAD_S) * 10**9
        self.names: dict[str, list[str]] = {}
        """Of the spans and log records that were sent, by mission, in their order."""

    def send(self, mission: str) -> None:
        """A span and a log record."""
        name = f"s{secrets.token_hex(4)}"
        now_ns = time.time_ns() + self.ahead_ns
        span = make_span(name)
        span |= {"startTimeUnixNano": str(now_ns - 1_000_000), "endTimeUnixNano": str(now_ns)}
        whose = {"key": "mission.id", "value": {"stringValue": mission}}
        span["attributes"].append(whose)
        record = {"timeUnixNano": str(now_ns), "body": {"stringValue": f"line {name}"}, "attributes": [whose]}
        logs: Message = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
        assert self.door.send(make_request([span])).status == 200
        assert self.door.send(logs, signal="logs").status == 200
        self.names.setdefault(mission, []).append(name)

    def see_all(self) -> None:
        """The program and the page show everything that was sent, once. (Computed first: what is active moves up.)"""
        self.reader.until_computed()
        assert Counter(self._list("/api/v1/missions/", "id")) == Counter(list(self.names))
        lines = Counter(f"line {name}" for names in self.names.values() for name in names)
        assert Counter(self._list("/api/v1/logs/", "body")) == lines
        assert Counter(span["name"] for span in self.reader.spans(WATCHED)) == Counter(self.names[WATCHED])
        missions, logs = self._page("/missions/"), self._page("/logs/")
        assert not [mission for mission in self.names if missions.count(f'href="/missions/{mission}/"') != 1]
        assert not [line for line in lines if logs.count(line) != 1]
        self._page(f"/missions/{WATCHED}/")

    def read_first_page(self) -> FirstPage:
        """The newest missions."""
        page = self.reader.read("/api/v1/missions/", limit=PAGE)
        return FirstPage([each["id"] for each in page["results"]], page["next"], set(self.names))

    def check_pages_go_on(self, first: FirstPage) -> None:
        """From a page read before the jump one comes to everything older, once."""
        ids, path = list(first.ids), first.next
        while path:
            page = self.reader.read(path)
            ids += [each["id"] for each in page["results"]]
            path = page["next"]
        assert Counter(ids) == Counter(list(first.there))

    def _list(self, path: str, field: str) -> list[str]:
        return [each[field] for each in self.reader.items(path, limit=PAGE)]

    def _page(self, path: str) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def close(self) -> None:
        self.door.close()
        self.reader.close()
        self.browser.close()


@contextmanager
def people_at(machine: Machine, clock: Clock) -> Iterator[People]:
    with closing(People(machine, clock)) as people:
        yield people


def check_once_in_order(watching: Watching, names: list[str]) -> None:
    """Each span and each log record has come through the socket once, in the order in which it was stored."""

    def told(kind: str, field: str) -> list[str]:
        return [record[field] for record in watching.records if record["type"] == kind]

    lines = [f"line {name}" for name in names]
    if len(told("log", "body")) < len(lines):
        watching.until(lambda _: len(told("log", "body")) >= len(lines))
    assert told("span", "name") == names
    assert told("log", "body") == lines
