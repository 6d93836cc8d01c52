"""The door of `/metrics`: who may read what, and the text.

It stands before Django, as the doors for machines do: whoever scrapes names it by an address, which is no host of ours.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from ipaddress import ip_address
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.http.request import split_domain_port, validate_host
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from accounts.addresses import believe_proxies
from accounts.keys import authenticate_now
from accounts.selectors import list_project_slugs
from core.errors import AccessDenied, MissionScopeError, NotAuthenticated, TooManyRequests
from missionscope.exposition.derived import collect_derived
from missionscope.exposition.own import collect_own

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
PATH = "/metrics"
MOST_PROJECTS = 50
"""Whose missions are told of to a reader of everything: those that were made first."""
KEPT_S = 5.0
"""Several readers are given the same text for so long: it is read from the database."""
PROXY_WORDS = (b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"forwarded", b"via")
TEXT = b"text/plain; charset=utf-8"


class _Answer(NamedTuple):
    status: int
    content_type: bytes
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class _Kept(NamedTuple):
    until_s: float
    families: list[Metric]


class _Families(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self.families = families

    def collect(self) -> Iterator[Metric]:
        """Those that were read."""
        yield from self.families


_kept: dict[int | None, _Kept] = {}
"""By project, or None for everything."""


async def application(scope: Scope, _receive: object, send: Send) -> None:
    """Answer one request."""
    answer = await asyncio.to_thread(_answer, scope["method"], _read_scope(scope), dict(scope["headers"]))
    body = b"" if scope["method"] == "HEAD" else answer.body
    fixed = [
        (b"content-type", answer.content_type),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": [*fixed, *answer.headers]})
    await send({"type": "http.response.body", "body": body})


def _read_scope(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def _answer(method: str, peer: str, headers: Mapping[bytes, bytes]) -> _Answer:
    if method not in ("GET", "HEAD"):
        return _Answer(405, TEXT, b"Only GET is answered here.\n", ((b"allow", b"GET, HEAD"),))
    close_old_connections()
    try:
        families = _collect(_find_project(peer, headers))
    except (MissionScopeError, DatabaseError) as error:
        return _refuse(error)
    finally:
        close_old_connections()
    encode, content_type = choose_encoder(headers.get(b"accept", b"").decode("latin-1"))
    return _Answer(200, content_type.encode(), encode(_Families(families)))


def _find_project(peer: str, headers: Mapping[bytes, bytes]) -> int | None:
    """The project of the key; None where the machine itself asks, which may read everything."""
    kind, _, value = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    key = value.strip() if kind.lower() == "bearer" else headers.get(b"x-api-key", b"").decode("latin-1").strip()
    if key:
        address = believe_proxies(peer, headers.get(b"x-forwarded-for", b"").decode("latin-1"))
        return authenticate_now(key, scope="read", address=address).project_pk
    if is_own_machine(peer, headers):
        return None
    raise NotAuthenticated


def is_own_machine(peer: str, headers: Mapping[bytes, bytes]) -> bool:
    """Asked over the loopback interface, by no proxy, and by a name of this machine: a page of another site that
    resolves its own name to this machine does not count."""
    try:
        is_local = ip_address(peer).is_loopback
    except ValueError:
        return False
    domain, _ = split_domain_port(headers.get(b"host", b"").decode("latin-1"))
    is_named = validate_host(domain, ["localhost", "127.0.0.1", "[::1]", *settings.ALLOWED_HOSTS])
    return is_local and is_named and not any(word in headers for word in PROXY_WORDS)


def _collect(project_pk: int | None) -> list[Metric]:
    kept = _kept.get(project_pk)
    if kept is not None and kept.until_s > time.monotonic():
        return kept.families
    families = list(collect_own())
    try:
        families += collect_derived(list_project_slugs(project_pk, MOST_PROJECTS))
    except DatabaseError:
        # `missionscope_database_up` tells of it; what was counted is worth having.
        return families
    for key in [key for key, each in _kept.items() if each.until_s <= time.monotonic()]:
        _kept.pop(key, None)
    _kept[project_pk] = _Kept(time.monotonic() + KEPT_S, families)
    return families


def _refuse(error: Exception) -> _Answer:
    if isinstance(error, NotAuthenticated):
        text = b"A key of scope read is needed: Authorization: Bearer KEY.\n"
        return _Answer(401, TEXT, text, ((b"www-authenticate", b"Bearer"),))
    if isinstance(error, TooManyRequests):
        return _Answer(429, TEXT, f"{error.detail}\n".encode(), ((b"retry-after", str(error.retry_after_s).encode()),))
    if isinstance(error, AccessDenied):
        return _Answer(403, TEXT, f"{error.detail}\n".encode())
    return _Answer(503, TEXT, b"The database is not available.\n", ((b"retry-after", b"5"),))


def forget_kept() -> None:
    """Read everything anew at the next request: between tests."""
    _kept.clear()
