"""The OTLP/HTTP doors: a plain ASGI callable in front of Django, whose middleware would cost more than the work.

`POST /v1/traces` and `/v1/logs`, protobuf or JSON, answered in the caller's encoding. 200 is sent after the commit.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError

from accounts.addresses import believe_proxies
from accounts.keys import authenticate
from accounts.records import KeyAccess
from core.errors import MissionScopeError, NotAuthenticated, TooManyRequests
from core.memory import settle_collector
from core.pressure import note_waiting
from ingest.commit import Outcome, Unavailable, committer
from ingest.prepare import Prepared
from ingest.rates import rates
from ingest.workers import Job, Preparers
from live.publish import attach_loop
from llmlog.prices import compute_cost
from telemetry.decode.answers import (
    describe_refusals,
    encode_partial_success,
    encode_status,
    encode_success,
)
from telemetry.decode.body import BodyReader
from telemetry.decode.errors import TooLarge, UnsupportedMediaType

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)

SIGNALS = {"/v1/traces": "traces", "/v1/logs": "logs"}
MEDIA_TYPES = {"application/x-protobuf": "protobuf", "application/json": "json"}
ANSWER_TYPES = {encoding: media_type for media_type, encoding in MEDIA_TYPES.items()}
GRPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 408: 4, 413: 11, 415: 3, 429: 8, 500: 13, 503: 14}
RETRY_AFTER_S = 1

preparers = Preparers(settings.MISSIONSCOPE_DECODERS)


class _Refusal(Exception):
    """Ends a request with an answer."""

    def __init__(self, status: int, sentence: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers


class _Request(NamedTuple):
    signal: str
    encoding: str
    access: KeyAccess
    headers: dict[bytes, bytes]


class _Load:
    """Bytes of the requests that are being read or wait to be stored. The event loop alone touches it."""

    waiting_bytes = 0


def warm() -> None:
    """Load what the first sender would wait for: preparing processes and prices. Call from a thread."""
    preparers.warm()
    compute_cost("openai", "gpt-4o", input_tokens=1, output_tokens=1)
    settle_collector()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request."""
    attach_loop(asyncio.get_running_loop())
    headers = dict(scope["headers"])
    encoding = MEDIA_TYPES.get(_media_type(headers), "json")
    try:
        answer = await _handle(scope, headers, receive)
    except _Refusal as refusal:
        await _send_status(send, encoding, refusal.status, refusal.sentence, refusal.headers)
    except TooManyRequests as error:
        await _send_status(send, encoding, 429, error.detail, (_retry_after(error.retry_after_s),))
    except NotAuthenticated as error:
        await _send_status(send, encoding, 401, error.detail, ((b"www-authenticate", b"Bearer"),))
    except MissionScopeError as error:
        await _send_status(send, encoding, error.status, error.detail)
    except (Unavailable, DatabaseError):
        await _send_status(send, encoding, 503, "The database is not available.", (_retry_after(RETRY_AFTER_S),))
    else:
        await _send(send, 200, encoding, answer)


async def _handle(scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> bytes:
    signal = SIGNALS.get(scope["path"].rstrip("/"))
    if signal is None:
        raise _Refusal(404, "There is no such door. Send to /v1/traces or /v1/logs.")
    if scope["method"] != "POST":
        raise _Refusal(405, "Only POST is accepted here.", ((b"allow", b"POST"),))
    client = scope.get("client")
    address = believe_proxies(
        client[0] if client else "unknown", headers.get(b"x-forwarded-for", b"").decode("latin-1")
    )
    access = await authenticate(_key(headers), scope="ingest", address=address)
    _refuse_beyond_rate(access.project_pk, f"otlp_{signal}")
    encoding = MEDIA_TYPES.get(_media_type(headers))
    if encoding is None:
        raise UnsupportedMediaType
    return await _receive_and_store(_Request(signal, encoding, access, headers), receive)


async def _receive_and_store(request: _Request, receive: Receive) -> bytes:
    declared = request.headers.get(b"content-length", b"")
    limit = settings.MISSIONSCOPE_MAX_BODY_BYTES
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"The request body is larger than {limit} bytes.")
    held = 0
    _refuse_without_room(held)
    reader = BodyReader(request.headers.get(b"content-encoding", b"").decode("latin-1"), limit)
    deadline = time.monotonic() + settings.MISSIONSCOPE_BODY_TIMEOUT_S
    try:
        more = True
        while more:
            message = await _next_part(receive, deadline)
            part = message.get("body", b"")
            held += len(part)
            _Load.waiting_bytes += len(part)
            _refuse_without_room(held)
            reader.feed(part)
            more = message.get("more_body", False)
        body = reader.finish()
        _Load.waiting_bytes += len(body) - held
        held = len(body)
        note_waiting(_Load.waiting_bytes)
        return await _store(request, body)
    finally:
        _Load.waiting_bytes -= held


def _refuse_beyond_rate(project_id: int, door: str) -> None:
    per_s = settings.MISSIONSCOPE_PROJECT_REQUESTS_PER_S
    wait_s = rates.take(project_id, per_s, time.monotonic()) if per_s else 0
    if wait_s:
        rates.count_refused(project_id, door)
        raise TooManyRequests(f"The project sends more than {per_s} requests a second.", retry_after_s=wait_s)


def _refuse_without_room(held: int) -> None:
    """Raises when too much waits; a request that waits alone is always let in."""
    if held < _Load.waiting_bytes > settings.MISSIONSCOPE_MAX_WAITING_BYTES:
        raise _Refusal(503, "Too much is waiting to be stored.", (_retry_after(RETRY_AFTER_S),))


async def _next_part(receive: Receive, deadline: float) -> MutableMapping[str, Any]:
    try:
        message = await asyncio.wait_for(receive(), max(0.001, deadline - time.monotonic()))
    except TimeoutError:
        raise _Refusal(408, "The body did not arrive in time.", ((b"connection", b"close"),)) from None
    if message["type"] == "http.disconnect":
        raise _Refusal(400, "The client went away.")
    return message


async def _store(request: _Request, body: bytes) -> bytes:
    job = Job(
        project_id=request.access.project_pk,
        redaction_key=request.access.redaction_key,
        signal=request.signal,
        encoding=request.encoding,
        data=body,
        received_ns=time.time_ns(),
    )
    prepared = await preparers.prepare(job)
    outcome = await asyncio.wrap_future(committer.submit(prepared))
    return _answer(request, prepared, outcome)


def _answer(request: _Request, prepared: Prepared, outcome: Outcome) -> bytes:
    refused = [*prepared.refused, *outcome.refused]
    stored = len(prepared.spans) + len(prepared.logs) - len(outcome.refused)
    if refused and not stored:
        raise _Refusal(400, f"Nothing was stored: {refused[0].detail}")
    if not refused and not prepared.notes:
        return encode_success(request.signal, request.encoding)
    message = describe_refusals(refused, prepared.notes)
    return encode_partial_success(request.signal, request.encoding, len(refused), message)


def _key(headers: dict[bytes, bytes]) -> str:
    kind, _, value = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    key = value.strip() if kind.lower() == "bearer" else headers.get(b"x-api-key", b"").decode("latin-1").strip()
    if not key:
        raise NotAuthenticated("An API key is needed: Authorization: Bearer KEY, or x-api-key: KEY.")
    return key


def _media_type(headers: dict[bytes, bytes]) -> str:
    return headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()


def _retry_after(seconds: int) -> tuple[bytes, bytes]:
    return b"retry-after", str(seconds).encode()


async def _send_status(
    send: Send, encoding: str, status: int, sentence: str, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    await _send(send, status, encoding, encode_status(encoding, GRPC_CODES.get(status, 2), sentence), headers)


async def _send(
    send: Send, status: int, encoding: str, body: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    fixed = [(b"content-type", ANSWER_TYPES[encoding].encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
    await send({"type": "http.response.body", "body": body})
