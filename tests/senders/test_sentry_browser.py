"""Sentry's client for browsers in a real one: a minified page of another origin fails, its source map was uploaded."""

import http.server
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser

from tests.blackbox.client import Reader
from tests.senders.dsn import get_dsn
from tests.servers import Server

pytestmark = pytest.mark.browser

PAGE = '<!doctype html><title>Shop</title><button id="pay">Pay</button><script src="shop.js"></script>'
BUILD_S, ARRIVED_S = 60, 60
LINE_THAT_FAILS = "return this.basket.items.map((item) => item.price.amount);"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *said: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def shop(sentry_packages: Path) -> Iterator[str]:
    """The address of a shop's page, minified, without its source map."""
    folder = sentry_packages / "shop"
    build = [
        str(sentry_packages / "node_modules" / ".bin" / "esbuild"), "browser_page.js", "--bundle", "--minify",
        "--sourcemap=external", f"--outfile={folder / 'shop.js'}", "--format=iife",
    ]  # fmt: skip
    done = subprocess.run(build, cwd=sentry_packages, capture_output=True, text=True, timeout=BUILD_S, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "shop.js.map").rename(sentry_packages / "shop.js.map")
    (folder / "index.html").write_text(PAGE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{site.server_address[1]}"
        site.shutdown()


def upload(server: Server, sentry_packages: Path, shop: str) -> None:
    answer = httpx.post(
        f"{server.url}/api/v1/source-maps/",
        headers={"x-api-key": server.key},
        data={"release": "shop@9.8.7", "url": f"{shop}/shop.js"},
        files={
            "source_map": (sentry_packages / "shop.js.map").read_bytes(),
            "minified": (sentry_packages / "shop" / "shop.js").read_bytes(),
        },
        trust_env=False,
        timeout=60,
    )
    assert (answer.status_code, answer.json()["warnings"]) == (200, [])


def wait_for(find: Callable[[], Any]) -> Any:
    """What is found, once it is."""
    deadline = time.monotonic() + ARRIVED_S
    while not (found := find()):
        assert time.monotonic() < deadline, "it did not arrive"
        time.sleep(0.1)
    return found


def find_logs(stored: Reader, mission: str) -> dict[str, Any]:
    """Those of a mission, by the beginnings of their bodies, once an error and a log are among them."""
    if stored.get(f"/api/v1/missions/{mission}/").status_code == 404:
        return {}
    logs = {row["body"].partition(":")[0]: row for row in stored.logs(mission)}
    return logs if {"TypeError", "somebody pays"} <= logs.keys() else {}


def test_a_page_of_another_origin_reports_its_errors(
    browser: Browser, server: Server, stored: Reader, mission: str, shop: str, sentry_packages: Path
) -> None:
    upload(server, sentry_packages, shop)
    context = browser.new_context()
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "CORS" in said.text else None)
    statuses: list[int] = []
    page.on("response", lambda answer: statuses.append(answer.status) if "/envelope/" in answer.url else None)
    page.goto(f"{shop}/?{urlencode({'dsn': get_dsn(server), 'mission': mission})}")
    page.get_by_role("button", name="Pay").click()

    logs = wait_for(lambda: find_logs(stored, mission))
    told = logs["TypeError"]["attributes"]
    assert (told["exception.type"], told["sentry.handled"]) == ("TypeError", False)
    assert f"{shop}/shop.js:" in told["exception.stacktrace"]
    assert LINE_THAT_FAILS not in str(told)
    assert (told["missionscope.step.id"], logs["TypeError"]["service_name"]) == ("step-5", "shop")
    assert told["url.full"].startswith(shop)
    assert any(crumb["category"] == "ui.click" for crumb in told["sentry.breadcrumbs"])

    stack = wait_for(lambda: find_stack(stored, mission))
    calls = stack["exceptions"][0]["frames"]
    fails = calls[-1]
    assert (fails["file"], fails["source"].strip(), fails["in_app"]) == ("browser_checkout.js", LINE_THAT_FAILS, True)
    assert fails["mapped_from"].startswith(f"{shop}/shop.js:")
    assert {"Checkout.payForBasket", "sentryWrapped"} <= {frame["function"] for frame in calls}
    assert any("node_modules/@sentry" in frame["file"] and not frame["in_app"] for frame in calls)

    page.goto("about:blank")  # a page that goes away sends what it has
    wait_for(lambda: {row["attributes"]["sentry.op"] for row in spans_of(stored, mission)} & {"pageload"})
    context.close()
    assert refused == []
    assert set(statuses) == {200}


def find_stack(stored: Reader, mission: str) -> Any:
    """Of the one error of the mission, once it is in a group."""
    groups = stored.items("/api/v1/errors/", mission=mission)
    if not groups:
        return None
    (event,) = stored.items(f"/api/v1/errors/{groups[0]['id']}/events/")
    return stored.read(f"/api/v1/errors/{groups[0]['id']}/events/{event['id']}/")["stack"]


def spans_of(stored: Reader, mission: str) -> list[Any]:
    return stored.spans(mission, include="content")
