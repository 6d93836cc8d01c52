"""Browsers of allowed origins may call the machines' doors, which Django's middleware never sees.

For what Django answers, the same words are the settings of django-cors-headers.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ALLOWED_HEADERS = (
    "accept", "access-control-allow-origin", "authorization", "baggage", "content-encoding", "content-type",
    "traceparent", "tracestate", "x-api-key", "x-csrftoken", "x-request-id", "x-requested-with", "x-sentry-auth",
    "x-service-name",
)  # fmt: skip
"""Of requests. Some clients send `Access-Control-Allow-Origin` as if it were one of theirs."""
EXPOSED_HEADERS = ("retry-after", "www-authenticate", "x-request-id", "x-sentry-error", "x-sentry-rate-limits")
PREFLIGHT_S = 7200
"""How long a browser remembers what it was allowed."""
_CREDENTIALS = (b"access-control-allow-credentials", b"true")
_VARY = (b"vary", b"origin")
_ANY_ORIGIN = (b"access-control-allow-origin", b"*")
_PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", ", ".join(ALLOWED_HEADERS).encode()),
    (b"access-control-max-age", str(PREFLIGHT_S).encode()),
    (b"content-length", b"0"),
)
_EXPOSE = (b"access-control-expose-headers", ", ".join(EXPOSED_HEADERS).encode())


class CrossOrigin:
    """The same application, answering pages of the given origins by their own name.

    Only paths that are `public` answer every page, by `*` and so without anybody's credentials: what they take is a
    key that stands in pages anyway.
    """

    def __init__(self, application: Application, origins: list[str], public: re.Pattern[str] | None = None) -> None:
        self.application = application
        self.public = public
        self.origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        granted = self._grant(scope, origin)
        if len(granted) > 1:
            if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
                await _allow(granted, send)
                return
            granted.append(_EXPOSE)
        await self.application(scope, receive, _with_headers(granted, send))

    def _grant(self, scope: Scope, origin: bytes | None) -> list[tuple[bytes, bytes]]:
        """What a page of this origin is allowed, behind the word that answers differ by it."""
        if origin is not None and self.public is not None and self.public.fullmatch(scope["path"]):
            return [_VARY, _ANY_ORIGIN]
        if origin is not None and origin in self.origins:
            return [_VARY, (b"access-control-allow-origin", origin), _CREDENTIALS]
        return [_VARY]


async def _allow(granted: list[tuple[bytes, bytes]], send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": [*granted, *_PREFLIGHT]})
    await send({"type": "http.response.body", "body": b""})


def _with_headers(added: list[tuple[bytes, bytes]], send: Send) -> Send:
    async def send_more(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return send_more
