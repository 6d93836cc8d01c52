"""Thirty days of derived metrics as a million spans make them, and how long dashboards' questions to them take."""

import os
import statistics
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlencode

from bench.metrics.filling import DAYS, NAME
from bench.stage7.machine import Machine

ROUNDS = 15
QUESTIONS = {
    "p99 by model": {"aggregation": "p99", "group_by": "model"},
    "p50 of all": {"aggregation": "p50"},
    "rate by agent": {"aggregation": "rate", "group_by": "agent"},
    "error rate by model and agent": {"aggregation": "error_rate", "group_by": "model,agent"},
    "p95 by model, agent and error": {"aggregation": "p95", "group_by": "model,agent,error", "limit": "60"},
}


def measure_asking(machine: Machine) -> dict[str, Any]:
    """Each question over thirty days, and over the last six hours."""
    place = {"MISSIONSCOPE_DATA_DIR": str(machine.server.data_dir), "DATABASE_URL": machine.server.database_url}
    subprocess.run([sys.executable, "-m", "bench.metrics.filling"], env={**os.environ, **place}, check=True)
    found = {}
    for days, told in ((DAYS, "30 days"), (0.25, "6 hours")):
        for name, question in QUESTIONS.items():
            found[f"{name}, {told}"] = _ask(machine, question, days)
    return {"rollups": machine.rows("SELECT count(*) FROM metrics_rollup")[0][0], "questions": found}


def _ask(machine: Machine, question: dict[str, str], days: float) -> dict[str, Any]:
    client = machine.client()
    now_ns = time.time_ns()
    since_ns = now_ns - int(days * 86_400 * 10**9)
    path = f"/api/v1/metrics/?{urlencode({'name': NAME, 'since_ns': since_ns, 'until_ns': now_ns, **question})}"
    answers = [client.ask("GET", path) for _ in range(ROUNDS)]
    assert all(answer.status == 200 for answer in answers), answers[0]
    took_ms = sorted(answer.took_ms for answer in answers)
    return {"p50_ms": round(statistics.median(took_ms), 1), "most_ms": round(took_ms[-1], 1)}
