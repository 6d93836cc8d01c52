"""Calls of models, pushes of megabytes, and bodies at the limit."""

import json
import threading
import time
from typing import Any

from bench.stage7.intake import DOOR, spread
from bench.stage7.machine import Machine, path_of
from bench.stage7.made import MadeMission, MadePush, as_output, as_stored, make_attempts, make_text

BRAIN, STATISTICS = "/api/v1/stage7/brain", "/api/v1/stage7/statistics"
MEGABYTE = 1_000_000


def measure_calls(machine: Machine, *, calls: int, seconds: float) -> dict[str, Any]:
    """So many calls in so many seconds, each attempt sent when it is over."""
    mission = MadeMission(2, 1, run=f"calls {time.time_ns()}")
    client, took_ms, attempts = machine.client(), [], 0
    begun = time.monotonic()
    for number in range(calls):
        time.sleep(max(0.0, begun + number * seconds / calls - time.monotonic()))
        for attempt in make_attempts(mission, number):
            answer = client.ask("POST", BRAIN, json.dumps(attempt).encode())
            assert answer.status == 200, answer
            took_ms.append(answer.took_ms)
            attempts += 1
    last = time.monotonic()
    while True:
        shown = client.get(path_of(mission.id))
        if (shown is not None and shown["llm_call_count"] == attempts) or time.monotonic() - last > 30:
            break
        time.sleep(0.02)
    right_s = time.monotonic() - last
    rows = client.read_all(f"{path_of(mission.id)}llm-calls/")
    return {"calls": calls, "attempts": attempts, "counted": shown["llm_call_count"], "rows": len(rows),
            "answer_ms": spread(took_ms), "right_after_s": round(right_s, 2)}  # fmt: skip


def measure_pushes(machine: Machine, *, steps: int, changed: int, seconds: float) -> dict[str, Any]:
    """5 MB of statistics every 5 seconds while somebody reads the mission: what each push takes and adds."""
    push = MadePush(steps, 5 * MEGABYTE, run=f"push {time.time_ns()}")
    client, took_ms, added, moments = machine.client(), [], [], []
    client.ask("POST", STATISTICS, push.body())
    machine.wait_until_settled()
    reader = Reader(machine, push.mission.id)
    cpu_s, begun = machine.cpu_s(), time.monotonic()
    stored = _stored(machine)
    for number in range(1, int(seconds / 5) + 1):
        push.change(number, changed)
        time.sleep(max(0.0, begun + 5 * number - time.monotonic()))
        body = push.body()
        answer = client.ask("POST", STATISTICS, body)
        assert answer.status == 200, answer
        took_ms.append(answer.took_ms)
        moments.append(time.time() // 60)
        before, stored = stored, _stored(machine)
        added.append(stored - before)
    share = (machine.cpu_s() - cpu_s) / (time.monotonic() - begun)
    reads_ms = reader.end()
    same_minute = [rows for at, rows in enumerate(added) if at and moments[at] == moments[at - 1]]
    return {"body_mb": round(len(body) / MEGABYTE, 1), "steps": steps, "changed_each": changed,
            "answer_ms": spread(took_ms), "rows_a_push": spread(same_minute), "rows_all": added,
            "cpu_share_of_one": round(share, 2), "read_of_steps_ms": spread(reads_ms)}  # fmt: skip


def _stored(machine: Machine) -> int:
    return int(machine.rows("SELECT count(*) FROM traces_log")[0][0])


class Reader:
    """Somebody who reads the steps of a mission again and again."""

    def __init__(self, machine: Machine, mission_id: str) -> None:
        self._client, self._path = machine.client(), f"{path_of(mission_id)}steps/?limit=1000"
        self._is_over = threading.Event()
        self._took_ms: list[float] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while not self._is_over.wait(1.0):
            self._took_ms.append(self._client.ask("GET", self._path).took_ms)

    def end(self) -> list[float]:
        """Milliseconds of each read."""
        self._is_over.set()
        self._thread.join()
        return self._took_ms


def measure_large(machine: Machine, sizes_mb: tuple[int, ...]) -> dict[str, Any]:
    """One event whose result is so large: what is answered, and after how long."""
    found = {}
    for size in sizes_mb:
        mission = MadeMission(size, 1, run=f"large {time.time_ns()}")
        text = make_text(mission.chance, MEGABYTE) * size
        event = {"eventType": "step_completed", "agentId": mission.agent_id, "stepId": "s", "missionId": mission.id,
                 "result": [as_output("found", text)]}  # fmt: skip
        answer = machine.client().ask("POST", DOOR, as_stored(event))
        step = machine.client().ask("GET", f"{path_of(mission.id)}steps/")
        found[f"{size} MB"] = {"status": answer.status, "answer_ms": round(answer.took_ms),
                               "answer": answer.body.decode()[:160], "steps_ms": round(step.took_ms),
                               "peak_mb": round(machine.peak_mb())}  # fmt: skip
    return found
