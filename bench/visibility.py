"""How long after its answer a span reaches those who watch, over the WebSocket."""

import asyncio
import json
import random
import secrets
import time
from contextlib import suppress
from typing import Any

from msbench.adapters.base import Http
from msbench.load import pct
from websockets.asyncio.client import ClientConnection, connect

from bench.missionscope_target import Target

SPANS = 3
LONGEST_S = 15.0


async def measure_visibility(target: Target, http: Http, *, probes: int, pause_s: float = 0.15) -> dict[str, Any]:
    """Spans sent to a mission that is being watched: from answer and from sending until the frame that holds them."""
    mission = f"probe-{secrets.token_hex(6)}"
    trace_id = secrets.token_hex(16)
    await _send(target, http, mission, trace_id)
    seen: dict[str, float] = {}
    address = f"ws://127.0.0.1:{target.port}/ws/missions/{mission}/"
    after_answer: list[float] = []
    after_sending: list[float] = []
    async with connect(address, additional_headers=target.headers(), proxy=None, max_size=None) as socket:
        hello = json.loads(await socket.recv())  # what is sent before it need not come as a change
        assert hello["type"] == "hello", hello
        reading = asyncio.create_task(_read(socket, seen))
        try:
            for _ in range(probes):
                sent = time.perf_counter()
                spans = await _send(target, http, mission, trace_id)
                answered = time.perf_counter()
                while not seen.keys() >= spans and time.perf_counter() - sent < LONGEST_S:
                    await asyncio.sleep(0.001)
                shown = max(seen.get(span, float("inf")) for span in spans)
                after_answer.append(max(0.0, shown - answered) * 1000)
                after_sending.append((shown - sent) * 1000)
                await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
    return {"probes": probes, "after_answer_ms": _spread(after_answer), "after_sending_ms": _spread(after_sending)}


async def _read(socket: ClientConnection, seen: dict[str, float]) -> None:
    async for frame in socket:
        now, message = time.perf_counter(), json.loads(frame)
        for record in message.get("records", ()):
            if record["type"] == "span":
                seen.setdefault(record["span_id"], now)


async def _send(target: Target, http: Http, mission: str, trace_id: str) -> set[str]:
    now_ns = time.time_ns()
    attributes = [
        {"key": "mission.id", "value": {"stringValue": mission}},
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o-mini"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "812"}},
    ]
    spans = [
        {"traceId": trace_id, "spanId": secrets.token_hex(8), "name": "chat gpt-4o-mini", "kind": 3,
         "startTimeUnixNano": str(now_ns - 900_000_000), "endTimeUnixNano": str(now_ns), "attributes": attributes}
        for _ in range(SPANS)
    ]  # fmt: skip
    body = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {}, "spans": spans}]}]}
    await http.raw("POST", target.ingest_path, json_body=body, headers=target.headers(), ok=(200,))
    return {str(span["spanId"]) for span in spans}


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "p50": round(pct(values, 0.5), 1),
        "p95": round(pct(values, 0.95), 1),
        "max": round(max(values), 1),
    }
