"""What is stored, as REST tells it."""

import time
from collections import Counter
from typing import Any

from tests.blackbox.client import Reader, mission_path
from tests.faults.machine import Machine, SpanIdentity

SETTLED_S = 180.0
QUEUES = ("traces_missionwork", "search_queueitem")


def count_by_rest(machine: Machine) -> Counter[SpanIdentity]:
    """Every span of every mission, and how often REST shows it."""
    reader = Reader(machine.url, machine.key)
    try:
        counted: Counter[SpanIdentity] = Counter()
        for mission in reader.items("/api/v1/missions/", limit=1000):
            for span in reader.items(f"{mission_path(mission['id'])}spans/", limit=1000):
                counted[SpanIdentity(span["trace_id"], span["span_id"])] += 1
        return counted
    finally:
        reader.close()


def wait_for_totals(machine: Machine, span_count: int) -> list[dict[str, Any]]:
    """The missions once their computed totals hold so many spans and nothing waits to be indexed."""
    deadline = time.monotonic() + SETTLED_S
    reader = Reader(machine.url, machine.key)
    try:
        while True:
            missions = reader.items("/api/v1/missions/", limit=1000)
            counted = sum(mission["span_count"] for mission in missions)
            waiting = [machine.query(f"SELECT count(*) FROM {table}")[0][0] for table in QUEUES]
            if counted == span_count and not any(waiting):
                return missions
            assert time.monotonic() < deadline, f"{counted} of {span_count} spans counted, {waiting} wait in {QUEUES}"
            time.sleep(0.25)
    finally:
        reader.close()
