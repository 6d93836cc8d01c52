"""How far search and totals are behind what was stored, while spans come at an even pace."""

import asyncio
import time
from typing import Any

from msbench.adapters.base import Http
from msbench.load import pct

from bench.measures import Batch512, settle
from bench.missionscope_target import Target

LOOK_S = 0.05


async def measure_lag(target: Target, http: Http, batches: Batch512, *, count: int, every_s: float) -> dict[str, Any]:
    """Seconds that the oldest record which cannot be found yet has waited, looked at many times a second."""
    await settle(target, time.time())
    sending = asyncio.create_task(_send(target, batches, count, every_s))
    search_s: list[float] = []
    waiting: list[float] = []
    while not sending.done():
        checks = {check["name"]: check for check in (await http.get("/readyz"))["checks"]}
        search_s.append(checks["search"]["lag_ms"] / 1000)
        waiting.append(checks["totals"]["waiting"])
        await asyncio.sleep(LOOK_S)
    await sending
    settled = await settle(target, time.time())
    return {
        "spans_per_s": round(512 / every_s),
        "search_lag_s": {"p50": pct(search_s, 0.5), "p95": pct(search_s, 0.95), "max": max(search_s)},
        "missions_waiting": {"p50": pct(waiting, 0.5), "p95": pct(waiting, 0.95), "max": max(waiting)},
        "settled_after_s": settled,
    }


async def _send(target: Target, batches: Batch512, count: int, every_s: float) -> None:
    """A request of 512 spans at each tick; a late answer does not move the next tick."""
    http = await Http(target.base).open()
    headers = {**target.headers(), "Content-Type": "application/x-protobuf"}
    try:
        begun = time.monotonic()
        for at, batch in enumerate(batches.take(count)):
            await asyncio.sleep(max(0.0, begun + at * every_s - time.monotonic()))
            body = (batches.corpus / batch["file"]).read_bytes()
            await http.raw("POST", target.ingest_path, data=body, headers=headers, ok=(200,))
    finally:
        await http.close()
