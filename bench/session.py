"""A session of the harness that also takes our own measures, over the same data."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

from msbench import load
from msbench.adapters.base import Http
from msbench.run import Session, log

from bench.browser import measure_browser
from bench.lag import measure_lag
from bench.measures import Batch512, check_durations, measure_answers, measure_lists, measure_pages, settle
from bench.missionscope_target import Target
from bench.storage import measure_storage
from bench.visibility import measure_visibility

PACES = (1_000, 2_000)
"""Spans a second while the lag of search and totals is measured."""


class Scale:
    """How much of everything."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        self.answers = {1: 8, 4: 8, 8: 16} if quick else {1: 20, 4: 60, 8: 48}
        """Requests of 512 spans by number of exporters."""
        self.load = 8 if quick else 24
        """Requests that one exporter sends while visibility is measured."""
        self.paced = 6 if quick else 20
        """Requests of 512 spans at each pace."""
        self.probes = 10 if quick else 40
        self.reps = 5 if quick else 20
        self.extra_spans = 36_000 if quick else 125_000


class BenchSession(Session):
    """Measures of ours go into the result of the target under `own`."""

    def __init__(self, args: Any, extra: Path, scale: Scale) -> None:
        super().__init__(args)
        self.extra, self.scale = Batch512(extra), scale
        self.loads: list[float] = []

    async def drain(self, t: Any, want: int, cap: float) -> tuple[int | None, float | None]:
        """Until it is stored; then, unmeasured by the caller, until index and totals have caught up too."""
        stored, when = await super().drain(t, want, cap)
        self.loads.append(os.getloadavg()[0])
        if isinstance(t, Target) and when is not None:
            lags = self.res[t.label].setdefault("settled_after_s", [])
            lags.append(await settle(t, when))
        return stored, when

    async def reads(self) -> None:
        """The harness's queries, then ours."""
        await super().reads()
        for t in self.targets:
            if isinstance(t, Target):
                self.res[t.label]["own"] = await self._measure(t, self.https[t.label])

    async def _measure(self, t: Target, http: Http) -> dict[str, Any]:
        missions = json.loads((Path(self.a.corpus) / "manifest.json").read_text())["trace_by_size"]
        own: dict[str, Any] = {"storage": measure_storage(t), "load_average_ingest": self.loads}
        own["durations_are_right"] = await check_durations(t, http)
        own["pages"] = await measure_pages(t, http, missions, self.scale.reps)
        own["browser"] = await asyncio.to_thread(measure_browser, t, missions, 1 if self.scale.quick else 5)
        log(t.label, own)
        own["visible_idle"] = await measure_visibility(t, http, probes=self.scale.probes)
        own["visible_under_load"] = await self._visibility_under_load(t, http)
        own["answers_512"] = await measure_answers(t, self.extra, self.scale.answers)
        own["lag"] = [
            await measure_lag(t, http, self.extra, count=self.scale.paced, every_s=512 / rate) for rate in PACES
        ]
        # Last, when the most is stored: nearly 110,000 spans.
        own["spans_in_lists"] = t.db_count()
        own["lists"] = await measure_lists(t, http, self.scale.reps * 2)
        own["load_average_end"] = os.getloadavg()
        log(t.label, {name: own[name] for name in ("visible_idle", "visible_under_load", "answers_512", "lists")})
        self.expected[t.label] = t.db_count() or 0
        return own

    async def _visibility_under_load(self, t: Target, http: Http) -> dict[str, Any]:
        """While one exporter sends 512 spans after 512 spans without a pause."""
        batches = self.extra.take(self.scale.load)
        sending = asyncio.create_task(
            asyncio.to_thread(load.run_load, t.ingest_url, t.headers(), self.extra.corpus, [batches], False, 1)
        )
        await asyncio.sleep(0.5)
        found = await measure_visibility(t, http, probes=self.scale.probes, pause_s=0.05)
        was_sending = not sending.done()
        sent = await sending
        await settle(t, time.time())
        return {**found, "load_spans_per_s": sent["accepted_spans_per_s"], "lasted": was_sending}
