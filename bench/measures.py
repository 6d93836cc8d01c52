"""What the harness does not ask: answers by number of exporters, large pages, lists, lag of the index."""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from msbench.adapters.base import Http
from msbench.load import pct, run_load

from bench.missionscope_target import _NO_KEY, Target

QUEUES = {"totals": "traces_missionwork", "index": "search_queueitem"}
LONGEST_LAG_S = 600.0
PAGE_DATA = ("data/spans", "data/graph", "data/critical-path")

Batches = list[dict[str, Any]]


class Batch512:
    """Requests of 512 spans that were not sent before, given out once each."""

    def __init__(self, corpus: Path) -> None:
        manifest = json.loads((corpus / "manifest.json").read_text())
        streams = [list(stream["batches"]) for stream in manifest["streams"]]
        self.corpus = corpus
        self._left = [batch for several in zip(*streams, strict=False) for batch in several if batch["spans"] == 512]

    def take(self, count: int) -> Batches:
        """The next ones."""
        taken, self._left = self._left[:count], self._left[count:]
        assert len(taken) == count, "the extra corpus is too small"
        return taken


async def settle(target: Target, since: float) -> dict[str, float]:
    """Wait until totals and index have caught up; seconds from `since` to each."""
    reached: dict[str, float] = {}
    while len(reached) < len(QUEUES) and time.time() - since < LONGEST_LAG_S:
        for name in QUEUES.keys() - reached.keys():
            (waiting,) = (await asyncio.to_thread(target.rows, f"SELECT count(*) FROM {QUEUES[name]}"))[0]
            if not waiting:
                reached[name] = round(max(0.0, time.time() - since), 2)
        await asyncio.sleep(0.1)
    return reached


async def measure_answers(target: Target, batches: Batch512, counts: dict[int, int]) -> dict[str, Any]:
    """Milliseconds to the answer of a request of 512 spans while 1, 4 and 8 exporters send without a pause."""
    found = {}
    for exporters, count in counts.items():
        taken = batches.take(count)
        lanes = [taken[at::exporters] for at in range(exporters)]
        load_before = os.getloadavg()[0]
        out = await asyncio.to_thread(
            run_load, target.ingest_url, target.headers(), batches.corpus, lanes, False, exporters
        )
        await settle(target, out["t_last"])
        found[str(exporters)] = {
            **out["latency_ms"],
            "spans_per_s": out["accepted_spans_per_s"],
            "status": out["status"],
            "load_average": round(load_before, 2),
        }
    return found


async def measure_pages(target: Target, http: Http, missions: dict[str, list[str]], reps: int) -> dict[str, Any]:
    """Milliseconds of the mission page and its data for the largest missions there are."""
    found: dict[str, Any] = {}
    for size in ("10000", "1000"):
        for trace_id in missions.get(size, [])[:1]:
            page, rest = f"/missions/{quote(trace_id)}/", f"/api/v1/missions/{quote(trace_id)}/"
            for name in ("", *PAGE_DATA):
                found[f"{name or 'page'} of {size} spans"] = await _time_get(http, page + name, reps, page=True)
            found[f"REST graph of {size} spans"] = await _time_get(http, f"{rest}graph/", reps)
            found[f"REST spans of {size} spans, all pages"] = await _time(
                http, reps, partial(target.list_spans, http, trace_id)
            )
    return found


async def measure_lists(target: Target, http: Http, reps: int) -> dict[str, Any]:
    """Milliseconds of lists and searches over everything stored."""
    from msbench import gen

    found: dict[str, Any] = {}
    for name, path in {
        "REST list, latest 50": "/api/v1/missions/?limit=50",
        "REST list, 50 with errors": "/api/v1/missions/?limit=50&has_error=true",
        "REST list, 50 longest": "/api/v1/missions/?limit=50&sort=-duration",
        "REST list, 50 of a model": "/api/v1/missions/?limit=50&model=claude-3-5-sonnet-20241022",
        "REST list, 50 of a tool": f"/api/v1/missions/?limit=50&tool={gen.TOOLS[0]}",
        "REST list, 50 longer than a minute": f"/api/v1/missions/?limit=50&min_duration_ns={60 * 10**9}",
        "REST list, 50 dearer than a cent, dearest first": "/api/v1/missions/?limit=50&min_cost_usd=0.01&sort=-cost",
        "REST summary of all missions, remembered": "/api/v1/missions/summary/",
        "REST summary of missions with errors, remembered": "/api/v1/missions/summary/?has_error=true",
        "REST list, 50 with a rare word": f"/api/v1/missions/?limit=50&q={gen.RARE}",
        "REST list, 50 with a common word": f"/api/v1/missions/?limit=50&q={gen.COMMON}",
        "REST search, rare word": f"/api/v1/search/?limit=50&q={gen.RARE}",
        "REST search, common word": f"/api/v1/search/?limit=50&q={gen.COMMON}",
        "REST search, word of nearly every text": "/api/v1/search/?limit=50&q=step",
        "REST search, two words and a beginning": f"/api/v1/search/?limit=50&q=mission+{gen.COMMON[:6]}",
        "REST search, no hit": "/api/v1/search/?limit=50&q=qqnothingqq",
    }.items():
        found[name] = await _time_get(http, path, reps)
    for name, path in {"page of the list": "/missions/", "page of a search": f"/missions/?q={gen.COMMON}"}.items():
        found[name] = await _time_get(http, path, reps, page=True)
    return found


async def check_durations(target: Target, http: Http) -> bool:
    """Are the percentiles of durations those of the missions in the store? Probes are among them by now."""
    rows = target.rows("SELECT end_ns - start_ns FROM traces_mission WHERE end_ns IS NOT NULL AND start_ns IS NOT NULL")
    times = sorted(max(0, took_ns) for (took_ns,) in rows)
    got = (await target.summarise(http))["duration_ns"]
    wanted = {f"p{percent}": times[-(-len(times) * percent // 100) - 1] for percent in (50, 90, 99)}
    return got == {
        "count": len(times),
        **{name: str(took_ns) for name, took_ns in wanted.items()},
        "max": str(times[-1]),
    }


async def _time_get(http: Http, path: str, reps: int, *, page: bool = False) -> dict[str, Any]:
    headers = _NO_KEY if page else None
    return await _time(http, reps, lambda: http.raw("GET", path, headers=headers))


async def _time(http: Http, reps: int, ask: Callable[[], Awaitable[Any]]) -> dict[str, Any]:
    """The first request apart, then the spread of the others."""
    times = []
    for _ in range(reps + 1):
        http.reset()
        await ask()
        times.append(http.ms)
    first, others = times[0], times[1:]
    return {
        "first": round(first, 1),
        "min": round(min(others), 1),
        "median": round(statistics.median(others), 1),
        "p95": round(pct(others, 0.95), 1),
        "bytes": http.bytes,
        "load_average": round(os.getloadavg()[0], 2),
    }
