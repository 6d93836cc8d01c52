"""The one entrance: machines' doors before Django, WebSockets to Channels, everything else to Django."""

import asyncio
import os
import re
import time
from asyncio import to_thread
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache, partial
from typing import Any, cast
from urllib.parse import unquote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "missionscope.settings")

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from core import jobs
from core.counters import HTTP_SECONDS
from core.logs import log_what_nobody_catches
from missionscope.entrance import Entrance

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

DOOR_PREFIXES = ("/v1/",)
"""Paths that ingest.asgi answers itself: Django's middleware would cost more than the work."""
SHARED_PREFIXES = ("/api/v1/stage7/", "/api/v1/ingest", "/api/v1/logs")
"""Here machines send to ingest.asgi, and people and programs read from Django."""
READING = ("GET", "HEAD")
METRICS = "/metrics"
SENTRY_PATH = re.compile(r"/api/[^/]{1,100}/(?:envelope|store)/?")
"""Where Sentry's clients send to: ingest.sentry_doors."""

django_application = cast(Application, get_asgi_application())


async def route(scope: Scope, receive: Receive, send: Send) -> None:
    """One connection to who answers it."""
    if scope["type"] == "lifespan":
        await run_lifespan(receive, send)
    elif scope["type"] == "websocket":
        await get_websocket_application()(scope, receive, send)
    elif is_for_doors(scope):
        await get_doors()(scope, receive, send)
    else:
        await answer_counted(scope, receive, send)


async def answer_counted(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what is for people and programs, and count it by kind and class of status."""
    begun_s, status = time.perf_counter(), 500

    async def send_seen(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    path = scope["path"]
    is_static = path.startswith(settings.STATIC_URL)
    kind = "static" if is_static else "api" if path.startswith("/api/") else "metrics" if path == METRICS else "page"
    try:
        if is_static:
            await get_static_files()(scope, receive, send_seen)
        elif path == METRICS:
            await get_exposition()(scope, receive, send_seen)
        else:
            await get_pages()(keep_mission_id(scope), receive, send_seen)
    finally:
        HTTP_SECONDS.labels(kind, f"{status // 100}xx").observe(time.perf_counter() - begun_s)


def is_for_doors(scope: Scope) -> bool:
    """Whether ingest.asgi answers this, whatever it then says."""
    if scope["path"].startswith(DOOR_PREFIXES) or SENTRY_PATH.fullmatch(scope["path"]):
        return True
    return scope["path"].startswith(SHARED_PREFIXES) and _asked_method(scope) not in READING


application = Entrance(route, is_for_doors)
"""What the server serves."""


def _asked_method(scope: Scope) -> str:
    """The method; of a browser's question before a request (CORS), the method of that request."""
    if scope["method"] != "OPTIONS":
        return str(scope["method"])
    asked: bytes = dict(scope["headers"]).get(b"access-control-request-method", b"OPTIONS")
    return asked.decode("latin-1")


ID_PLACES = (
    (b"/api/v1/missions/", 4),
    (b"/api/v1/stage7/missions/", 5),
    (b"/api/v1/stage7/step/", 5),
    (b"/api/v1/stage7/agent/step/", 6),
    (b"/api/v1/stage7/agent/", 5),
)
"""Beginnings of paths, and which segment is an id of the sender's own. The first that fits counts."""


def keep_mission_id(scope: Scope) -> Scope:
    """Leave the id of a mission, step or agent in an API path percent-encoded: it may hold slashes, and must stay one
    segment."""
    raw = bytes(scope.get("raw_path") or b"").partition(b"?")[0]
    place = next((place for beginning, place in ID_PLACES if raw.startswith(beginning)), None)
    if place is None:
        return scope
    segments = raw.split(b"/")
    path = [unquote(part) if at != place else part.decode("latin-1") for at, part in enumerate(segments)]
    return {**scope, "path": "/".join(path)}


@cache
def get_doors() -> Application:
    """The doors for machines, open to pages of the allowed origins too."""
    from ingest.asgi import application as doors
    from missionscope.cors import CrossOrigin

    return CrossOrigin(doors, settings.CORS_ALLOWED_ORIGINS, SENTRY_PATH)


@cache
def get_pages() -> Application:
    """Django, which is given no body before somebody has looked at it."""
    from missionscope.uploads import guard_body

    return partial(guard_body, django_application)


@cache
def get_exposition() -> Application:
    """What Prometheus reads."""
    from missionscope.exposition.door import application as exposition

    return exposition


@cache
def get_static_files() -> Application:
    """The files that pages load."""
    from missionscope.static_files import StaticFiles

    return StaticFiles()


@cache
def get_websocket_application() -> Application:
    """WebSockets by path."""
    from channels.routing import URLRouter

    from alerts.routing import websocket_urlpatterns as of_alerts
    from live.routing import websocket_urlpatterns

    return cast(Application, URLRouter([*of_alerts, *websocket_urlpatterns]))


async def run_lifespan(receive: Receive, send: Send) -> None:
    """Start what lives as long as the server, and end it after the last request was answered."""
    from missionscope.jobs import runner
    from missionscope.parent import follow_parent
    from missionscope.remote_debugging import listen_for_debugger
    from missionscope.tracing import start_tracing, stop_tracing

    await receive()
    follow_parent()
    log_what_nobody_catches()
    listen_for_debugger(settings.MISSIONSCOPE_DEBUGPY)
    start_tracing("web")
    # What cannot be imported ends the start here, not the first request.
    get_doors()
    get_resolver().url_patterns  # noqa: B018
    if not settings.REDIS_URL:
        runner.start()
        jobs.set_waker(runner.wake)
    from accounts import tokens
    from ingest.asgi import warm
    from live.publish import attach_loop

    attach_loop(asyncio.get_running_loop())
    stop_broker = start_broker()
    await send({"type": "lifespan.startup.complete"})
    # What the first sender would wait for is loaded while the server already answers.
    warming = asyncio.gather(to_thread(warm), to_thread(tokens.warm))
    await receive()
    await warming
    await to_thread(stop_broker)
    if not settings.REDIS_URL:
        jobs.set_waker(None)
        await to_thread(runner.stop)
    await to_thread(stop_tracing)
    await send({"type": "lifespan.shutdown.complete"})


def start_broker() -> Callable[[], None]:
    """Read stage7's broker as long as the server runs, where a setting names it; gives what ends that."""
    if not settings.MISSIONSCOPE_STAGE7_AMQP_URL:
        return _end_nothing
    from ingest.broker import make_consumer

    return make_consumer(settings.MISSIONSCOPE_STAGE7_AMQP_URL, settings.MISSIONSCOPE_STAGE7_PROJECT)


def _end_nothing() -> None:
    """There was nothing to start."""
