"""Browsers of allowed origins may send to the machines' doors, which Django's middleware never sees."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ALLOWED = (
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"authorization, content-encoding, content-type, x-api-key"),
    (b"access-control-max-age", b"7200"),
)


class CrossOrigin:
    """The same application, answering pages of the given origins; no cookies, so no credentials are allowed."""

    def __init__(self, application: Application, origins: list[str]) -> None:
        self.application = application
        self.origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is None or origin not in self.origins:
            await self.application(scope, receive, send)
        elif scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await _allow(origin, send)
        else:
            await self.application(scope, receive, _name_origin(origin, send))


def _origin_headers(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", origin), (b"vary", b"origin")]


async def _allow(origin: bytes, send: Send) -> None:
    headers = [*_origin_headers(origin), *ALLOWED, (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _name_origin(origin: bytes, send: Send) -> Send:
    async def send_named(message: Message) -> None:
        if message["type"] == "http.response.start":
            exposed = (b"access-control-expose-headers", b"retry-after")
            message = {**message, "headers": [*message["headers"], *_origin_headers(origin), exposed]}
        await send(message)

    return send_named
