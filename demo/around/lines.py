"""Log lines as programs print them: of the assistant's API by pino, of the brain by structlog."""

from collections.abc import Iterator
from typing import Any

from demo.around.day import (
    API,
    BRAIN,
    MINUTE_NS,
    MINUTES,
    RESTART_AT,
    STRAIN_AT,
    STRAIN_FOR,
    USER,
    Day,
    strain,
    write_time,
)
from demo.records import Span
from demo.trace_builder import SECOND_NS

Line = dict[str, Any]

PINO = {"debug": 20, "info": 30, "warn": 40, "error": 50}
REQUESTS = (
    ("GET", "/missions/:id", 200), ("GET", "/missions/:id/statistics", 200), ("GET", "/conversations/:id", 200),
    ("GET", "/conversations/:id", 304), ("POST", "/conversations", 201), ("GET", "/people/me", 200),
)  # fmt: skip
TRACEBACK = """Traceback (most recent call last):
  File "/app/brain/chat.py", line 118, in chat
    async with self.pool.connection(timeout=30) as connection:
  File "/usr/lib/python3.12/contextlib.py", line 210, in __aenter__
    return await anext(self.gen)
  File "/app/brain/pool.py", line 64, in connection
    raise PoolTimeout(f"no connection within {timeout} s, {self.size} are in use")
brain.pool.PoolTimeout: no connection within 30 s, 20 are in use"""


def write(day: Day) -> list[Line]:
    """Every line of the day, oldest first."""
    timed = [*_of_missions(day), *_of_limits(day), *_of_nobody(day), *_of_strain(day), *_of_restart(day)]
    return [line for _, line in sorted(timed, key=lambda pair: pair[0])]


def _pino(time_ns: int, level: str, message: str, **fields: Any) -> tuple[int, Line]:
    about = {"pid": 41, "hostname": API.host, "name": API.name}
    return time_ns, {"level": PINO[level], "time": time_ns // 1_000_000, **about, **fields, "msg": message}


def _structlog(time_ns: int, level: str, event: str, **fields: Any) -> tuple[int, Line]:
    about = {"level": level, "timestamp": write_time(time_ns), "logger": "brain.chat", "service": BRAIN.name}
    return time_ns, {"event": event, **about, "host": BRAIN.host, **fields}


def _of_missions(day: Day) -> Iterator[tuple[int, Line]]:
    """What both say of the requests of a mission, with every id that they know."""
    for span in day.served(API):
        took_ms = ((span.end_ns or span.start_ns) - span.start_ns) // 1_000_000
        request = {
            "reqId": f"req-{span.span_id.hex()[:8]}",
            "userId": USER,
            **_ids(span, "missionId", "traceId", "spanId"),
        }
        yield _pino(span.start_ns + 1_000_000, "debug", f"{span.name} from {USER}", **request)
        said = f"{span.name} answered 200 in {took_ms} ms"
        yield _pino(span.end_ns or 0, "info", said, **request, statusCode=200, responseTime=took_ms)
    for span in day.served(BRAIN):
        ids = _ids(span, "mission_id", "trace_id", "span_id")
        request_id = f"req-{span.parent_span_id.hex()[:8]}"
        yield _structlog(span.end_ns or 0, "info", "model answered", request_id=request_id, attempts=1, **ids)


def _ids(span: Span, mission: str, trace: str, place: str) -> Line:
    named = {mission: span.attributes["missionscope.mission.id"]}
    return {**named, trace: span.trace_id.hex(), place: span.span_id.hex()}


def _of_limits(day: Day) -> Iterator[tuple[int, Line]]:
    """The brain beside the mission whose model calls were refused."""
    story = day.stories["release_notes"]
    refused = [span for span in story.spans if span.attributes.get("error.type") == "429" and span.end_ns]
    for count, span in enumerate(refused, 1):
        yield _structlog(
            (span.end_ns or 0) - 1_000_000, "warning", "the provider limits requests, waiting", refused=count,
            provider="mistralai", mission_id=story.mission_id, trace_id=span.trace_id.hex(), span_id=span.span_id.hex(),
        )  # fmt: skip


def _of_nobody(day: Day) -> Iterator[tuple[int, Line]]:
    """Requests and housekeeping of no mission."""
    chance = day.random
    for ago in range(MINUTES, 0, -1):
        start_ns = day.at(ago)
        moment = start_ns + chance.randrange(50 * SECOND_NS)
        took_ms = round(chance.lognormvariate(3.6, 0.5) * (1 + 3 * strain(ago)))
        request = {"reqId": f"req-{chance.randbytes(4).hex()}", "userId": f"u-{chance.randrange(4000, 4400)}"}
        method, route, code = chance.choice(REQUESTS)
        said = f"{method} {route} answered {code} in {took_ms} ms"
        yield _pino(moment, "info", said, **request, route=route, statusCode=code, responseTime=took_ms)
        if ago % 5 == 0:
            used = min(20, round(5 + 4 * chance.random() + 16 * strain(ago)))
            yield _structlog(start_ns, "debug", f"pool: {used} of 20 connections in use", used=used)
        if ago % 30 == 7:
            yield _structlog(start_ns, "info", "prices of models refreshed", models=41)
        if ago % 45 == 11:
            yield _pino(moment, "warn", "the socket of a page was closed without goodbye", **request, code=1006)


def _of_strain(day: Day) -> Iterator[tuple[int, Line]]:
    """Warnings that get closer, until a request fails: of nobody's mission, but everybody's brain."""
    warned = range(STRAIN_AT + STRAIN_FOR // 2, STRAIN_AT, -1)
    for step, ago in enumerate(warned, 1):
        for again in range(step):
            waited = round(0.8 + 3.1 * strain(ago) + again / 7, 1)
            moment = day.at(ago) + again * MINUTE_NS // (step + 1)
            yield _structlog(moment, "warning", f"waited {waited} s for a connection", waited_s=waited, pool_size=20)
    for place in range(3):
        moment, request_id = day.at(STRAIN_AT - 0.4 * place), f"req-{day.random.randbytes(4).hex()}"
        yield _structlog(
            moment, "error", "chat failed", request_id=request_id, exception=TRACEBACK,
            pathname="/app/brain/chat.py", lineno=118, func_name="chat",
        )  # fmt: skip
        yield _pino(moment + 4_000_000, "warn", "the brain answered 503, trying again", reqId=request_id, attempt=1)
    yield _structlog(day.at(STRAIN_AT - STRAIN_FOR), "info", "pool: everybody is served again", used=6)


def _of_restart(day: Day) -> Iterator[tuple[int, Line]]:
    yield _pino(day.at(RESTART_AT), "info", "SIGTERM: 26 sockets told to come back, ending")
    yield _pino(day.at(RESTART_AT - 0.2), "info", f"assistant-api {API.version} listens on :3000", version=API.version)
