"""MissionScope as a target of the harness: how it is started, and each query through its own API."""

import secrets
import sys
from typing import Any
from urllib.parse import quote

from msbench.adapters.base import Http, HttpError, NotSupported, TargetBase

from bench.harness import ROOT

KEY = f"ms_{secrets.token_hex(16)}"
USER, PASSWORD = "bench", secrets.token_hex(12)
PAGE = 1000
MS = 10**6


class Target(TargetBase):
    """One MissionScope, as `manage.py up` starts it: one web process, no Redis."""

    name = "missionscope"
    default_port = 8750
    health = "/readyz"
    logs_path = "/v1/logs"
    search_level = "trace"
    acks_before_write = False
    note = "200 after the commit; CPU includes the search index and the missions' totals"
    sqlite_file = "data/missionscope.sqlite3"
    count_sql = "SELECT count(*) FROM traces_span"

    def command(self) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), "up"]

    def env(self) -> dict[str, str]:
        found = {
            "MISSIONSCOPE_PORT": str(self.port),
            "MISSIONSCOPE_DATA_DIR": str(self.workdir / "data"),
            "MISSIONSCOPE_BOOTSTRAP_KEY": KEY,
            "MISSIONSCOPE_BOOTSTRAP_USER": USER,
            "MISSIONSCOPE_BOOTSTRAP_PASSWORD": PASSWORD,
            "MISSIONSCOPE_SAMPLES": "0",
            "MISSIONSCOPE_LOG_LEVEL": "warning",
            "PYTHONPATH": str(ROOT),
        }
        if self.backend == "postgres":
            found["DATABASE_URL"] = self.pg.url(self.db)
        return {**found, **self.opts.get("env", {})}

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {KEY}"}

    query_headers = headers

    def version(self) -> str:
        import tomllib

        return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows read beside the server."""
        if self.backend == "postgres":
            return list(self.pg.sql(sql, self.db))
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(f"file:{self.workdir / self.sqlite_file}?mode=ro", uri=True, timeout=30)) as link:
            return link.execute(sql).fetchall()

    async def prepare(self, h: Http) -> None:
        """Log in: pages are read as a person would."""
        _, page = await h.raw("GET", "/login/", ok=(200,))
        token = page.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = f"username={USER}&password={PASSWORD}&csrfmiddlewaretoken={token}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"{self.base}/login/"}
        await h.raw("POST", "/login/", data=form, headers=headers, ok=(200, 302))

    async def trace_visible(self, h: Http, trace_id: str, n: int) -> bool:
        try:
            return len(await self.list_spans(h, trace_id)) >= n
        except HttpError:
            return False

    async def list_missions(self, h: Http, **parameters: Any) -> list[dict[str, Any]]:
        page = await h.get("/api/v1/missions/", {name: str(value) for name, value in parameters.items()})
        return list(page["results"])

    async def list_latest(self, h: Http, limit: int) -> list[str]:
        return [mission["id"] for mission in await self.list_missions(h, limit=limit)]

    async def deep_cursor(self, h: Http, offset: int) -> str:
        address, left = f"/api/v1/missions/?limit={min(PAGE, offset or 1)}", offset
        while left > 0:
            page = await h.get(_path(address))
            left -= len(page["results"])
            address = page["next"] or ""
            if not address:
                raise NotSupported("fewer missions than the offset")
            address = address.replace(f"limit={PAGE}", f"limit={max(1, min(PAGE, left))}")
        return address.partition("cursor=")[2].partition("&")[0]

    async def list_deep(self, h: Http, cursor: str, limit: int) -> list[str]:
        page = await h.get(f"/api/v1/missions/?limit={limit}&cursor={cursor}")
        return [mission["id"] for mission in page["results"]]

    async def list_spans(self, h: Http, trace_id: str, *, include: str = "") -> list[dict[str, Any]]:
        """All spans of a mission: pages of 1,000, smaller ones where contents are large."""
        found: list[dict[str, Any]] = []
        address = f"/api/v1/missions/{quote(trace_id, safe='')}/spans/?limit={PAGE}&include={include}"
        while address:
            page = await h.get(_path(address))
            found += page["results"]
            address = page["next"] or ""
        return found

    async def open_trace(self, h: Http, trace_id: str) -> int:
        """All spans with all their senders said."""
        spans = await self.list_spans(h, trace_id, include="content")
        return sum("attributes" in span and "events" in span for span in spans)

    async def open_trace_ui(self, h: Http, trace_id: str) -> int:
        """The page and the one request its tree and timeline are drawn from."""
        base = f"/missions/{quote(trace_id, safe='')}/"
        await h.raw("GET", base, headers=_NO_KEY)
        data = await h.get(f"{base}data/spans", headers=_NO_KEY)
        return count_column_rows(data)

    async def filter_status(self, h: Http, limit: int) -> int:
        return len(await self.list_missions(h, limit=limit, has_error="true"))

    async def filter_latency(self, h: Http, min_ms: int, limit: int) -> int:
        return len(await self.list_missions(h, limit=limit, min_duration_ns=min_ms * MS))

    async def filter_attr(self, h: Http, model: str, limit: int) -> int:
        return len(await self.list_missions(h, limit=limit, model=model))

    async def search(self, h: Http, term: str, limit: int) -> int:
        return len(await self.list_missions(h, limit=limit, q=term))

    async def agg_latency(self, h: Http) -> dict[str, float]:
        """Of missions, in ms: what the corpus is told by."""
        spread = (await self.summarise(h))["duration_ns"]
        return {name: int(spread[name]) / MS for name in ("p50", "p90", "p99", "max")}

    async def agg_tokens(self, h: Http) -> dict[str, int]:
        models = (await self.summarise(h))["models"]
        return {each["model"]: (each["input_tokens"] or 0) + (each["output_tokens"] or 0) for each in models}

    async def summarise(self, h: Http) -> dict[str, Any]:
        """All missions together."""
        return dict(await h.get("/api/v1/missions/summary/"))

    def ui_trace_url(self, trace_id: str) -> str:
        return f"{self.base}/missions/{quote(trace_id, safe='')}/"


_NO_KEY = {"Authorization": ""}
"""Pages know people, not keys."""


def count_column_rows(data: dict[str, Any]) -> int:
    """Spans in the page's columns."""
    return len(data["rows"]["start"])


def _path(address: str) -> str:
    """The path of an address that the server gave."""
    return "/" + address.split("/", 3)[3] if address.startswith("http") else address
