"""What is asked before Django reads a body: it spools all of one to disk before a view can say no.

A body is bounded for every address. Where it may be large, a key with the scope or a login must be there; the view then
looks at rights as for any other request.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie

from accounts.addresses import believe_proxies
from accounts.keys import authenticate
from core.errors import MissionScopeError, NotAuthenticated, TooManyRequests
from core.limits import MAX_SOURCE_MAP_BYTES
from telemetry.decode.errors import TooLarge

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_BYTES = 4 << 20
"""Of a form or JSON at every other address."""
UPLOADS = {"/api/v1/source-maps": ("admin", MAX_SOURCE_MAP_BYTES)}
"""By path: the scope that a key needs, and the largest body."""


async def guard_body(application: Application, scope: Scope, receive: Receive, send: Send) -> None:
    """The application's answer; ours, without reading on, to a body that is too large or that nobody known sends."""
    needed, limit = UPLOADS.get(scope["path"].rstrip("/"), ("", min(settings.MISSIONSCOPE_MAX_BODY_BYTES, BODY_BYTES)))
    headers = dict(scope["headers"])
    has_begun = False

    async def send_seen(message: Message) -> None:
        nonlocal has_begun
        has_begun = True
        await send(message)

    try:
        if needed and scope["method"] == "POST":
            await _find_sender(scope, headers, needed)
        _refuse_beyond(limit, _declared(headers))
        await application(scope, _counted(receive, limit), send_seen)
    except MissionScopeError as error:
        if has_begun:
            raise
        await _refuse(scope, error, send)


def _counted(receive: Receive, limit: int) -> Receive:
    """The body's parts until they are more than the limit; raises TooLarge then."""
    size = 0

    async def receive_counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        _refuse_beyond(limit, size)
        return message

    return receive_counted


def _declared(headers: Mapping[bytes, bytes]) -> int:
    text = headers.get(b"content-length", b"")
    return int(text) if text.isdigit() else 0


def _refuse_beyond(limit: int, size: int) -> None:
    if size > limit:
        raise TooLarge(f"The request body is larger than {limit} bytes.")


async def _find_sender(scope: Scope, headers: Mapping[bytes, bytes], needed: str) -> None:
    """Raises NotAuthenticated, AccessDenied or TooManyRequests unless a key with the scope or a login is there."""
    kind, _, value = _text(headers, b"authorization").partition(" ")
    raw_key = value.strip() if kind.lower() == "bearer" else _text(headers, b"x-api-key").strip()
    if raw_key:
        client = scope.get("client") or ("unknown",)
        address = believe_proxies(client[0], _text(headers, b"x-forwarded-for"))
        await authenticate(raw_key, scope=needed, address=address)
        return
    session_key = parse_cookie(_text(headers, b"cookie")).get(settings.SESSION_COOKIE_NAME, "")
    if not session_key or not await sync_to_async(_is_login)(session_key):
        raise NotAuthenticated


def _is_login(session_key: str) -> bool:
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return bool(get_user(cast(HttpRequest, SimpleNamespace(session=session))).is_authenticated)


def _text(headers: Mapping[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")


async def _refuse(scope: Scope, error: MissionScopeError, send: Send) -> None:
    """The answer, and the end of the connection: what is left of the body is not read."""
    is_api = scope["path"].startswith("/api/")
    told = {"detail": error.detail, "code": error.code, "errors": []}
    body = json.dumps(told).encode() if is_api else error.detail.encode()
    media_type = b"application/json" if is_api else b"text/plain; charset=utf-8"
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    if isinstance(error, NotAuthenticated):
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, TooManyRequests):
        headers.append((b"retry-after", str(error.retry_after_s).encode()))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
