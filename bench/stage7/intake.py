"""Many events: how fast they are taken in, when all that is shown of them is right, what they take."""

import random
import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Any

from bench.stage7.machine import Machine, path_of
from bench.stage7.made import Body, MadeMission, as_stored

DOOR = "/api/v1/stage7/storeData"
LINES = 500
EVENTS_A_STEP = 4
LOOK_S = 0.25
PATIENCE_S = 300.0


def make_missions(events: int, missions: int, *, run: str) -> list[MadeMission]:
    """So many missions with together about so many events."""
    steps = max(1, events // missions // EVENTS_A_STEP)
    return [MadeMission(number, steps, run=run) for number in range(missions)]


def mix(missions: Sequence[MadeMission]) -> list[Body]:
    """The events of all missions as they would come: a few of each in turn."""
    chance = random.Random(len(missions))
    streams = [mission.events() for mission in missions]
    mixed: list[Body] = []
    while streams:
        stream = chance.choice(streams) if len(streams) > 1 else streams[0]
        for _ in range(chance.randint(1, 8)):
            event = next(stream, None)
            if event is None:
                streams.remove(stream)
                break
            mixed.append(event)
    return mixed


def measure_intake(machine: Machine, missions: Sequence[MadeMission], *, lines: int, senders: int) -> dict[str, Any]:
    """Send all events from several senders, `lines` a request; wait until everything is right."""
    events = mix(missions)
    bodies = [b"\n".join(map(as_stored, events[at : at + lines])) for at in range(0, len(events), lines)]
    disk_bytes, cpu_s = machine.disk_bytes(), machine.cpu_s()
    begun = time.monotonic()
    took_ms = send_all(machine, bodies, senders)
    took_s = time.monotonic() - begun
    right = wait_until_right(machine, missions, len(events))
    settled_s = machine.wait_until_settled()
    return {
        "events": len(events),
        "sent_bytes_an_event": round(sum(map(len, bodies)) / len(events)),
        "events_per_s": round(len(events) / took_s),
        "answer_ms": spread(took_ms),
        **right,
        "search_settled_after_that_s": round(settled_s, 1),
        "cpu_ms_an_event": round((machine.cpu_s() - cpu_s) / len(events) * 1000, 2),
        "disk_bytes_an_event": round((machine.disk_bytes() - disk_bytes) / len(events)),
        "peak_mb": round(machine.peak_mb()),
    }


def send_all(machine: Machine, bodies: Sequence[bytes], senders: int) -> list[float]:
    """Every body once, each sender its next when the last was answered; ms of each."""
    waiting: SimpleQueue[bytes] = SimpleQueue()
    for body in bodies:
        waiting.put(body)
    took_ms: list[float] = []
    failed: list[object] = []

    def send() -> None:
        client = machine.client()
        while not failed:
            try:
                body = waiting.get_nowait()
            except Empty:
                return
            answer = client.ask("POST", DOOR, body, "application/x-ndjson")
            if answer.status != 200 or b'"rejected":[]' not in answer.body:
                failed.append(answer)
            took_ms.append(answer.took_ms)

    threads = [threading.Thread(target=send) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed
    return took_ms


def wait_until_right(machine: Machine, missions: Sequence[MadeMission], events: int) -> dict[str, Any]:
    """Seconds after the last answer until totals, verdict and steps are right; then what it takes to read them."""
    begun = time.monotonic()
    client = machine.client()
    last = missions[-1]
    while not _is_computed(client.read_all("/api/v1/missions/"), missions, events):
        assert time.monotonic() - begun < PATIENCE_S, "it does not come to be right"
        time.sleep(LOOK_S)
    computed_s = time.monotonic() - begun
    steps = client.read_all(f"{path_of(last.id)}steps/")
    assert len(steps) == last.step_count + 1, len(steps)
    assert {step["effective_status"] for step in steps} <= {"ok"}, {step["effective_status"] for step in steps}
    assert sum(len(step["dependencies"]) for step in steps) == _count_ties(last)
    return {"right_after_s": round(computed_s, 1), "read": read_times(machine, last)}


def _is_computed(shown: Sequence[Body], missions: Sequence[MadeMission], events: int) -> bool:
    mine = {mission.id for mission in missions}
    found = [each for each in shown if each["id"] in mine]
    return (
        len(found) == len(mine)
        and sum(each["log_count"] for each in found) == events
        and all(each["status"] == "ok" and not each["verdict"] for each in found)
    )


def _count_ties(mission: MadeMission) -> int:
    """Each step of a plan but its first hangs on the one before."""
    plans = -(-mission.step_count // 20)
    return mission.step_count - plans


def read_times(machine: Machine, mission: MadeMission) -> dict[str, float]:
    """Milliseconds of one read of each, after another one."""
    client, found = machine.client(), {}
    for name in ("", "steps/", "graph/", "findings/"):
        client.ask("GET", path_of(mission.id) + name)
        answer = client.ask("GET", path_of(mission.id) + name)
        assert answer.status == 200, answer
        found[name.strip("/") or "mission"] = round(answer.took_ms)
    return found


def spread(values: Sequence[float]) -> dict[str, float]:
    """Percentiles."""
    ordered = sorted(values)
    at = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    return {name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) for name, share in at.items()}
