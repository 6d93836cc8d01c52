"""What every request and connection gets before anything else: an id, a span, and one line in the log at its end.

Addresses are written without their query, which may hold a token.
"""

import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import structlog
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode

from core.logs import gathered_ids, logged_ids
from core.spans import TRACER, HeldSpan, held_span
from core.traceparent import find_trace_id
from missionscope.shown import show_text

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER = b"x-request-id"
ANSWERING = ("http.response.start", "websocket.accept")
UNTRACED = ("/healthz", "/readyz", "/metrics", "/static/")
"""Asked by machines every few seconds, or files."""
_USABLE = re.compile(rb"[\w.:/+=@-]{1,128}")

logger = structlog.get_logger("missionscope.requests")


class Entrance:
    """The same application. `is_for_doors` tells which requests bring the telemetry of others."""

    def __init__(self, application: Application, is_for_doors: Callable[[Scope], bool]) -> None:
        self.application, self.is_for_doors = application, is_for_doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.application(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = choose_request_id(headers)
        told = find_trace_id(headers.get(b"traceparent", b"").decode("latin-1")).hex()
        with (
            logged_ids(request_id=request_id, trace_id=told),
            gathered_ids() as ids,
            self._span(scope, headers, request_id) as held,
        ):
            answer = _Answer(request_id, send)
            try:
                await self.application(scope, receive, answer.send)
            finally:
                answer.end(held.span, scope, ids)

    @contextmanager
    def _span(self, scope: Scope, headers: Mapping[bytes, bytes], request_id: str) -> Iterator[HeldSpan]:
        """The span of a request. That of a door stays held until the door has seen what the request brings, and begins
        a trace of its own: that we stored what somebody else traces is no part of their work."""
        carrier = {name: headers.get(name.encode(), b"").decode("latin-1") for name in ("traceparent", "tracestate")}
        theirs = propagate.extract(carrier, Context())
        sender = trace.get_current_span(theirs).get_span_context()
        path = shown_path(scope)
        attributes = {"http.request.method": _method(scope), "url.path": path, "request.id": request_id}
        name = f"{_method(scope)} {path}"
        held = HeldSpan(name, [Link(sender)] if sender.is_valid else [], attributes)
        if scope["type"] == "websocket" or scope["path"].startswith(UNTRACED):
            yield held
        elif self.is_for_doors(scope):
            token = held_span.set(held)
            try:
                yield held
            finally:
                held_span.reset(token)
                held.span.end()
        else:
            with trace.get_tracer(TRACER).start_as_current_span(
                name, context=theirs, kind=SpanKind.SERVER, attributes=attributes
            ) as held.span:
                yield held


class _Answer:
    """What is known of an answer, from the messages that pass."""

    def __init__(self, request_id: str, send: Send) -> None:
        self._started_s = time.monotonic()
        self._header = (HEADER, request_id.encode())
        self._send = send
        self._status: int | None = None

    async def send(self, message: Message) -> None:
        """Pass on, with the request's id among the headers."""
        if message["type"] in ANSWERING:
            self._status = message.get("status", 101)
            message = {**message, "headers": [*message.get("headers", ()), self._header]}
        await self._send(message)

    def end(self, span: Span, scope: Scope, ids: Mapping[str, Any]) -> None:
        """Tell log and span."""
        took_s = time.monotonic() - self._started_s
        status = self._status or (500 if scope["type"] == "http" else 0)
        if status:
            span.set_attribute("http.response.status_code", status)
        write = logger.debug
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR))
            write = logger.warning
        write(
            "answered",
            method=_method(scope),
            path=shown_path(scope),
            status=status,
            **ids,
            duration_ms=round(took_s * 1000, 1),
        )


def choose_request_id(headers: Mapping[bytes, bytes]) -> str:
    """The id that the sender gave, when it is a short word; else a new one."""
    given = headers.get(HEADER, b"")
    return given.decode("ascii") if _USABLE.fullmatch(given) else uuid4().hex


def shown_path(scope: Scope) -> str:
    """The path without its query, redacted: ids in it are senders' own texts."""
    return show_text(str(scope["path"]))


def _method(scope: Scope) -> str:
    return str(scope.get("method", "WEBSOCKET"))
