"""A request's body, read within its limits: of its size, of its time, and of all that waits in this process."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from django.conf import settings

from core.counters import WAITING_BYTES
from core.pressure import note_waiting
from ingest.doors import Problem
from telemetry.decode.body import BodyReader
from telemetry.decode.errors import TooLarge

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

RETRY_AFTER_S = 1
RETRY_AFTER = (b"retry-after", str(RETRY_AFTER_S).encode())


class _Load:
    """Bytes of the requests that are being read or wait to be stored. The event loop alone touches it."""

    waiting_bytes = 0


@asynccontextmanager
async def received_body(headers: dict[bytes, bytes], receive: Receive) -> AsyncIterator[bytes]:
    """The decompressed body; its bytes count as waiting until the block is left.

    Raises Problem and telemetry.decode's errors.
    """
    limit = settings.MISSIONSCOPE_MAX_BODY_BYTES
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"The request body is larger than {limit} bytes.")
    held = 0
    _refuse_without_room(held)
    reader = BodyReader(headers.get(b"content-encoding", b"").decode("latin-1"), limit)
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
        WAITING_BYTES.set(_Load.waiting_bytes)
        yield body
    finally:
        _Load.waiting_bytes -= held
        WAITING_BYTES.set(_Load.waiting_bytes)


def _refuse_without_room(held: int) -> None:
    """Raises when too much waits; a request that waits alone is always let in."""
    if held < _Load.waiting_bytes > settings.MISSIONSCOPE_MAX_WAITING_BYTES:
        raise Problem(503, "busy", "Too much is waiting to be stored.", (RETRY_AFTER,))


async def _next_part(receive: Receive, deadline: float) -> MutableMapping[str, Any]:
    try:
        message = await asyncio.wait_for(receive(), max(0.001, deadline - time.monotonic()))
    except TimeoutError:
        raise Problem(408, "timeout", "The body did not arrive in time.", ((b"connection", b"close"),)) from None
    if message["type"] == "http.disconnect":
        raise Problem(400, "disconnected", "The client went away.")
    return message
