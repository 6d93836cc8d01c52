"""The doors for machines: a plain ASGI callable in front of Django, whose middleware would cost more than the work.

What all doors have in common is here: the path, the key, the rate, the limits of the body, the commit, and what is
answered when one of them says no. 200 is sent after the commit. See docs/adr/0011.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from django.conf import settings
from django.db import DatabaseError

from accounts.addresses import believe_proxies
from accounts.keys import authenticate
from accounts.records import KeyAccess
from core.counters import DOOR_BYTES, DOOR_REQUESTS
from core.errors import MissionScopeError, NotAuthenticated, TooManyRequests
from core.logs import add_logged_ids, get_logged_id
from core.memory import settle_collector
from core.spans import held_span_opened
from ingest.commit import Unavailable, committer
from ingest.decoding import LOGS
from ingest.doors import Door, Headers, Problem
from ingest.json_doors import JsonDoor, LogsDoor
from ingest.otlp_doors import OtlpDoor
from ingest.rates import rates
from ingest.receiving import RETRY_AFTER, Receive, received_body
from ingest.sentry_doors import find_sentry_door
from ingest.workers import Job, Preparers
from live.publish import attach_loop
from llmlog.prices import compute_cost
from telemetry import stage7
from telemetry.decode.errors import UnsupportedMediaType
from traces.incoming import SHOWN_LENGTH

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

DOORS: dict[str, Door] = {
    "/v1/traces": OtlpDoor("traces"),
    "/v1/logs": OtlpDoor("logs"),
    "/v1/metrics": OtlpDoor("metrics"),
    "/api/v1/ingest": JsonDoor("native"),
    "/api/v1/logs": LogsDoor(LOGS),
    **{f"/api/v1/stage7/{door}": JsonDoor(f"stage7_{door}") for door in stage7.DOORS},
}
"""By path; a slash at the end is tolerated."""
OTLP_PREFIX = "/v1/"
_LONGEST_QUERY = 4_096

preparers = Preparers(settings.MISSIONSCOPE_DECODERS)


class _Request(NamedTuple):
    door: Door
    encoding: str
    access: KeyAccess
    headers: dict[bytes, bytes]
    service: str


def warm() -> None:
    """Load what the first sender would wait for: preparing processes and prices. Call from a thread."""
    preparers.warm()
    compute_cost("openai", "gpt-4o", input_tokens=1, output_tokens=1)
    settle_collector()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request."""
    attach_loop(asyncio.get_running_loop())
    headers = dict(scope["headers"])
    door = DOORS.get(scope["path"].rstrip("/")) or find_sentry_door(scope["path"])
    speaker = door or _nearest_door(scope["path"])
    encoding = speaker.find_encoding(_media_type(headers)) or speaker.default_encoding
    named = "unknown" if door is None else door.name
    try:
        answer = await _handle(door, scope, headers, receive)
    except (Problem, MissionScopeError, Unavailable, DatabaseError) as error:
        problem = _problem_of(error)
        DOOR_REQUESTS.labels(named, problem.status).inc()
        body = speaker.encode_problem(encoding, problem)
        more = (*problem.headers, *speaker.list_headers(problem))
        await _send(send, problem.status, speaker.get_media_type(encoding), body, more)
    else:
        DOOR_REQUESTS.labels(named, 200).inc()
        await _send(send, 200, speaker.get_media_type(encoding), answer, speaker.list_headers(None))


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, TooManyRequests):
        return Problem.of(error, ((b"retry-after", str(error.retry_after_s).encode()),))
    if isinstance(error, NotAuthenticated):
        return Problem.of(error, ((b"www-authenticate", b"Bearer"),))
    if isinstance(error, MissionScopeError):
        return Problem.of(error)
    return Problem(503, "unavailable", "The database is not available.", (RETRY_AFTER,))


async def _handle(door: Door | None, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> bytes:
    if door is None:
        raise Problem(404, "not_found", f"There is no such door. {_nearest_sentence(scope['path'])}")
    if scope["method"] != "POST":
        raise Problem(405, "method_not_allowed", "Only POST is accepted here.", ((b"allow", b"POST"),))
    client = scope.get("client")
    address = believe_proxies(
        client[0] if client else "unknown", headers.get(b"x-forwarded-for", b"").decode("latin-1")
    )
    query = scope.get("query_string", b"")
    known = await authenticate(door.find_key(headers, query), scope=door.scope, address=address)
    access = door.admit(known, scope["path"], query)
    add_logged_ids(project_id=access.project_pk, door=door.name)
    _refuse_beyond_rate(access.project_pk, door.name)
    encoding = door.find_encoding(_media_type(headers))
    if encoding is None:
        raise UnsupportedMediaType(door.sentence_415)
    async with received_body(headers, receive) as body:
        return await _store(_Request(door, encoding, access, headers, _service(scope, headers)), body)


def _nearest_door(path: str) -> Door:
    """One that speaks as the doors around a path that is none."""
    return next(door for known, door in DOORS.items() if known.startswith(OTLP_PREFIX) == path.startswith(OTLP_PREFIX))


def _nearest_sentence(path: str) -> str:
    is_otlp = path.startswith(OTLP_PREFIX)
    return f"Send to {' or '.join(known for known in DOORS if known.startswith(OTLP_PREFIX) == is_otlp)}."


def _refuse_beyond_rate(project_id: int, door: str) -> None:
    per_s = settings.MISSIONSCOPE_PROJECT_REQUESTS_PER_S
    wait_s = rates.take(project_id, per_s, time.monotonic()) if per_s else 0
    if wait_s:
        rates.count_refused(project_id, door)
        raise TooManyRequests(f"The project sends more than {per_s} requests a second.", retry_after_s=wait_s)


async def _store(request: _Request, body: bytes) -> bytes:
    job = Job(
        project_id=request.access.project_pk,
        redaction_key=request.access.redaction_key,
        door=request.door.name,
        encoding=request.encoding,
        data=body,
        received_ns=time.time_ns(),
        traceparent=request.headers.get(b"traceparent", b"").decode("latin-1"),
        request_id=get_logged_id("request_id"),
        service=request.service,
    )
    prepared = await preparers.prepare(job)
    with held_span_opened(unless=prepared.is_own):
        outcome = await asyncio.wrap_future(committer.submit(prepared))
    DOOR_BYTES.labels(request.door.name).inc(len(body))
    return request.door.encode_answer(request.encoding, prepared, outcome)


def _service(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """The service that the address or a header names; text that is no UTF-8 has its bytes replaced."""
    asked = parse_qs(bytes(scope.get("query_string") or b"")[:_LONGEST_QUERY].decode("latin-1"))
    named = asked.get("service", [""])[0] or headers.get(b"x-service-name", b"").decode(errors="replace")
    return named.replace("\0", "").strip()[:SHOWN_LENGTH]


def _media_type(headers: dict[bytes, bytes]) -> str:
    return headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()


async def _send(send: Send, status: int, media_type: str, body: bytes, headers: Headers = ()) -> None:
    fixed = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
    await send({"type": "http.response.body", "body": body})
