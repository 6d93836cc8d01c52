"""F3: a worker killed while it rolls up and derives metrics leaves nothing out and counts nothing twice."""

import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.blackbox.client import Reader, Sender
from tests.faults.machine import Machine, machine_in
from tests.faults.test_poison import make_request, make_span
from tests.faults.test_redis import Redis, redis
from tests.faults.waiting import wait_until
from tests.faults.workers import find_worker, kill_worker
from tests.metrics.pushing import encode, metric, point, request

__all__ = ["redis"]
KILLS = 4
SERIES = 40
MINUTES = 30
PACE_S = 0.15
"""Some 250 spans and as many points a second: what is asked is whether they are right, not how fast."""
LATE_S = 60.0
MINUTE_NS, HOUR_NS, DAY_NS = 60 * 10**9, 3_600 * 10**9, 86_400 * 10**9
STEPS_S = (60, 600, 7200, 86_400)
"""Of each length that is kept."""


class Sent:
    """What was answered 200: the amounts pushed, and the model calls."""

    def __init__(self, machine: Machine) -> None:
        self.door, self.reader = Sender(machine.url, machine.key), Reader(machine.url, machine.key)
        self.amount, self.calls, self.sent = 0, 0, 0
        self.begin_ns = time.time_ns() // HOUR_NS * HOUR_NS - 3 * HOUR_NS

    def send(self) -> None:
        """A request of points in many series and minutes, and one of model calls."""
        self.sent += 1
        points = []
        for number in range(SERIES):
            time_ns = self.begin_ns + (number * 7 + self.sent) % MINUTES * MINUTE_NS + self.sent
            labels = {"shelf": str(number)}
            points.append(point(time_ns, start_ns=time_ns - 1, labels=labels, asInt=str(number + 1)))
            self.amount += number + 1
        pushed = request(metric("sum", *points, name="books", temporality=1))
        assert self.door.post(encode(pushed, "json"), signal="metrics").status == 200
        spans = []
        for number in range(SERIES):
            start_ns = self.begin_ns + (number + self.sent) % MINUTES * MINUTE_NS
            spans.append({**make_span(f"call {number}"), "startTimeUnixNano": str(start_ns)})
            spans[-1]["endTimeUnixNano"] = str(start_ns + 10**6)
        assert self.door.send(make_request(spans)).status == 200
        self.calls += SERIES

    def read(self, name: str, aggregation: str, step_s: int) -> float:
        """The sum over the range, in steps of a length."""
        until_ns = self.begin_ns + max(HOUR_NS, DAY_NS if step_s > 3600 else 0)
        asked: dict[str, Any] = {"name": name, "aggregation": aggregation, "step_s": step_s}
        answer = self.reader.read("/api/v1/metrics/", since_ns=self.begin_ns, until_ns=until_ns, **asked)
        assert answer["step_s"] == step_s, answer["step_s"]
        return float(sum(value or 0 for line in answer["results"] for _, value in line["points"]))

    def tell(self) -> dict[int, tuple[float, float]]:
        """By length of the step: amount and calls as they are told."""
        return {
            step_s: (self.read("books", "sum", step_s), self.read("missionscope.llm.duration", "count", step_s))
            for step_s in STEPS_S
        }

    def close(self) -> None:
        self.door.close()
        self.reader.close()


@pytest.fixture
def sent(tmp_path: Path, redis: Redis) -> Iterator[tuple[Machine, Sent]]:
    with machine_in(tmp_path, REDIS_URL=redis.url) as machine:
        machine.start()
        with closing(Sent(machine)) as made:
            yield machine, made


def test_killed_in_the_middle_it_counts_everything_once_within_a_minute(sent: tuple[Machine, Sent]) -> None:
    machine, door = sent
    chance = random.Random(20_261_128)
    for _ in range(KILLS):
        find_worker(machine)
        until_s = time.monotonic() + 2 + chance.random() * 3
        while time.monotonic() < until_s:
            door.send()
            time.sleep(PACE_S)
        kill_worker(machine)
    find_worker(machine)
    right = dict.fromkeys(STEPS_S, (float(door.amount), float(door.calls)))
    late_s = wait_until(lambda: door.tell() == right, lambda: f"{door.tell()} and not {right}", LATE_S)
    pending = "SELECT (SELECT count(*) FROM metrics_rollupwork) + (SELECT count(*) FROM metrics_work)"
    wait_until(lambda: machine.query(pending) == [(0,)])
    assert door.tell() == right, "also once nothing waits"
    print(f"{door.sent} requests of each kind; right {late_s:.1f} s after the last worker was back")
